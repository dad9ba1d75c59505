namespace Tieline.Service.Commands.Demo;

/// <summary>Compares what was sent with what arrived. Knows nothing of Tieline but the gaps it admits to. Pure.</summary>
internal static class Comparer
{
    /// <param name="received">In the order of first arrivals.</param>
    public static Comparison Compare(Ledger ledger, IReadOnlyList<ReceivedRow> received, IReadOnlyList<GapSpan> gaps, IReadOnlyList<Disturbance> disturbances)
    {
        var owed = Owed(ledger.Rows);
        var arrived = received.Select(row => row.Id).ToHashSet(StringComparer.Ordinal);
        var made = new Dictionary<string, LedgerRow>(StringComparer.Ordinal);
        foreach (var row in ledger.Rows)
        {
            if (row.Id is not null)
                made.TryAdd(row.Id, row);
        }

        var (filtered, delivered, inGaps, fetched, missing) = (0, 0, 0, 0, 0);
        var differences = new List<Difference>();
        foreach (var row in owed)
        {
            if (row.Id is not null && arrived.Contains(row.Id))
            {
                delivered++;
                if (gaps.Any(gap => gap.Holds(row)))
                    fetched++;
                if (!row.Passes)
                    differences.Add(Differs(row, "delivered, though the filter drops it"));
            }
            else if (gaps.Any(gap => gap.Holds(row)))
            {
                inGaps++;
                if (row.Passes)
                    missing++;
                if (row.Written && !disturbances.Any(disturbance => disturbance.Explains(row.WrittenAt ?? row.Timestamp)))
                    differences.Add(Differs(row, "in a gap, though it was sent while nothing was disturbed"));
            }
            else if (!row.Written)
            {
                differences.Add(Differs(row, "never reached Tieline, and no gap names it"));
            }
            else if (row.Passes)
            {
                differences.Add(Differs(row, "sent, and neither delivered nor in a gap"));
            }
            else
            {
                filtered++;
            }
        }

        var unproven = 0;
        foreach (var row in received.Where(row => !made.ContainsKey(row.Id)))
        {
            if (ledger.MayHaveLost(row.Timestamp))
                unproven++;
            else
                differences.Add(new Difference(row.Id, null, row.ConversationId, "delivered, though the simulator never made it"));
        }

        var misplaced = OutOfOrder(received, made, gaps).ToList();
        differences.AddRange(misplaced);
        return new Comparison(
            owed.Count, filtered, delivered, inGaps, gaps.Count, unproven, received.Sum(row => row.Copies - 1), misplaced.Count, differences)
        { Fetched = fetched, Missing = missing };
    }

    /// <summary>From the first event that a socket took to the last: nobody can know of a number before it joined, nor of one behind which no other came.</summary>
    private static IReadOnlyList<LedgerRow> Owed(IReadOnlyList<LedgerRow> rows)
    {
        var (first, last) = (0, rows.Count - 1);
        while (first < rows.Count && !rows[first].Written)
            first++;
        while (last > first && !rows[last].Written)
            last--;
        return first >= rows.Count ? [] : [.. rows.Skip(first).Take(last - first + 1)];
    }

    private static IEnumerable<Difference> OutOfOrder(IReadOnlyList<ReceivedRow> received, Dictionary<string, LedgerRow> made, IReadOnlyList<GapSpan> gaps)
    {
        var newest = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var row in received)
        {
            if (!made.TryGetValue(row.Id, out var one))
                continue;
            if (gaps.Any(gap => gap.Holds(one)))
                continue; // what had to be fetched comes when it can
            var sequence = one.Sequence;
            if (!newest.TryGetValue(row.ConversationId, out var before) || sequence >= before)
                newest[row.ConversationId] = sequence;
            else if (!row.IsFetched || !made.Values.Any(other => MayBeTakenFor(other, one) && gaps.Any(gap => gap.Holds(other))))
                yield return new Difference(row.Id, sequence, row.ConversationId, $"came behind sequence {before} of its conversation");
        }
    }

    /// <summary>Where the one was in a gap, Tieline may have taken the other for it, and fetched that later: the one case in which something that a socket took leaves its place (docs/adr/0012-the-same-fact.md).</summary>
    private static bool MayBeTakenFor(LedgerRow one, LedgerRow other) =>
        one.ConversationId == other.ConversationId && one.Type == other.Type && one.State == other.State && (one.Timestamp - other.Timestamp).Duration() <= DemoDefaults.SameWithin;

    private static Difference Differs(LedgerRow row, string what) => new(row.Id ?? $"sequence {row.Sequence}", row.Sequence, row.ConversationId, what);
}
