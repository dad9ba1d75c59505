using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Json;
using Tieline.Journal;

namespace Tieline.Delivery;

/// <summary>CloudEvents 1.0, structured, as JSON: the object of <c>Plain</c> in an envelope that routers understand. https://github.com/cloudevents/spec</summary>
/// <param name="source">With the id it names the event for ever.</param>
internal sealed class CloudEventsFormat(string source) : IBodyFormat
{
    /// <summary>Before the event's own type.</summary>
    public const string TypePrefix = "com.tieline.";

    /// <summary>About what the envelope takes.</summary>
    private const int EnvelopeBytes = 512;

    public MediaTypeHeaderValue ContentType { get; } = new("application/cloudevents+json");

    public MediaTypeHeaderValue BatchContentType { get; } = new("application/cloudevents-batch+json");

    public ReadOnlyMemory<byte> Write(JournalEntry entry)
    {
        var buffer = new ArrayBufferWriter<byte>(EnvelopeBytes + entry.ParticipantsJson.Length);
        using (var writer = new Utf8JsonWriter(buffer, PlainBody.Writing))
            Write(writer, entry);
        return buffer.WrittenMemory;
    }

    /// <summary>The batched mode of its JSON format: an array of them.</summary>
    public ReadOnlyMemory<byte> Write(IReadOnlyList<JournalEntry> entries)
    {
        var buffer = new ArrayBufferWriter<byte>(entries.Count * 2 * EnvelopeBytes);
        using (var writer = new Utf8JsonWriter(buffer, PlainBody.Writing))
        {
            writer.WriteStartArray();
            foreach (var entry in entries)
                Write(writer, entry);
            writer.WriteEndArray();
        }

        return buffer.WrittenMemory;
    }

    private void Write(Utf8JsonWriter writer, JournalEntry entry)
    {
        writer.WriteStartObject();
        writer.WriteString("specversion"u8, "1.0"u8);
        writer.WriteString("id"u8, entry.Id.ToString());
        writer.WriteString("source"u8, source);
        writer.WriteString("type"u8, TypePrefix + entry.Type);
        writer.WriteString("subject"u8, entry.ConversationId);
        PlainBody.WriteTime(writer, "time"u8, entry.OccurredAt);
        writer.WriteString("datacontenttype"u8, "application/json"u8);
        writer.WritePropertyName("data"u8);
        PlainBody.Write(writer, entry);
        writer.WriteEndObject();
    }
}
