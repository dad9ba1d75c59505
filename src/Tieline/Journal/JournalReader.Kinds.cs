using Tieline.Events;
using Tieline.Storage;

namespace Tieline.Journal;

/// <summary>What filters go by, of many events.</summary>
internal sealed partial class JournalReader
{
    /// <summary>Events in a page of <see cref="ReadKinds"/>, at most.</summary>
    public const int KindsAtOnce = 10_000;

    /// <summary>The positions at which what was received in a span stands; within a minute at either end there may be others.</summary>
    /// <returns>Empty where the last is before the first.</returns>
    public (JournalPosition First, JournalPosition Last) ReadBounds(DateTimeOffset from, DateTimeOffset to)
    {
        using var snapshot = Snapshot();
        var (low, high) = Bounds(new EventSearch(From: from, To: to), null);
        return (new JournalPosition(low), new JournalPosition(high));
    }

    /// <summary>When the newest of the events was received that retention has removed; null where it has removed none.</summary>
    public DateTimeOffset? ReadRemovedUntil()
    {
        using var row = Query("SELECT removed_until FROM mark");
        return row.Read() ? Time(row, 0) : null;
    }

    /// <summary>A page of events in order, from one position through another. Nothing stays open behind it: the write-ahead log is not held up between pages.</summary>
    public IReadOnlyList<EventKind> ReadKinds(JournalPosition from, JournalPosition through)
    {
        var kinds = new List<EventKind>();
        using var reader = Query(
            "SELECT position, id, conversation, type, state, media_type, queue_id, received_at FROM event WHERE position BETWEEN $0 AND $1 ORDER BY position LIMIT $2", from.Value, through.Value, KindsAtOnce);
        while (reader.Read())
        {
            var row = new RawRow(reader);
            kinds.Add(new EventKind(new JournalPosition(row.Long(0)), row.Id(1), row.Text(2), row.Text(3), row.TextOrNull(4), row.TextOrNull(5), row.TextOrNull(6), row.Time(7)));
        }

        return kinds;
    }
}
