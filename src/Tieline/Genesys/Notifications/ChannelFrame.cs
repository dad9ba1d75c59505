using System.Text.Json;
using Tieline.Events;

namespace Tieline.Genesys;

/// <summary>What a frame is about, from its topic. Pure.</summary>
internal enum ChannelFrame
{
    Notification,

    /// <summary>A heartbeat, a pong, or one of Genesys's topics that nothing follows from.</summary>
    Life,

    /// <summary>The socket will be closed shortly.</summary>
    SocketClosing,

    /// <summary>Another channel has taken this one's place in the client's quota.</summary>
    Evicted,

    TokenRevoked,

    /// <summary>The channel's topics have been changed, perhaps not by us.</summary>
    SubscriptionUpdated,

    /// <summary>No topic: an answer to what clients may say over the socket.</summary>
    InBand,

    /// <summary>Such an answer that says the channel is no more.</summary>
    ChannelLost,

    /// <summary>No envelope at all.</summary>
    Refused,
}

/// <summary>Reads no more of an envelope than it takes to know its topic. Pure.</summary>
internal static class ChannelFrames
{
    public static ChannelFrame Read(ReadOnlySpan<byte> utf8, out FrameFault fault, out string? kind)
    {
        fault = FrameFault.None;
        kind = null;
        try
        {
            var reader = new Utf8JsonReader(utf8);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                fault = FrameFault.NotAnObject;
                return ChannelFrame.Refused;
            }

            var isLost = false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isTopic = reader.ValueTextEquals("topicName"u8);
                var isResult = !isTopic && reader.ValueTextEquals("result"u8);
                reader.Read();
                if (isTopic && reader.TokenType == JsonTokenType.String)
                    return Of(reader.GetString()!, out kind);
                isLost |= isResult && reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("404"u8);
                reader.Skip();
            }

            return isLost ? ChannelFrame.ChannelLost : ChannelFrame.InBand;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            fault = FrameFault.NotJson;
            return ChannelFrame.Refused;
        }
    }

    private static ChannelFrame Of(string topic, out string? kind)
    {
        kind = null;
        if (Starts(topic, "v2.system.socket_closing"))
            return ChannelFrame.SocketClosing;
        if (Starts(topic, "v2.system.no_longer_subscribed"))
            return ChannelFrame.Evicted;
        if (Starts(topic, "v2.system.token_revoked"))
            return ChannelFrame.TokenRevoked;
        if (Starts(topic, "v2.subscription.updated") || Starts(topic, "v2.system.subscription_changed"))
            return ChannelFrame.SubscriptionUpdated;
        if (TopicName.IsSystem(topic))
            return ChannelFrame.Life;
        kind = Starts(topic, "v2.routing.queues.") ? "queue" : Starts(topic, "v2.users.") ? "user" : Starts(topic, "v2.detail.") ? "detail" : "other";
        return ChannelFrame.Notification;
    }

    private static bool Starts(string topic, string with) => topic.StartsWith(with, StringComparison.OrdinalIgnoreCase);
}
