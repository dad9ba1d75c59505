using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Tieline.Simulator.Streams;

namespace Tieline.Simulator.Http;

/// <summary>Holds the WebSockets of both APIs: the handshake's answer, what goes out, what comes in and how it ends.</summary>
internal sealed class SocketServer(TimeProvider time, StreamHub hub, Counters counters)
{
    private const string WebSocketGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";   // RFC 6455, 1.3
    private static readonly TimeSpan CloseAnswerWithin = TimeSpan.FromSeconds(5);
    private int _sockets;

    /// <returns>What a handshake is refused with for its form; null: it is one.</returns>
    public static ApiError? Refusal(HttpContext context)
    {
        if (context.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true } || !IsKey(context.Request.Headers.SecWebSocketKey))
        {
            return new ApiError(400);
        }
        return context.Request.Headers.SecWebSocketVersion == "13" ? null : new ApiError(426);
    }

    /// <returns>What a handshake is refused with by a fault.</returns>
    public static ApiError RefusalOf(SimulatorFault fault) =>
        new(fault.Status!.Value) { RetryAfter = fault.RetryAfter ?? (fault.Status == 429 ? 2 : null) };

    /// <summary>Answers the handshake. The socket is the caller's to make known, and to serve.</summary>
    public async Task<StreamSocket> OpenAsync(HttpContext context, IssuedToken token)
    {
        var upgraded = await UpgradeAsync(context);
        Counters.Count(counters.Handshakes, 101);
        // Not HttpContext.Abort: a fault may come when the request is already over.
        var connection = context.Features.GetRequiredFeature<IConnectionLifetimeFeature>();
        var tcp = context.Features.Get<IConnectionSocketFeature>()?.Socket;
        return new StreamSocket(Interlocked.Increment(ref _sockets), context.Connection.Id, token, upgraded, tcp, connection.Abort);
    }

    /// <summary>Sends and receives until either side has closed or the connection is lost.</summary>
    /// <param name="socket">An open one.</param>
    /// <param name="heard">Takes each message of the client.</param>
    /// <param name="aborted">The connection is gone.</param>
    public async Task ServeAsync(StreamSocket socket, Action<byte[]> heard, CancellationToken aborted)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        var sending = socket.SendAllAsync(hub.OnSent, ended.Token);
        var receiving = ReceiveAllAsync(socket, heard, ended.Token);
        await Task.WhenAny(sending, receiving);
        if (!receiving.IsCompleted && socket.IsClosing)
        {
            await Task.WhenAny(receiving, Task.Delay(CloseAnswerWithin, time, ended.Token));
        }
        if (receiving.IsCompleted && socket.IsClosing)
        {
            await sending;   // our close frame is still to go
        }
        await ended.CancelAsync();
        await Task.WhenAll(sending, receiving);
    }

    private static bool IsKey(string? key)
    {
        Span<byte> bytes = stackalloc byte[24];
        return key is { Length: 24 } && Convert.TryFromBase64String(key, bytes, out var length) && length == 16;
    }

    private static Task<Stream> UpgradeAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.Connection = "Upgrade";
        headers.Upgrade = "websocket";
        // The protocol asks for SHA-1 here; it protects nothing.
#pragma warning disable CA5350
        headers.SecWebSocketAccept = Convert.ToBase64String(
            SHA1.HashData(Encoding.ASCII.GetBytes(context.Request.Headers.SecWebSocketKey + WebSocketGuid)));
#pragma warning restore CA5350
        return context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
    }

    private async Task ReceiveAllAsync(StreamSocket socket, Action<byte[]> heard, CancellationToken aborted)
    {
        try
        {
            var reader = new ClientFrameReader(socket.Wire);
            while (Receive(socket, heard, await reader.ReadAsync(aborted)))
            {
                hub.Changed.Set();
            }
        }
        catch (ProtocolException e)
        {
            counters.CountClose(socket.Number, "simulator", e.CloseCode, e.Message);
            socket.Close(e.CloseCode, e.Message);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            counters.CountClose(socket.Number, "lost", 1006, "");
        }
        hub.Changed.Set();
    }

    /// <returns>False when it was the last.</returns>
    private bool Receive(StreamSocket socket, Action<byte[]> heard, ClientMessage message)
    {
        socket.HasSpoken |= message.Kind != ClientMessageKind.EndOfStream;
        switch (message.Kind)
        {
            case ClientMessageKind.EndOfStream:
                counters.CountClose(socket.Number, "lost", 1006, "");
                return false;
            case ClientMessageKind.Close:
                return !Closed(socket, message.Payload);
            case ClientMessageKind.Ping:
                counters.CountPing();
                if (socket.IsSpeaking)
                {
                    socket.Send(Frames.Make(Frames.Pong, message.Payload));
                }
                break;
            case ClientMessageKind.Text or ClientMessageKind.Binary:
                heard(message.Payload);
                break;
        }
        return true;
    }

    private bool Closed(StreamSocket socket, byte[] payload)
    {
        var code = payload.Length >= 2 ? BinaryPrimitives.ReadUInt16BigEndian(payload) : 1005;
        var reason = payload.Length > 2 ? Encoding.UTF8.GetString(payload.AsSpan(2)) : "";
        counters.CountClose(socket.Number, socket.IsClosing ? "simulator" : "client", code, reason);
        if (socket.IsSilent)
        {
            return false;   // nobody answers; the client will lose patience
        }
        socket.Close(code == 1005 ? 1000 : code, "");
        return true;
    }
}
