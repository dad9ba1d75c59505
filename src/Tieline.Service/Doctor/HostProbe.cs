using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Tieline.Service.Doctor;

/// <summary>Asks every target once, all at the same time, the way Tieline itself would: through the same proxy, with the same trust.</summary>
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
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ActivityHeadersPropagator = null, ConnectTimeout = _patience };
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
        var sentAt = time.GetUtcNow();
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
