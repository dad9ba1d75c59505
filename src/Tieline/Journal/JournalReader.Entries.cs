using Microsoft.Data.Sqlite;
using Tieline.Events;
using Tieline.Storage;

namespace Tieline.Journal;

/// <summary>Entries to deliver, and what was spent on delivering them.</summary>
internal sealed partial class JournalReader
{
    /// <summary>What <see cref="EntryOf"/> reads, of <c>event e</c> and <c>retry r</c>.</summary>
    private const string EntryColumns = EventColumns + ", r.attempts, r.waited_ms";

    private const string EventColumns = StoredEvent.Columns + ", e.position, e.received_at";

    /// <summary>What a row of <c>retry</c> may say, whatever stands there: more of either has long been given up.</summary>
    private const int MaxAttempts = 1_000_000;

    private const long MaxWaited = 366L * 86_400_000;

    private readonly StoredEvent _stored = new();

    /// <summary>One conversation's entries that this destination has not settled, in order, from one position through another.</summary>
    /// <remarks>By the table of look-ups, so that nothing is read for those between; what is too new for that table is searched through, up to some ten thousand events.</remarks>
    public IReadOnlyList<JournalEntry> ReadEntriesOf(DestinationNumber destination, string conversation, JournalPosition from, JournalPosition through, int limit)
    {
        using var snapshot = Snapshot();
        var lookedUp = ReadLookedUpThrough();
        var entries = new List<JournalEntry>();
        if (from.Value <= lookedUp)
        {
            var key = ConversationIndex.KeyOf(conversation);
            foreach (var day in ReadLookUpDays(ReadDayOf(from) - 1))
            {
                using var row = Query(
                    $"""
                    SELECT {EntryColumns}
                    FROM lookup l CROSS JOIN event e ON e.position = l.position LEFT JOIN retry r ON r.destination = $0 AND r.position = e.position
                    WHERE l.day = $1 AND l.conversation = $2 AND l.position BETWEEN $3 AND $4 AND e.conversation = $5
                    AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.destination = $0 AND d.position = e.position)
                    ORDER BY l.position LIMIT $6
                    """,
                    destination.Value, day, key, from.Value, Math.Min(through.Value, lookedUp), conversation, limit);
                while (row.Read())
                    entries.Add(EntryOf(row));
            }

            entries.Sort((left, right) => left.Position.CompareTo(right.Position)); // days and positions rise together closely, not exactly
        }

        if (entries.Count < limit && through.Value > lookedUp)
        {
            using var row = Query(
                $"""
                SELECT {EntryColumns}
                FROM event e LEFT JOIN retry r ON r.destination = $0 AND r.position = e.position
                WHERE e.position BETWEEN $1 AND $2 AND e.conversation = $3 AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.destination = $0 AND d.position = e.position)
                ORDER BY e.position LIMIT $4
                """,
                destination.Value, Math.Max(from.Value, lookedUp + 1), through.Value, conversation, limit - entries.Count);
            while (row.Read())
                entries.Add(EntryOf(row));
        }

        return entries.Count > limit ? entries.GetRange(0, limit) : entries;
    }

    /// <summary>Attempts that this destination's entries took that were settled since then, by the quarter of an hour in which they were. Reads all of them once: for the start.</summary>
    public IReadOnlyList<(DateTimeOffset At, long Attempts)> ReadAttemptsSince(DestinationNumber destination, DateTimeOffset since)
    {
        var attempts = new List<(DateTimeOffset, long)>();
        using var row = Query(
            "SELECT settled_at / 900000, sum(max(min(attempts, 1000000), 0)) FROM delivery WHERE destination = $0 AND settled_at >= $1 AND settled_at < $1 + 63072000000 AND outcome NOT IN ('skipped', 'filtered') GROUP BY 1 ORDER BY 1", destination.Value, since.ToUnixTimeMilliseconds());
        while (row.Read())
            attempts.Add((EventTime.OfStored(row.GetInt64(0) * 900_000), row.GetInt64(1)));
        return attempts;
    }

    private long ReadDayOf(JournalPosition position)
    {
        using var row = Query("SELECT received_at / 86400000 FROM event WHERE position >= $0 ORDER BY position LIMIT 1", position.Value);
        return row.Read() ? row.GetInt64(0) : 0;
    }

    private JournalEntry EntryOf(SqliteDataReader reader)
    {
        var row = new RawRow(reader);
        return new JournalEntry(
            new JournalPosition(row.Long(13)), row.Id(0), row.Text(3), row.Text(4), row.TextOrNull(5), row.Time(6), row.Bytes(9).ToArray(), (EventOrigin)row.Long(10), row.Time(14),
            (int)Math.Clamp(row.Long(15), 0, MaxAttempts), TimeSpan.FromMilliseconds(Math.Clamp(row.Long(16), 0, MaxWaited)))
        {
            MediaType = row.TextOrNull(7),
            QueueId = row.TextOrNull(8),
            Damage = _stored.DamageOf(row, 0),
        };
    }
}
