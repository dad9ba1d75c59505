using Microsoft.Data.Sqlite;
using Tieline.Events;
using Tieline.Storage;

namespace Tieline.Journal;

/// <summary>What the journal has of single conversations, and what became of it.</summary>
internal sealed partial class JournalReader
{
    /// <summary>What <see cref="KnownOf"/> reads.</summary>
    public const string KnownColumns = StoredEvent.Columns + ", e.received_at";

    /// <summary>Until it is disposed of, all is read as it is now: what is written meanwhile is not seen.</summary>
    public IDisposable Snapshot()
    {
        Command("BEGIN").ExecuteNonQuery();
        return new OpenSnapshot(this);
    }

    /// <summary>Up to here, events are found in the table of look-ups.</summary>
    public long ReadLookedUpThrough()
    {
        using var row = Query("SELECT looked_up_through FROM mark");
        row.Read();
        return row.GetInt64(0);
    }

    /// <summary>Events that are not in the table of look-ups yet, in order.</summary>
    public IEnumerable<ConversationIndex.Slot> ReadUnindexed() => ReadSlots(ReadLookedUpThrough());

    /// <summary>Where each event behind this position belongs in the table of look-ups, in order.</summary>
    public IEnumerable<ConversationIndex.Slot> ReadSlots(long after)
    {
        using var row = Query(
            "SELECT conversation, position, received_at / 86400000, type = 'conversation.state' AND state IN ('completed', 'abandoned') FROM event WHERE position > $0 ORDER BY position", after);
        while (row.Read())
            yield return new ConversationIndex.Slot(ConversationIndex.KeyOf(row.GetString(0)), row.GetInt64(1), row.GetInt64(2), row.IsDBNull(3) || row.GetInt64(3) != 0);
    }

    /// <summary>The first and last day in the table of look-ups; empty if the last is before the first.</summary>
    public (long First, long Last) ReadLookUpDays()
    {
        using var row = Query("SELECT (SELECT min(day) FROM lookup), (SELECT max(day) FROM lookup)");
        return row.Read() && !row.IsDBNull(0) ? (row.GetInt64(0), row.GetInt64(1)) : (0, -1);
    }

    /// <summary>The days that are in the table of look-ups, from one on: by what is there, since a row may name any day.</summary>
    public IEnumerable<long> ReadLookUpDays(long from)
    {
        for (var day = After("day >= $0", from); day is not null; day = After("day > $0", day.Value))
            yield return day.Value;

        long? After(string where, long value)
        {
            using var row = Query($"SELECT min(day) FROM lookup WHERE {where}", value);
            return row.Read() ? Long(row, 0) : null;
        }
    }

    /// <summary>Adds the positions that the table of look-ups has of a conversation, of one day.</summary>
    public void ReadLookUps(long day, long key, ICollection<long> positions)
    {
        using var row = Query("SELECT position FROM lookup WHERE day = $0 AND conversation = $1", day, key);
        while (row.Read())
            positions.Add(row.GetInt64(0));
    }

    /// <summary>What stands at these positions, of this conversation, and what is held of it; each id once.</summary>
    public IReadOnlyList<JournaledFact> ReadFactsOf(string conversation, IEnumerable<long> positions)
    {
        var facts = new Dictionary<EventId, (KnownFact Fact, List<JournalPosition> Positions)>();
        foreach (var position in positions)
        {
            using var row = Query($"SELECT {KnownColumns} FROM event e WHERE position = $0 AND conversation = $1", position, conversation);
            if (row.Read() && KnownOf(row, _stored) is { } known)
                Of(known).Add(new JournalPosition(position));
        }

        using (var row = Query($"SELECT {KnownColumns} FROM held e WHERE conversation = $0", conversation))
        {
            while (row.Read())
            {
                if (KnownOf(row, _stored) is { } known)
                    Of(known);
            }
        }

        return [.. facts.Values.Select(found => new JournaledFact(found.Fact, found.Positions))];

        List<JournalPosition> Of(KnownFact known)
        {
            if (!facts.TryGetValue(known.Id, out var found))
                facts[known.Id] = found = (known, []);
            return found.Positions;
        }
    }

