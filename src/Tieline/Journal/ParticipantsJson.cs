using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tieline.Events;

namespace Tieline.Journal;

/// <summary>Participants as the payload carries them, and as the journal keeps them: <c>[{"id","role","identity"}]</c>, absent members left out.</summary>
internal static class ParticipantsJson
{
    private const string Empty = "[]";

    private static readonly JsonWriterOptions _options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static string Write(IReadOnlyList<Participant> participants)
    {
        if (participants.Count == 0)
            return Empty;
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

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteIfPresent(Utf8JsonWriter writer, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
            writer.WriteString(name, value);
    }
}
