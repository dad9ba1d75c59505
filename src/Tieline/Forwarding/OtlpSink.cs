using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using Google.Protobuf;
using Tieline.Delivery;
using Tieline.Http;

namespace Tieline.Forwarding;

/// <summary>OTLP logs over HTTP with protobuf. Each request is answered, so what has arrived is known exactly.</summary>
internal sealed class OtlpSink : IForwardSink
{
    private const string SignalPath = "/v1/logs";
    private const int MaxAnswer = 64 * 1024;

    private readonly ForwardOptions _options;
    private readonly Uri _url;
    private readonly string _version;
    private readonly string _host;
    private readonly TimeProvider _time;
    private readonly HttpMessageInvoker _http;

    public OtlpSink(ForwardOptions options, string version, string host, TimeProvider time)
    {
        (_options, _version, _host, _time) = (options, version, host, time);
        var path = options.Target!.AbsoluteUri.TrimEnd('/');
        // As the variable OTEL_EXPORTER_OTLP_ENDPOINT has it; the signal's own address is understood too.
        _url = new Uri(path.EndsWith(SignalPath, StringComparison.Ordinal) ? path : path + SignalPath);
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            ConnectTimeout = ForwardDefaults.ConnectTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2), // so that a changed DNS answer is noticed
        };
        if (TlsFiles.Load(options.Tls) is { } tls)
            handler.SslOptions = tls;
        _http = new HttpMessageInvoker(handler);
    }

    public Task SendAsync(IReadOnlyList<ForwardRecord> records, CancellationToken cancellation) => PostAsync(OtlpLogs.Write(records, _version, _host, _time.GetUtcNow()), cancellation);

    /// <summary>A request without a record, which every receiver answers with success.</summary>
    public Task ProbeAsync(CancellationToken cancellation) => PostAsync([], cancellation);

    public void Dispose() => _http.Dispose();

    private async Task PostAsync(byte[] body, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(ForwardDefaults.BatchTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Post, _url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
        foreach (var (name, value) in _options.Headers)
            request.Headers.TryAddWithoutValidation(name, value.Reveal());
        try
        {
            using var response = await _http.SendAsync(request, either.Token);
            if (response.StatusCode != HttpStatusCode.OK)
                throw new ForwardException($"{Name} answered {(int)response.StatusCode}") { RetryAfter = RetryAfter.Read(response.Headers, _time.GetUtcNow()) };
            if (HtmlPage.IsNamed(response.Content.Headers))
                throw new ForwardException($"{Name} answered 200 with an HTML page: a login page or gateway, and no OTLP receiver");
            if (OtlpLogs.ReadRefused(await ReadAsync(response, either.Token)) is var refused && refused > 0)
                throw new ForwardException($"{Name} refused {refused} of the lines: an audit trail with holes is none, so all are sent again. See the receiver's log");
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new ForwardException($"{Name} did not answer in time", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new ForwardException($"{Name} gave no answer ({Why(e)})", e);
        }
    }

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        var answer = new byte[MaxAnswer];
        var length = await stream.ReadAtLeastAsync(answer, answer.Length, throwOnEndOfStream: false, cancellation);
        return answer[..length];
    }

    private string Name => $"{_url.Scheme}://{_url.Host}:{_url.Port}";

    private static string Why(Exception e) => e switch
    {
        InvalidProtocolBufferException => "what it answered is no OTLP",
        HttpRequestException { InnerException: AuthenticationException tls } => tls.Message,
        HttpRequestException { InnerException: SocketException socket } => socket.SocketErrorCode.ToString(),
        HttpRequestException { HttpRequestError: not HttpRequestError.Unknown } request => request.HttpRequestError.ToString(),
        _ => "the connection broke",
    };
}
