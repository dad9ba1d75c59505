using System.Net;
using System.Net.WebSockets;
using Tieline.Diagnostics;
using Tieline.Http;

namespace Tieline.Genesys;

/// <summary>Makes one attempt: token, handshake, subscription.</summary>
/// <param name="heard">Called whenever bytes have come over an open socket; may be called by two at a time.</param>
internal sealed class StreamConnector(
    TokenProvider tokens, HttpMessageInvoker http, Uri stream, SubscriptionOptions subscription, StreamTiming timing, TimeProvider time, Action? heard = null)
{
    private readonly byte[] _subscribe = SubscribeMessage.For(subscription);
    private string? _lastToken;

    /// <summary>One attempt at a time.</summary>
    /// <returns>Throws only for cancellation.</returns>
    public async Task<ConnectOutcome> ConnectAsync(CancellationToken cancellation) =>
        await tokens.GetAsync(cancellation) switch
        {
            TokenOutcome.Granted granted => await OpenAsync(granted, cancellation),
            TokenOutcome.Refused refused => new ConnectOutcome.TokenRefused(refused.Reason),
            TokenOutcome.Unavailable unavailable => new ConnectOutcome.Failed("token_unavailable", unavailable.Reason, unavailable.RetryAfter, HadToken: false),
            var other => throw new InvalidOperationException($"Unknown token outcome {other.GetType().Name}"),
        };

    /// <summary>Genesys no longer takes this token.</summary>
    public void Invalidate(Secret token) => tokens.Invalidate(token);

    private async Task<ConnectOutcome> OpenAsync(TokenOutcome.Granted granted, CancellationToken cancellation)
    {
        var isFresh = granted.Token.Reveal() != _lastToken;
        _lastToken = granted.Token.Reveal();
        var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = timing.KeepAliveInterval;
        socket.Options.KeepAliveTimeout = timing.KeepAliveTimeout;
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.SetRequestHeader("Authorization", $"Bearer {granted.Token.Reveal()}");
        var silence = new SilenceMeter(time);
        using var timeout = new CancellationTokenSource(timing.Connect, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        try
        {
            await SocketHandshake.ConnectAsync(socket, stream, http, () => Heard(silence), either.Token);
            socket.HttpResponseHeaders = null; // kept as long as the socket otherwise
            await socket.SendAsync(_subscribe, WebSocketMessageType.Text, endOfMessage: true, either.Token);
            return new ConnectOutcome.Opened(new StreamSocket(socket, granted, timing, time, silence));
        }
        catch (Exception e) when (e is WebSocketException or HttpRequestException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            var status = (int)socket.HttpStatusCode;
            var retryAfter = HandshakeTrouble.RetryAfterOf(socket, time.GetUtcNow());
            socket.Dispose();
            cancellation.ThrowIfCancellationRequested();
            if (status != 0 && AnswerTable.Of(Asked.StreamHandshake, status) == AnswerMeaning.Misconfigured)
            {
                tokens.Invalidate(granted.Token);
                _lastToken = null; // even if the token endpoint should grant the same one again, the next refusal counts
                return new ConnectOutcome.HandshakeRefused(status, isFresh);
            }

            return status is 0 or (int)HttpStatusCode.SwitchingProtocols
                ? HandshakeTrouble.Unreachable(stream, e, timeout.IsCancellationRequested, timing.Connect)
                : new ConnectOutcome.Failed(StatusTag(status), $"the stream's handshake was answered {status}", retryAfter, HadToken: true);
        }
    }

    private void Heard(SilenceMeter silence)
    {
        silence.Heard();
        heard?.Invoke();
    }

    private static string StatusTag(int status) => status switch
    {
        429 => "429",
        500 => "500",
        502 => "502",
        503 => "503",
        504 => "504",
        >= 500 => "5xx",
        >= 400 => "4xx",
        _ => "unexpected_status",
    };
}
