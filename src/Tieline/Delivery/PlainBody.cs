using System.Buffers;
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

    public static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static ReadOnlyMemory<byte> Write(JournalEntry entry)
    {
        var buffer = new ArrayBufferWriter<byte>(256 + entry.ParticipantsJson.Length);
        using (var writer = new Utf8JsonWriter(buffer, Writing))
            Write(writer, entry);
        return buffer.WrittenMemory;
    }

    public static void Write(Utf8JsonWriter writer, JournalEntry entry)
    {
        writer.WriteStartObject();
        WriteMembers(writer, entry);
        writer.WriteEndObject();
    }

    public static void WriteMembers(Utf8JsonWriter writer, JournalEntry entry)
    {
        writer.WriteString("conversationId"u8, entry.ConversationId);
        writer.WriteString("type"u8, entry.Type);
        if (entry.State is not null)
            writer.WriteString("state"u8, entry.State);
        WriteTime(writer, "timestamp"u8, entry.OccurredAt);
        writer.WritePropertyName("participants"u8);
        writer.WriteRawValue(entry.ParticipantsJson.Span, skipInputValidation: true);
    }

    public static void WriteTime(Utf8JsonWriter writer, ReadOnlySpan<byte> name, DateTimeOffset at)
    {
        Span<byte> time = stackalloc byte[EventTime.WriteRoom];
        writer.WriteString(name, time[..EventTime.Write(at, time)]);
    }
}
