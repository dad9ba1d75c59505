using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tieline.Simulator.Notifications;
using Tieline.Simulator.Streams;

namespace Tieline.Simulator.Http;

/// <summary><c>GET /channels/{id}</c>: the socket of a channel. Its address is all the leave that is needed.</summary>
internal sealed class ChannelSocketEndpoint(
    StreamHub hub, ChannelDesk desk, SocketServer sockets, FaultDesk faults, ApiErrors errors, Counters counters)
{
    public async Task HandleAsync(HttpContext context, string id)
    {
        var channel = desk.Find(id);
        var refusal = faults.Take("handshake") is { } fault ? SocketServer.RefusalOf(fault)
            : channel is null ? new ApiError(404)
            : SocketServer.Refusal(context);
        if (refusal is not null || channel is null)
        {
            Counters.Count(counters.Handshakes, refusal!.Status);
            hub.Changed.Set();
            await errors.WriteAsync(context, refusal);
            return;
        }
        var socket = await sockets.OpenAsync(context, channel.Token);
        hub.Add(socket);
        try
        {
            if (!desk.Open(channel, socket))
            {
                socket.Close(1008, "channel gone");   // in the blink between
            }
            hub.Changed.Set();
            await sockets.ServeAsync(socket, payload => Hear(channel, socket, payload), context.RequestAborted);
        }
        finally
        {
            desk.Closed(channel, socket);
            hub.Remove(socket);
        }
    }

    private void Hear(Channel channel, StreamSocket socket, byte[] payload)
    {
        var said = Said.Parse(payload);
        counters.CountMessage(Encoding.UTF8.GetString(payload), understood: said.Message is "ping" or "subscribe" or "unsubscribe");
        if (!socket.IsSpeaking)
        {
            return;
        }
        if (said.Message == "ping")
        {
            socket.Send(SystemFrames.Pong);
        }
        else if (said.Message is "subscribe" or "unsubscribe")
        {
            socket.Send(SystemFrames.Answer(Answer(channel, said)));
        }
        else
        {
            socket.Send(SystemFrames.Answer(new { result = "400", status = "error" }));
        }
    }

    private object Answer(Channel channel, Said said)
    {
        if (desk.Find(channel.Id) is null)
        {
            return new { result = "404", message = "channel not found" };
        }
        if (said.Message == "unsubscribe")
        {
            desk.Unsubscribe(channel, said.Topics);
            return new { result = "200", status = "unsubscribed", correlationId = said.CorrelationId };
        }
        var topics = said.Topics.ConvertAll(topic => Topic.Parse(topic, out _));
        var good = topics.Count > 0 && topics.TrueForAll(topic => topic is not null && desk.Missing(topic) is null)
            && desk.Subscribe(channel, topics!, replace: false);
        return good
            ? new { result = "200", status = "subscribed", correlationId = said.CorrelationId }
            : new { result = "400", status = "failure", correlationId = said.CorrelationId };
    }

    /// <summary>A message of the client.</summary>
    private sealed record Said(string? Message, List<string> Topics, string? CorrelationId)
    {
        public static Said Parse(byte[] payload)
        {
            try
            {
                using var json = JsonDocument.Parse(payload);
                var root = json.RootElement;
                return new Said(
                    root.GetProperty("message").GetString()?.ToLowerInvariant(),
                    root.TryGetProperty("topics", out var topics) ? [.. topics.EnumerateArray().Select(topic => topic.GetString() ?? "")] : [],
                    root.TryGetProperty("correlationId", out var id) ? id.GetString() : null);
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
            {
                return new Said(null, [], null);
            }
        }
    }
}