    /// <summary>How an entry was settled at a destination; null where nothing says that it was.</summary>
    public string? ReadOutcome(DestinationNumber destination, JournalPosition position)
    {
        using (var row = Query("SELECT outcome FROM delivery WHERE destination = $0 AND position = $1", destination.Value, position.Value))
        {
            if (row.Read())
                return row.GetString(0);
        }

        using var dead = Query("SELECT 1 FROM dead_letter WHERE destination = $0 AND position = $1", destination.Value, position.Value);
        return dead.Read() ? Outcomes.DeadLettered : null;
    }

    /// <summary>The destinations that the journal knows.</summary>
    public IReadOnlyList<DestinationPlace> ReadPlaces()
    {
        var places = new List<DestinationPlace>();
        using var row = Query("SELECT name, number, starts_after, position FROM destination ORDER BY number");
        while (row.Read())
            places.Add(new DestinationPlace(row.GetString(0), new DestinationNumber(row.GetInt64(1)), new JournalPosition(row.GetInt64(2)), new JournalPosition(row.GetInt64(3))));
        return places;
    }

    /// <summary>What each destination has not been delivered. Counts events one by one: not for every minute.</summary>
    public IReadOnlyList<DestinationBacklog> ReadBacklogs()
    {
        var backlogs = new List<DestinationBacklog>();
        using var row = Query(
            """
            SELECT n.name, n.number, n.ends_after IS NOT NULL,
                (SELECT count(*) FROM event e WHERE e.position > n.position AND e.position <= coalesce(n.ends_after, 9223372036854775807)
                    AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.destination = n.number AND d.position = e.position))
                + (SELECT count(*) FROM waiting w WHERE w.destination = n.number),
                (SELECT count(*) FROM dead_letter d WHERE d.destination = n.number),
                (SELECT min(received_at) FROM event e WHERE e.position IN (
                    (SELECT e.position FROM event e WHERE e.position > n.position AND e.position <= coalesce(n.ends_after, 9223372036854775807)
                        AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.destination = n.number AND d.position = e.position) ORDER BY e.position LIMIT 1),
                    (SELECT min(position) FROM waiting w WHERE w.destination = n.number)))
            FROM destination n ORDER BY n.number
            """);
        while (row.Read())
            backlogs.Add(new DestinationBacklog(row.GetString(0), new DestinationNumber(row.GetInt64(1)), row.GetInt64(2) != 0, row.GetInt64(3), row.GetInt64(4), Time(row, 5)));
        return backlogs;
    }

    /// <summary>From here on, what a destination has not been delivered that is no longer configured stands there; the greatest of all where there is none.</summary>
    private long ReadBacklogStart() => (long)Command("SELECT coalesce(min(position), 9223372036854775807) FROM destination WHERE position < ends_after").ExecuteScalar()!;

    /// <summary>What retention has removed: up to which position (dead letters stay), and received up to when; null where it has removed nothing.</summary>
    public (JournalPosition Through, DateTimeOffset? Until) ReadRemoved()
    {
        using var row = Query("SELECT removed_through, removed_until FROM mark");
        row.Read();
        return (new JournalPosition(row.GetInt64(0)), Time(row, 1));
    }

    /// <returns>Null: it is damaged. Then it is not known, so that it may come again.</returns>
    public static KnownFact? KnownOf(SqliteDataReader reader, StoredEvent stored)
    {
        var row = new RawRow(reader);
        return stored.DamageOf(row, 0) is not null ? null
            : new KnownFact(row.Id(0), row.Text(4), row.TextOrNull(5), row.Time(6), row.TextOrNull(8), (EventOrigin)row.Long(10))
            {
                ReceivedAt = row.Time(StoredEvent.ColumnCount),
                IsNumbered = row.LongOrNull(2) is not null,
            };
    }

    private sealed class OpenSnapshot(JournalReader reader) : IDisposable
    {
        public void Dispose() => reader.Command("COMMIT").ExecuteNonQuery();
    }
}
