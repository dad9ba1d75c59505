using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Tieline.Events;

namespace Tieline.Derivation;

/// <summary>The bytes that stand for a derived event where the audit log asks for an original: <c>docs/formats/audit-log.md</c>, "Derived events".</summary>
internal static class CanonicalEvent
{
    /// <summary>The first 8 bytes, big-endian, of SHA-256 over <see cref="Write"/>.</summary>
    public static ulong HashOf(ConversationEvent derived)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(Write(derived)), hash);
        return BinaryPrimitives.ReadUInt64BigEndian(hash);
    }

    /// <summary>Every member, in this order, null where there is none; so that no two events have the same text.</summary>
    public static string Write(ConversationEvent derived)
    {
        var json = new StringBuilder(256);
        Member(json, '{', "conversationId", derived.ConversationId);
        Member(json, ',', "type", derived.Type);
        Member(json, ',', "state", derived.State);
        Member(json, ',', "timestamp", EventTime.ToText(derived.OccurredAt));
        Member(json, ',', "mediaType", derived.MediaType);
        Member(json, ',', "queueId", derived.QueueId);
        json.Append(",\"participants\":[");
        for (var index = 0; index < derived.Participants.Count; index++)
        {
            if (index > 0)
                json.Append(',');
            Member(json, '{', "id", derived.Participants[index].Id);
            Member(json, ',', "role", derived.Participants[index].Role);
            Member(json, ',', "identity", derived.Participants[index].Identity);
            json.Append('}');
        }

        return json.Append("]}").ToString();
    }

    private static void Member(StringBuilder json, char before, string name, string? value)
    {
        json.Append(before).Append('"').Append(name).Append("\":");
        if (value is null)
        {
            json.Append("null");
            return;
        }

        json.Append('"');
        foreach (var character in value)
            Escape(json, character);
        json.Append('"');
    }

    /// <summary>As RFC 8785 has it: nothing is escaped that JSON does not ask for.</summary>
    private static void Escape(StringBuilder json, char character)
    {
        var shortened = character switch { '"' => '"', '\\' => '\\', '\b' => 'b', '\t' => 't', '\n' => 'n', '\f' => 'f', '\r' => 'r', _ => '\0' };
        if (shortened != '\0')
            json.Append('\\').Append(shortened);
        else if (character < ' ')
            json.Append("\\u").Append(((int)character).ToString("x4", CultureInfo.InvariantCulture));
        else
            json.Append(character);
    }
}
