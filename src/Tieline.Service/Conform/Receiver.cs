using System.Net.Http.Headers;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Tieline.Delivery;
using Tieline.Http;
using Tieline.Journal;

namespace Tieline.Service.Conform;

/// <summary>The receiver that is looked at: sends it requests as Tieline does, by the same code, and ones that Tieline never would.</summary>
internal sealed class Receiver : IDisposable
{
    /// <summary>Longer than Tieline's own patience, so that it can be told by how much an answer is late.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly DestinationOptions _options;
    private readonly TimeProvider _time;
    private readonly SocketsHttpHandler _handler;
    private readonly HttpMessageInvoker _http;
    private readonly IBodyFormat _format;
    private readonly MediaTypeHeaderValue _contentType;
    private readonly WebhookRequestFactory _requests;
    private readonly WebhookRequestFactory _forger;
    private readonly Credentials? _credentials;
    private readonly List<ReceiverAnswer> _answers = [];
    private int _connections;

    public Receiver(DestinationOptions options, string version, TimeProvider time)
    {
        (_options, _time) = (options, time);
        _handler = Destination.CreateHandler(options);
        _handler.ConnectCallback = ConnectAsync;
        _http = new HttpMessageInvoker(_handler);
        _format = BodyFormats.Create(options);
        _contentType = options.Batch.IsOn ? _format.BatchContentType : _format.ContentType;
        _requests = Factory(options.Signing);
        _forger = Factory(new SigningOptions { Algorithm = options.Signing.Algorithm, Secret = new Secret(SigningKey.Create(options.Signing.Algorithm).Text) });
        _credentials = Credentials.Create(options, _http, time, NullLogger.Instance);

        WebhookRequestFactory Factory(SigningOptions signing) => new(
            options, version, _contentType, signing.IsOn ? new SigningKeys(new DestinationOptions { Name = options.Name, Signing = signing }, time, NullLogger.Instance) : null);
    }

    /// <summary>Whether there is a secret to sign with.</summary>
    public bool IsSigned => _options.Signing.IsOn;

    /// <summary>A body is one JSON object as Tieline writes it, and not what a template makes of it.</summary>
    public bool IsObject => _options.Format != BodyFormat.Template && !_options.Batch.IsOn;

    /// <summary>Whether it has accepted an event that was as it should be; false before the first.</summary>
    public bool Accepts { get; set; }

    /// <summary>All answers so far.</summary>
    public IReadOnlyList<ReceiverAnswer> Answers => _answers;

    /// <summary>Connections made so far.</summary>
    public int Connections => _connections;

    public byte[] Body(JournalEntry entry) => (_options.Batch.IsOn ? _format.Write([entry]) : _format.Write(entry)).ToArray();

    public Task<ReceiverAnswer> SendAsync(JournalEntry entry, CancellationToken cancellation) => SendAsync(entry, Body(entry), cancellation);

    /// <param name="body">In place of what would be sent; signed as it is.</param>
    /// <param name="ago">How old the attempt claims to be.</param>
    /// <param name="change">Done to the request at last.</param>
    public async Task<ReceiverAnswer> SendAsync(JournalEntry entry, byte[] body, CancellationToken cancellation, TimeSpan ago = default, Action<HttpRequestMessage>? change = null)
    {
        using var timeout = new CancellationTokenSource(Patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        var started = _time.GetTimestamp();
        ReceiverAnswer Answer(int? status, string? problem) => new(status, problem, _time.GetElapsedTime(started));
        ReceiverAnswer answer;
        try
        {
            var credential = _credentials is null ? default : await _credentials.GetAsync(either.Token);
            if (credential.Missing is not null)
                return new ReceiverAnswer(null, "could not be asked: the token endpoint gave no token", TimeSpan.Zero);
            using var request = _requests.Create(entry, body, _time.GetUtcNow() - ago, credential);
            change?.Invoke(request);
            started = _time.GetTimestamp();
            using var response = await _http.SendAsync(request, either.Token);
            answer = Answer((int)response.StatusCode, null) with { IsPage = response.IsSuccessStatusCode && _requests.IsJson && await HtmlPage.ReadAsync(response, _time, either.Token) is not null };
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            answer = Answer(null, timeout.IsCancellationRequested ? $"gave no answer within {Patience.TotalSeconds} s" : $"could not be connected to within {_handler.ConnectTimeout.TotalSeconds} s");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            answer = Answer(null, Why(e));
        }

        _answers.Add(answer);
        return answer;
    }

    /// <summary>The signature that another secret would make for this body.</summary>
    public string ForgedSignature(JournalEntry entry, byte[] body)
    {
        using var request = _forger.Create(entry, body, _time.GetUtcNow());
        return request.Headers.NonValidated["webhook-signature"].ToString();
    }

    public void Dispose()
    {
        _http.Dispose();
        _handler.Dispose();
    }

    private static string Why(Exception e) => e switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => "has a name that does not resolve",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => "shows a certificate that is not trusted, or speaks no TLS",
        HttpRequestException { InnerException: SocketException socket } => $"cannot be connected to ({socket.SocketErrorCode})",
        HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse } => "answered something that is no HTTP",
        _ => "broke the connection before it answered",
    };

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellation);
            Interlocked.Increment(ref _connections);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
