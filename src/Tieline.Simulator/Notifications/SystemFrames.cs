using System.Text.Json;
using Tieline.Simulator.Streams;

namespace Tieline.Simulator.Notifications;

/// <summary>Frames that no topic brings.</summary>
internal static class SystemFrames
{
    private const string Organization = "c348c341-509a-5d77-a02e-d77039bb0029";

    public static readonly byte[] Heartbeat = Metadata("WebSocket Heartbeat");

    public static readonly byte[] Pong = Metadata("pong");

    public static byte[] Closing(Channel channel) => Make(channel, "v2.system.socket_closing", new Dictionary<string, string>
    {
        ["message"] = "This WebSocket will be closed shortly for maintenance",
    });

    public static byte[] NoLongerSubscribed(Channel channel) => Make(channel, $"v2.system.no_longer_subscribed.{channel.Id}", new Dictionary<string, string>
    {
        ["systemTopicType"] = "no_longer_subscribed",
        ["reason"] = "another_channel_subscribed",
    });

    public static byte[] TokenRevoked(Channel channel) => Make(channel, $"v2.system.token_revoked.{channel.Id}", new Dictionary<string, string>
    {
        ["systemTopicType"] = "token_revoked",
        ["reason"] = "user_tokens_revoked",
    });

    /// <summary>The answer to a message of the client: no topic, no body.</summary>
    public static byte[] Answer(object answer) => Frames.Make(Frames.FinalText, JsonSerializer.SerializeToUtf8Bytes(answer));

    private static byte[] Metadata(string message) => Answer(new { topicName = "channel.metadata", version = "2", eventBody = new { message } });

    private static byte[] Make(Channel channel, string topicName, Dictionary<string, string> members)
    {
        var body = new Dictionary<string, string>
        {
            ["channelId"] = channel.Id,
            ["correlationId"] = Organization,
            ["organizationId"] = Organization,
            ["oauthClientId"] = channel.Token.ClientId,
            ["oauthClientOrgId"] = Organization,
        };
        foreach (var (name, value) in members)
        {
            body[name] = value;
        }
        return Answer(new { topicName, version = "2", eventBody = body, metadata = new { CorrelationId = Organization } });
    }
}
