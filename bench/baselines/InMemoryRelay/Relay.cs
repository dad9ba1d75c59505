using System.Buffers;
using System.Text.Json;

namespace InMemoryRelay;

/// <summary>From a frame to the payload, in one walk; null for what the filter drops.</summary>
internal static class Relay
{
    public static byte[]? Convert(ReadOnlySpan<byte> frame)
    {
        string? type = null, state = null, conversationId = null, timestamp = null;
        var participants = new List<(string? Id, string? Role, string? Identity)>();
        var reader = new Utf8JsonReader(frame);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
                type = ReadString(ref reader);
            else if (reader.ValueTextEquals("state"u8))
                state = ReadString(ref reader);
            else if (reader.ValueTextEquals("conversationId"u8))
                conversationId = ReadString(ref reader);
            else if (reader.ValueTextEquals("timestamp"u8))
                timestamp = ReadString(ref reader);
            else if (reader.ValueTextEquals("participants"u8) && IsWanted(type, state))
                ReadParticipants(ref reader, participants);
            else
                reader.Skip();
        }

        return IsWanted(type, state) ? Write(conversationId, type, state, timestamp, participants) : null;
    }

    private static bool IsWanted(string? type, string? state) => type == "routing.queue" || (type == "conversation.state" && state is "completed" or "abandoned" or "transfer");

    private static string? ReadString(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.GetString();
    }

    private static void ReadParticipants(ref Utf8JsonReader reader, List<(string? Id, string? Role, string? Identity)> participants)
    {
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            string? id = null, role = null, identity = null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("id"u8))
                    id = ReadString(ref reader);
                else if (reader.ValueTextEquals("role"u8))
                    role = ReadString(ref reader);
                else if (reader.ValueTextEquals("identity"u8))
                    identity = ReadString(ref reader);
                else
                    reader.Skip();
            }

            participants.Add((id, role, identity));
        }
    }

    private static byte[] Write(string? conversationId, string? type, string? state, string? timestamp, List<(string? Id, string? Role, string? Identity)> participants)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("conversationId"u8, conversationId);
            writer.WriteString("type"u8, type);
            writer.WriteString("state"u8, state);
            writer.WriteString("timestamp"u8, timestamp);
            writer.WriteStartArray("participants"u8);
            foreach (var (id, role, identity) in participants)
            {
                writer.WriteStartObject();
                writer.WriteString("id"u8, id);
                writer.WriteString("role"u8, role);
                writer.WriteString("identity"u8, identity);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
