using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Tieline.Simulator.Streams;

namespace Tieline.Simulator.Http;

/// <summary><c>GET /api/v2/analytics/events/stream</c>: the handshake, and what the client says on the socket.</summary>
internal sealed class StreamEndpoint(
    GenesysSimulatorOptions options, TimeProvider time, StreamHub hub, TokenDesk tokens, FaultDesk faults, ApiErrors errors, Counters counters)
{
    private const string WebSocketGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";   // RFC 6455, 1.3
    private static readonly TimeSpan CloseAnswerWithin = TimeSpan.FromSeconds(5);
    private int _sockets;

    public async Task HandleAsync(HttpContext context)
    {
        var refusal = Refusal(context, out var token);
        if (refusal is var (status, retryAfter, bearerGiven))
        {
            Counters.Count(counters.Handshakes, status);
            hub.Changed.Set();
            await errors.WriteAsync(context, status, retryAfter, bearerGiven);
            return;
        }
        var upgraded = await UpgradeAsync(context);
        Counters.Count(counters.Handshakes, 101);
        // Not HttpContext.Abort: a fault may come when the request is already over.
        var connection = context.Features.GetRequiredFeature<IConnectionLifetimeFeature>();
        var tcp = context.Features.Get<IConnectionSocketFeature>()?.Socket;
        var socket = new StreamSocket(Interlocked.Increment(ref _sockets), context.Connection.Id, token!, upgraded, tcp, connection.Abort);
        hub.Add(socket);
        try
        {
            await ServeAsync(socket, upgraded, context.RequestAborted);
        }
        finally
        {
            hub.Remove(socket);
        }
    }

    private (int Status, int? RetryAfter, bool BearerGiven)? Refusal(HttpContext context, out IssuedToken? token)
    {
        const string Scheme = "Bearer ";
        token = null;
        if (faults.Take("handshake") is { } fault)
        {
            return (fault.Status!.Value, fault.RetryAfter ?? (fault.Status == 429 ? 2 : null), true);
        }
        var header = context.Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return (401, null, false);
        }
        token = tokens.Find(header[Scheme.Length..].Trim());
        if (token is null)
        {
            return (401, null, true);
        }
        if (!TokenDesk.HasScopes(token))
        {
            return (options.MissingScopeStatus, null, true);
        }
        if (context.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true } || !IsKey(context.Request.Headers.SecWebSocketKey))
        {
            return (400, null, true);
        }
        return context.Request.Headers.SecWebSocketVersion == "13" ? null : (426, null, true);
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

    private async Task ServeAsync(StreamSocket socket, Stream upgraded, CancellationToken aborted)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        var sending = socket.SendAllAsync(hub.OnSent, ended.Token);
        var receiving = ReceiveAllAsync(socket, new ClientFrameReader(upgraded), ended.Token);
        using var patience = options.CloseUnsubscribedAfter is { } after
            ? time.CreateTimer(_ => CloseUnsubscribed(socket), null, after, Timeout.InfiniteTimeSpan)
            : null;
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

    private static void CloseUnsubscribed(StreamSocket socket)
    {
        if (socket.Stream is null)
        {
            socket.Close(1008, "no subscribe message");
        }
    }

    private async Task ReceiveAllAsync(StreamSocket socket, ClientFrameReader reader, CancellationToken aborted)
    {
        try
        {
            while (Receive(socket, await reader.ReadAsync(aborted)))
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
    private bool Receive(StreamSocket socket, ClientMessage message)
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
                Subscribe(socket, message.Payload);
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

    private void Subscribe(StreamSocket socket, byte[] payload)
    {
        try
        {
            var filter = SubscriptionFilter.Parse(payload);
            counters.CountMessage(Encoding.UTF8.GetString(payload), understood: true);
            hub.Subscribe(socket, filter);
        }
        catch (SubscribeException e)
        {
            counters.CountMessage(Encoding.UTF8.GetString(payload), understood: false);
            if (options.StrictSubscribe)
            {
                socket.Close(e.CloseCode, e.Message);
            }
        }
    }
}
