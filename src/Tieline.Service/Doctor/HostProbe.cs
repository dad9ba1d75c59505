using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Tieline.Delivery;
using Tieline.Http;

namespace Tieline.Service.Doctor;

/// <summary>Asks every target once, all at the same time, the way Tieline itself would: through the same proxy, with the same trust and the same client certificate.</summary>
internal sealed class HostProbe(IReadOnlyList<Target> targets, TimeProvider time)
{
    /// <summary><see cref="ProbeAnswer.Problem"/> where DNS has no such name.</summary>
    public const string Unresolved = "no such name";

    /// <summary>For TCP, TLS and the answer's head.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private Task<IReadOnlyDictionary<Target, ProbeAnswer>>? _answers;

    public IReadOnlyList<Target> Targets => targets;

    /// <summary>The same answers for whoever asks.</summary>
    public Task<IReadOnlyDictionary<Target, ProbeAnswer>> AskAsync(CancellationToken cancellation)
    {
        lock (_lock)
            return _answers ??= AskAllAsync(cancellation);
    }

    private async Task<IReadOnlyDictionary<Target, ProbeAnswer>> AskAllAsync(CancellationToken cancellation)
    {
        var answers = await Task.WhenAll(targets.Select(target => AskAsync(target, cancellation)));
        return targets.Zip(answers).ToDictionary();
    }

    private async Task<ProbeAnswer> AskAsync(Target target, CancellationToken cancellation)
    {
        SeenCertificate? certificate = null;
        var sentAt = time.GetUtcNow();
        using var handler = TryConnect(target, out var unread);
        if (handler is null)
            return new ProbeAnswer(null, null, sentAt, sentAt, null, unread);
        handler.SslOptions.RemoteCertificateValidationCallback = (sender, shown, chain, errors) =>
        {
            certificate = See((sender as SslStream)?.SslProtocol ?? SslProtocols.None, shown, chain, errors);
            return errors == SslPolicyErrors.None;
        };
        using var http = new HttpMessageInvoker(handler);
        using var request = new HttpRequestMessage(target.Method, target.Url);
        foreach (var (name, value) in target.Headers)
            request.Headers.TryAddWithoutValidation(name, value.Reveal());
        using var timeout = new CancellationTokenSource(_patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        sentAt = time.GetUtcNow();
        try
        {
            using var response = await http.SendAsync(request, either.Token);
            return new ProbeAnswer((int)response.StatusCode, response.Headers.Date, sentAt, time.GetUtcNow(), certificate, null);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            cancellation.ThrowIfCancellationRequested();
            return new ProbeAnswer(null, null, sentAt, time.GetUtcNow(), certificate, Why(e));
        }
    }

    /// <returns>Null: a file of its TLS cannot be read.</returns>
    private static SocketsHttpHandler? TryConnect(Target target, out string? problem)
    {
        problem = null;
        try
        {
            var handler = target.Destination is { } destination ? Destination.CreateHandler(destination) : new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ActivityHeadersPropagator = null, Proxy = Proxies.Of(target.ProxyOptions) };
            handler.ConnectTimeout = _patience; // whoever asks wants to know what is there
            return handler;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            problem = $"a file of its Tls cannot be read: {e.GetType().Name}"; // no text of it: it may quote the file
            return null;
        }
    }

    private static SeenCertificate See(SslProtocols protocol, X509Certificate? shown, X509Chain? chain, SslPolicyErrors errors)
    {
        if (shown is not X509Certificate2 certificate)
            return new SeenCertificate(NameOf(protocol), "nobody", default, "it showed none");
        List<string> problems = [];
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            problems.Add("it is for another name");
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
            problems.AddRange((chain?.ChainStatus ?? []).Select(status => status.Status.ToString()).Distinct());
        if (errors != SslPolicyErrors.None && problems.Count == 0)
            problems.Add(errors.ToString());
        return new SeenCertificate(NameOf(protocol), certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: true), new DateTimeOffset(certificate.NotAfter).ToUniversalTime(), problems.Count == 0 ? null : string.Join(", ", problems));
    }

    private static string NameOf(SslProtocols protocol) => protocol switch
    {
        SslProtocols.Tls12 => "TLS 1.2",
        SslProtocols.Tls13 => "TLS 1.3",
        SslProtocols.None => "TLS",
        _ => protocol.ToString(),
    };

    private static string Why(Exception e) => e switch
    {
        OperationCanceledException => $"no answer within {_patience.TotalSeconds} s",
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => Unresolved,
        HttpRequestException { InnerException: SocketException socket } => socket.SocketErrorCode.ToString(),
        HttpRequestException request => request.HttpRequestError.ToString(),
        _ => "the connection broke",
    };
}
