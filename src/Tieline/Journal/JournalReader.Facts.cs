using Microsoft.Data.Sqlite;

namespace Tieline.Journal;

/// <summary>What the audit log must say.</summary>
internal sealed partial class JournalReader
{
    private const string EventSql = "SELECT sequence, conversation, type, payload_hash, id, position FROM event ";

    /// <summary>A list this dense is read as one range rather than one by one.</summary>
    private const int DenseSpan = 8;

    /// <remarks>There is one for each number up to the newest, whatever is broken or gone: <see cref="AuditFact.Lost"/>.</remarks>
    /// <inheritdoc cref="IFactSource.ReadFacts"/>
    public IReadOnlyList<AuditFact> ReadFacts(long after, int limit)
    {
        // One snapshot: a fact and its event are there, or gone, together.
        using var snapshot = Snapshot();
        var facts = new List<AuditFact>();
        var (next, end) = (after + 1, ReadCounters().NextFact);
        using var row = Query(
            """
            SELECT number, count, kind, at, first_position, positions, destination, detail, coalesce((SELECT min(number) FROM fact n WHERE n.number > f.number), $1)
            FROM fact f WHERE number >= coalesce((SELECT max(number) FROM fact WHERE number <= $0), 0) AND number < $1 ORDER BY number
            """,
            next, end);
        while (facts.Count < limit && row.Read())
        {
            var fact = new FactRow(row);
            for (; next < fact.Number && facts.Count < limit; next++)
                facts.Add(FactRow.Gone(next));
            var through = Math.Min(Math.Min(fact.End, end), next + (limit - facts.Count));
            if (next >= through)
                continue;
            if (fact.IsAboutEvents)
                ReadEvents(fact, next, through, facts);
            else
                facts.AddRange(Range(next, through).Select(fact.Plain));
            next = through;
        }

        for (; next < end && facts.Count < limit; next++)
            facts.Add(FactRow.Gone(next));
        return facts;
    }

    /// <summary>A fact for each number from <paramref name="from"/> up to and without <paramref name="end"/>.</summary>
    private void ReadEvents(FactRow fact, long from, long end, List<AuditFact> facts)
    {
        var (first, last) = (fact.PositionOf(from), fact.PositionOf(end - 1));
        if (first is null || last is null || last - first >= (end - from) * DenseSpan)
        {
            facts.AddRange(Range(from, end).Select(number => ReadEvent(fact, number)));
            return;
        }

        var number = from;
        using (var row = Query(EventSql + "WHERE position BETWEEN $0 AND $1 ORDER BY position", first, last))
        {
            while (number < end && row.Read())
            {
                var position = row.GetInt64(5);
                for (; number < end && fact.PositionOf(number) < position; number++)
                    facts.Add(fact.Without(number, LostParts.EventGone));
                if (number < end && fact.PositionOf(number) == position)
                    facts.Add(fact.Of(number++, row));
            }
        }

        for (; number < end; number++)
            facts.Add(fact.Without(number, LostParts.EventGone));
    }

    private AuditFact ReadEvent(FactRow fact, long number)
    {
        if (fact.PositionOf(number) is not { } position)
            return fact.Without(number, LostParts.Positions);
        using var row = Query(EventSql + "WHERE position = $0", position);
        return row.Read() ? fact.Of(number, row) : fact.Without(number, LostParts.EventGone);
    }

    private static IEnumerable<long> Range(long from, long end)
    {
        for (var number = from; number < end; number++)
            yield return number;
    }
}
