using System.Text.Json;
using Tieline.Audit;

namespace Tieline.Forwarding;

/// <summary>A line of the audit log, or of its checkpoints, on its way out.</summary>
/// <param name="Line">Its exact bytes, without LF.</param>
/// <param name="Action">The line's action; <see cref="CheckpointAction"/>; or <see cref="AuditEntry.Unreadable"/>.</param>
/// <param name="Fact">Null where it has none of its own: a checkpoint, a repair, a line that cannot be read.</param>
/// <param name="Timestamp">Null of a line that cannot be read.</param>
internal sealed record ForwardRecord(byte[] Line, string Action, long? Fact, DateTimeOffset? Timestamp)
{
    public const string CheckpointAction = "checkpoint";

    public ForwardSeverity Severity => ForwardSeverities.Of(Action);

    /// <summary>Never throws: what was changed on the disk is forwarded as it stands there.</summary>
    public static ForwardRecord OfLog(ReadOnlySpan<byte> line)
    {
        var entry = AuditEntry.Read(line);
        return entry.Action == AuditEntry.Unreadable ? Unreadable(line) : new ForwardRecord(line.ToArray(), entry.Action, entry.Fact > 0 ? entry.Fact : null, entry.Timestamp);
    }

    /// <inheritdoc cref="OfLog"/>
    public static ForwardRecord OfCheckpoint(ReadOnlySpan<byte> line)
    {
        var bytes = line.ToArray();
        try
        {
            using var document = JsonDocument.Parse(bytes);
            return new ForwardRecord(bytes, CheckpointAction, null, document.RootElement.GetProperty("timestamp").GetDateTimeOffset());
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return Unreadable(line);
        }
    }

    private static ForwardRecord Unreadable(ReadOnlySpan<byte> line) => new(line.ToArray(), AuditEntry.Unreadable, null, null);
}
