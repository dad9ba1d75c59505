using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tieline.Events;
using Tieline.Journal;

namespace Tieline.Delivery;

/// <summary>The format <c>Plain</c>: <c>docs/formats/payload.md</c>, byte for byte.</summary>
internal static class PlainBody
{
    /// <summary>No body is larger; an entry whose would be is a dead letter.</summary>
    public const int MaxBytes = 256 * 1024;

    private static readonly JsonWriterOptions _options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static ReadOnlyMemory<byte> Write(JournalEntry entry)
    {
        var buffer = new ArrayBufferWriter<byte>(256 + entry.ParticipantsJson.Length);
        using (var writer = new Utf8JsonWriter(buffer, _options))
        {
            writer.WriteStartObject();
            writer.WriteString("conversationId"u8, entry.ConversationId);
            writer.WriteString("type"u8, entry.Type);
            if (entry.State is not null)
                writer.WriteString("state"u8, entry.State);
            Span<char> time = stackalloc char[EventTime.Format.Length];
            entry.OccurredAt.UtcDateTime.TryFormat(time, out var length, EventTime.Format, CultureInfo.InvariantCulture);
            writer.WriteString("timestamp"u8, time[..length]);
            writer.WritePropertyName("participants"u8);
            writer.WriteRawValue(entry.ParticipantsJson.Span, skipInputValidation: true);
            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }
}
