using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;

namespace Tieline.Tests.Genesys;

/// <summary>The server's end of one socket.</summary>
internal sealed class FakeSocket(WebSocket socket, HttpContext context)
{
    private readonly TaskCompletionSource<int> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string? Authorization { get; } = context.Request.Headers.Authorization;

    public string Subscription { get; private set; } = "";

    /// <summary>The code the client closed with; 1006 if it went without a word.</summary>
    public Task<int> ClosedAsync() => _closed.Task.WaitAsync(Patience.Bound);

    public Task SendAsync(long sequence) => SendAsync(Frames.Event(sequence));

    public Task SendAsync(byte[] frame, WebSocketMessageType type = WebSocketMessageType.Text, bool end = true) =>
        socket.SendAsync(frame, type, end, CancellationToken.None);

    public Task CloseAsync(int code) => socket.CloseOutputAsync((WebSocketCloseStatus)code, "because of Jo Nobody", CancellationToken.None);

    /// <summary>Breaks the connection without a close frame.</summary>
    public void Abort() => context.Abort();

    public async Task ReadSubscriptionAsync(CancellationToken gone)
    {
        var buffer = new byte[4096];
        var received = await socket.ReceiveAsync(buffer, gone);
        Subscription = Frames.Text(buffer.AsSpan(0, received.Count));
    }

    public async Task ReadToEndAsync(CancellationToken gone)
    {
        try
        {
            var buffer = new byte[4096];
            while (true)
            {
                var received = await socket.ReceiveAsync(buffer, gone);
                if (received.MessageType != WebSocketMessageType.Close)
                    continue;
                _closed.TrySetResult((int)received.CloseStatus!);
                if (socket.State == WebSocketState.CloseReceived)
                    await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, gone);
                return;
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
            _closed.TrySetResult(1006);
        }
    }
}
