using System.Buffers;
using System.Text.Json;

namespace Tieline.Genesys;

/// <summary>The one message that a client sends: what it wants to hear. Pure.</summary>
internal static class SubscribeMessage
{
    /// <returns>UTF-8. An empty list leaves its filter out; two leave <c>filters</c> out, and Genesys then streams every conversation event.</returns>
    public static byte[] For(SubscriptionOptions options)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("messageType"u8, "subscribe"u8);
            json.WriteStartArray("subscriptions"u8);
            json.WriteStartObject();
            json.WriteString("channel"u8, "conversation"u8);
            if (options.Types.Count + options.States.Count > 0)
            {
                json.WriteStartObject("filters"u8);
                WriteList(json, "types"u8, options.Types);
                WriteList(json, "state"u8, options.States);
                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteList(Utf8JsonWriter json, ReadOnlySpan<byte> name, IList<string> values)
    {
        if (values.Count == 0)
            return;
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
