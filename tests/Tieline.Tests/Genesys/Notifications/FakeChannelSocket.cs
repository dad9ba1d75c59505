using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Tieline.Tests.Genesys.Notifications;

/// <summary>The server's end of one channel's socket. Answers pings unless it is mute.</summary>
internal sealed class FakeChannelSocket(WebSocket socket, HttpContext context, string channel, bool isMute) : IDisposable
{
    private readonly TaskCompletionSource<int> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _sending = new(1);

    public string Channel => channel;

    public bool IsMute { get; set; } = isMute;

    /// <summary>Whether it answers the client's close, and so ends.</summary>
    public bool AnswersClose { get; set; } = true;

    public string? Authorization { get; } = context.Request.Headers.Authorization;

    /// <summary>The code the client closed with; 1006 if it went without a word.</summary>
    public Task<int> ClosedAsync() => _closed.Task.WaitAsync(Patience.Bound);

    /// <returns>False if the socket had been closed by then.</returns>
    public Task<bool> NotifyAsync(int number) =>
        SendAsync($$$"""{"topicName":"v2.routing.queues.q.conversations","version":"2","eventBody":{"id":"{{{number}}}"},"metadata":{"CorrelationId":"c"}}""");

    public Task SystemAsync(string topic) => SendAsync($$$"""{"topicName":"v2.system.{{{topic}}}","version":"2","eventBody":{"channelId":"{{{channel}}}"}}""");

    public Task HeartbeatAsync() => SendAsync("""{"topicName":"channel.metadata","eventBody":{"message":"WebSocket Heartbeat"}}""");

    public async Task<bool> SendAsync(string frame)
    {
        await _sending.WaitAsync();
        try
        {
            if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived))
                return false;
            await socket.SendAsync(Encoding.UTF8.GetBytes(frame), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
            return true;
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            return false; // the client has gone
        }
        finally
        {
            _sending.Release();
        }
    }

    public Task CloseAsync(int code) => socket.CloseOutputAsync((WebSocketCloseStatus)code, "because of Jo Nobody", CancellationToken.None);

    /// <summary>Breaks the connection without a close frame.</summary>
    public void Abort() => context.Abort();

    public void Dispose() => _sending.Dispose();

    public async Task ReadToEndAsync(Action ended, CancellationToken gone)
    {
        try
        {
            var buffer = new byte[4096];
            while (true)
            {
                var received = await socket.ReceiveAsync(buffer, gone);
                if (received.MessageType == WebSocketMessageType.Close)
                    break;
                if (!IsMute && Encoding.UTF8.GetString(buffer, 0, received.Count).Contains("ping", StringComparison.Ordinal))
                    await SendAsync("""{"topicName":"channel.metadata","version":"2","eventBody":{"message":"pong"}}""");
            }

            ended();
            _closed.TrySetResult((int)socket.CloseStatus!);
            if (!AnswersClose)
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, gone);
            if (socket.State == WebSocketState.CloseReceived)
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, gone);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
            ended();
            _closed.TrySetResult(1006);
        }
    }
}
