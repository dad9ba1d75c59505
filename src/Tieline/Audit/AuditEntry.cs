using System.Text;
using System.Text.Json;

namespace Tieline.Audit;

/// <summary>A line of the log for showing. Nothing about it has been checked.</summary>
/// <param name="Json">As it stands in the file.</param>
internal sealed record AuditEntry(
    string Json,
    DateTimeOffset Timestamp,
    long? Sequence,
    string? ConversationId,
    string? EventType,
    string? Id,
    string Action,
    string? Destination,
    long Fact,
    string? Detail)
{
    /// <summary>The <see cref="Action"/> of a line that is no longer one: it is shown whatever is asked for, since somebody changed it.</summary>
    public const string Unreadable = "unreadable";

    public static AuditEntry Read(ReadOnlySpan<byte> line)
    {
        var json = Encoding.UTF8.GetString(line);
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            var detail = root.GetProperty("detail");
            return new AuditEntry(
                json, root.GetProperty("timestamp").GetDateTimeOffset(),
                root.GetProperty("sequence") is { ValueKind: JsonValueKind.Number } sequence ? sequence.GetInt64() : null,
                root.GetProperty("conversationId").GetString(), root.GetProperty("eventType").GetString(), root.GetProperty("id").GetString(),
                root.GetProperty("action").GetString() ?? Unreadable, root.GetProperty("destination").GetString(), root.GetProperty("fact").GetInt64(),
                detail.ValueKind == JsonValueKind.Null ? null : detail.GetRawText());
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return new AuditEntry(json, default, null, null, null, null, Unreadable, null, 0, null);
        }
    }
}
