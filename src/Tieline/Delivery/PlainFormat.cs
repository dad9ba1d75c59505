using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Json;
using Tieline.Journal;

namespace Tieline.Delivery;

/// <summary><see cref="PlainBody"/>.</summary>
internal sealed class PlainFormat : IBodyFormat
{
    /// <summary>About what one takes.</summary>
    private const int EventBytes = 512;

    public static PlainFormat Instance { get; } = new();

    public MediaTypeHeaderValue ContentType { get; } = new("application/json");

    public MediaTypeHeaderValue BatchContentType => ContentType;

    public ReadOnlyMemory<byte> Write(JournalEntry entry) => PlainBody.Write(entry);

    /// <summary>An array of the same objects, each with its <c>id</c> in front: there is no header for it here.</summary>
    public ReadOnlyMemory<byte> Write(IReadOnlyList<JournalEntry> entries)
    {
        var buffer = new ArrayBufferWriter<byte>(entries.Count * EventBytes);
        using (var writer = new Utf8JsonWriter(buffer, PlainBody.Writing))
        {
            writer.WriteStartArray();
            foreach (var entry in entries)
            {
                writer.WriteStartObject();
                writer.WriteString("id"u8, entry.Id.ToString());
                PlainBody.WriteMembers(writer, entry);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        return buffer.WrittenMemory;
    }
}
