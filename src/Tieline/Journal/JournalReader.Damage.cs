using Tieline.Events;

namespace Tieline.Journal;

/// <summary>What is damaged, and when that must have happened.</summary>
internal sealed partial class JournalReader
{
    /// <summary>The time of a damaged event is believed where it is this near to those beside it: else the damage may be just there.</summary>
    private static readonly TimeSpan _believed = TimeSpan.FromDays(1);

    /// <summary>Positions that were set aside since what stands there is damaged, oldest first.</summary>
    public IReadOnlyList<JournalPosition> ReadDamagedLetters(int limit)
    {
        var positions = new List<JournalPosition>();
        using var row = Query("SELECT DISTINCT position FROM dead_letter WHERE substr(reason, 1, $0) = $1 ORDER BY position LIMIT $2", (long)StoredEvent.Damaged.Length, StoredEvent.Damaged, limit);
        while (row.Read())
            positions.Add(new JournalPosition(row.GetInt64(0)));
        return positions;
    }

    /// <summary>When what stood at these positions must have happened, by those beside it and by what is left of it; null where nothing tells.</summary>
    public (DateTimeOffset From, DateTimeOffset To)? ReadTimeOf(DamagedSpan span, DateTimeOffset now)
    {
        List<DateTimeOffset> beside = [.. Beside("position < $0 ORDER BY position DESC", span.First), .. Beside("position > $0 ORDER BY position", span.Last)];
        var own = span.IsGone ? [] : Times("position = $0", span.First, 1).Where(time => beside.Count == 0 || beside.Exists(other => (time - other).Duration() <= _believed));
        beside.AddRange(own);
        return beside.Count == 0 ? null : (beside.Min(), beside.Max());

        IEnumerable<DateTimeOffset> Beside(string where, JournalPosition position) => Times(where, position, 8).Take(1);

        List<DateTimeOffset> Times(string where, JournalPosition position, int limit)
        {
            var times = new List<DateTimeOffset>();
            using var row = Query($"SELECT occurred_at FROM event WHERE {where} LIMIT $1", position.Value, limit);
            while (row.Read())
            {
                if (EventTime.IsPlausible(EventTime.OfStored(row.GetInt64(0)), now))
                    times.Add(EventTime.OfStored(row.GetInt64(0)));
            }

            return times;
        }
    }

    /// <summary>Whether a span has been asked for, or will be, since something in it is damaged.</summary>
    public bool IsAskedForAsDamaged(DateTimeOffset from, DateTimeOffset to)
    {
        using var row = Query("SELECT 1 FROM gap WHERE reason = 'damaged' AND from_time <= $0 AND to_time >= $1", from.ToUnixTimeMilliseconds(), to.ToUnixTimeMilliseconds());
        return row.Read();
    }

    /// <summary>Which positions between two have no event, though nothing says that they need none. Not below what retention has removed.</summary>
    /// <param name="entries">Those of that span that a destination has not settled, in order.</param>
    public IReadOnlyList<DamagedSpan> ReadGone(DestinationNumber destination, JournalPosition after, JournalPosition through, IReadOnlyList<JournalEntry> entries)
    {
        if (through.Value - after.Value <= entries.Count)
            return [];
        using (var counts = Query("SELECT count(*) FROM delivery WHERE destination = $0 AND position > $1 AND position <= $2", destination.Value, after.Value, through.Value))
        {
            // Each position is an entry, or was settled: where that adds up nothing is gone. It nearly always does, and nothing more is read.
            if (counts.Read() && counts.GetInt64(0) + entries.Count >= through.Value - after.Value)
                return [];
        }

        var gone = new List<DamagedSpan>();
        var last = Math.Max(after.Value, ReadRemoved().Through.Value);
        using var row = Query("SELECT position FROM event WHERE position > $0 AND position <= $1 ORDER BY position", last, through.Value);
        while (row.Read() && gone.Count < MaxGone)
        {
            var position = row.GetInt64(0);
            AddGone(position);
            last = Math.Max(last, position);
        }

        AddGone(through.Value + 1);
        return gone;

        void AddGone(long next)
        {
            if (next > last + 1 && gone.Count < MaxGone)
                gone.Add(new DamagedSpan(new JournalPosition(last + 1), new JournalPosition(next - 1), IsGone: true));
        }
    }

    /// <summary>By destination, how many of the newest events that it has gone past have no record of what became of them. Those where all have one are left out. For the start.</summary>
    public IReadOnlyList<(string Name, long Without)> ReadUnvouched(IReadOnlyCollection<string> destinations)
    {
        var without = new List<(string, long)>();
        using var row = Query(
            """
            SELECT n.name, (SELECT count(*) FROM event e WHERE e.position > max(n.starts_after, (SELECT removed_through FROM mark), n.position - $0) AND e.position <= n.position
                AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.destination = n.number AND d.position = e.position))
            FROM destination n WHERE n.ends_after IS NULL
            """,
            Vouched);
        while (row.Read())
        {
            if (row.GetInt64(1) > 0 && destinations.Contains(row.GetString(0)))
                without.Add((row.GetString(0), row.GetInt64(1)));
        }

        return without;
    }

    /// <summary>So many positions are looked through for that: some tens of milliseconds.</summary>
    private const long Vouched = 20_000;

    /// <summary>Spans told of at once.</summary>
    private const int MaxGone = 64;
}
