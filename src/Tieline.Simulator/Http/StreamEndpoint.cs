using System.Text;
using Microsoft.AspNetCore.Http;
using Tieline.Simulator.Streams;

namespace Tieline.Simulator.Http;

/// <summary><c>GET /api/v2/analytics/events/stream</c>: who may open one, and the subscribe messages.</summary>
internal sealed class StreamEndpoint(
    GenesysSimulatorOptions options, TimeProvider time, StreamHub hub, SocketServer sockets, BearerCheck bearer, FaultDesk faults, ApiErrors errors, Counters counters)
{
    public async Task HandleAsync(HttpContext context)
    {
        var refusal = Refusal(context, out var token);
        if (refusal is not null)
        {
            Counters.Count(counters.Handshakes, refusal.Status);
            hub.Changed.Set();
            await errors.WriteAsync(context, refusal);
            return;
        }
        var socket = await sockets.OpenAsync(context, token!);
        hub.Add(socket);
        try
        {
            using var patience = options.CloseUnsubscribedAfter is { } after
                ? time.CreateTimer(_ => CloseUnsubscribed(socket), null, after, Timeout.InfiniteTimeSpan)
                : null;
            await sockets.ServeAsync(socket, payload => Subscribe(socket, payload), context.RequestAborted);
        }
        finally
        {
            hub.Remove(socket);
        }
    }

    private ApiError? Refusal(HttpContext context, out IssuedToken? token)
    {
        token = null;
        if (faults.Take("handshake") is { } fault)
        {
            return SocketServer.RefusalOf(fault);
        }
        return bearer.Refusal(context.Request, out token) ?? SocketServer.Refusal(context);
    }

    private static void CloseUnsubscribed(StreamSocket socket)
    {
        if (socket.Stream is null)
        {
            socket.Close(1008, "no subscribe message");
        }
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
