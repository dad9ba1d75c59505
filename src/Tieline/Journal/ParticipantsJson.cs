using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tieline.Events;

namespace Tieline.Journal;

/// <summary>Participants as the payload carries them, and as the journal keeps them: <c>[{"id","role","identity"}]</c>, absent members left out.</summary>
internal static class ParticipantsJson
{
    private static readonly ReadOnlyMemory<byte> _empty = "[]"u8.ToArray();

    private static readonly JsonWriterOptions _options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static ReadOnlyMemory<byte> WriteUtf8(IReadOnlyList<Participant> participants)
    {
        if (participants.Count == 0)
            return _empty;
        var buffer = new ArrayBufferWriter<byte>(participants.Count * 128);
        using (var writer = new Utf8JsonWriter(buffer, _options))
        {
            writer.WriteStartArray();
            foreach (var participant in participants)
            {
                writer.WriteStartObject();
                WriteIfPresent(writer, "id"u8, participant.Id);
                WriteIfPresent(writer, "role"u8, participant.Role);
                WriteIfPresent(writer, "identity"u8, participant.Identity);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        return buffer.WrittenMemory;
    }

    private static void WriteIfPresent(Utf8JsonWriter writer, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
            writer.WriteString(name, value);
    }
}
