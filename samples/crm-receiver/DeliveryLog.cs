using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CrmReceiver;

/// <summary>An append-only NDJSON file, <c>{"id","receivedAt","origin","body"}</c> a line, copies included: what a real CRM does with a table and a unique index on the id.</summary>
/// <remarks>A line is handed to the operating system before the sender gets its answer, so it survives this program being killed; it is not
/// fsynced, so it need not survive a power cut.</remarks>
internal sealed class DeliveryLog : IDisposable
{
    // The bodies stay readable, and searchable, as they came.
    private static readonly JsonWriterOptions _writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly FileStream _file;
    private readonly ArrayBufferWriter<byte> _line = new();

    public DeliveryLog(string path)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } directory)
            Directory.CreateDirectory(directory);
        _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
    }

    /// <summary>Tells what earlier runs wrote, in order, and cuts a last line that a crash tore. Call once, before the first append.</summary>
    public void Replay(Action<Delivery, DateTimeOffset> tell)
    {
        long whole = 0;
        using (var reader = new StreamReader(_file, Encoding.UTF8, detectEncodingFromByteOrderMarks: false, bufferSize: 1 << 16, leaveOpen: true))
        {
            while (reader.ReadLine() is { } line)
            {
                var end = whole + Encoding.UTF8.GetByteCount(line) + 1;
                if (end > _file.Length || Parse(line) is not var (delivery, receivedAt))
                    break;
                whole = end;
                tell(delivery, receivedAt);
            }
        }

        _file.SetLength(whole);
        _file.Position = whole;
    }

    public void Append(Delivery delivery, DateTimeOffset receivedAt, JsonElement body)
    {
        _line.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(_line, _writing))
        {
            json.WriteStartObject();
            json.WriteString("id", delivery.Id);
            json.WriteString("receivedAt", receivedAt);
            json.WriteString("origin", delivery.Origin);
            json.WritePropertyName("body");
            body.WriteTo(json);
            json.WriteEndObject();
        }

        _line.Write("\n"u8);
        _file.Write(_line.WrittenSpan);
    }

    public void Dispose() => _file.Dispose();

    private static (Delivery Delivery, DateTimeOffset ReceivedAt)? Parse(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var entry = document.RootElement;
            var id = entry.GetProperty("id").GetString()!;
            var origin = entry.GetProperty("origin").GetString()!;
            return BodyReader.TryRead(entry.GetProperty("body"), id, origin, out var delivery, out _)
                ? (delivery, entry.GetProperty("receivedAt").GetDateTimeOffset())
                : null;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}
