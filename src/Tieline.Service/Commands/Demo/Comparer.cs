namespace Tieline.Service.Commands.Demo;

/// <summary>Compares what was sent with what arrived. Knows nothing of Tieline but the gaps it admits to. Pure.</summary>
internal static class Comparer
{
    /// <param name="received">In the order of first arrivals.</param>
    public static Comparison Compare(Ledger ledger, IReadOnlyList<ReceivedRow> received, IReadOnlyList<GapSpan> gaps, IReadOnlyList<Disturbance> disturbances)
    {
        var owed = Owed(ledger.Rows);
        var arrived = received.Select(row => row.Id).ToHashSet(StringComparer.Ordinal);
        var sequences = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var row in ledger.Rows)
        {
            if (row.Id is not null)
                sequences.TryAdd(row.Id, row.Sequence);
        }

        var (filtered, delivered, inGaps) = (0, 0, 0);
        var differences = new List<Difference>();
        foreach (var row in owed)
        {
            if (row.Id is not null && arrived.Contains(row.Id))
            {
                delivered++;
                if (!row.Passes)
                    differences.Add(Differs(row, "delivered, though the filter drops it"));
            }
            else if (gaps.Any(gap => gap.Holds(row.Sequence)))
            {
                inGaps++;
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
        foreach (var row in received.Where(row => !sequences.ContainsKey(row.Id)))
        {
            if (ledger.MayHaveLost(row.Timestamp))
                unproven++;
            else
                differences.Add(new Difference(row.Id, null, row.ConversationId, "delivered, though the simulator never made it"));
        }

        var misplaced = OutOfOrder(received, sequences).ToList();
        differences.AddRange(misplaced);
        return new Comparison(
            owed.Count, filtered, delivered, inGaps, gaps.Count, unproven, received.Sum(row => row.Copies - 1), misplaced.Count, differences);
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

    private static IEnumerable<Difference> OutOfOrder(IReadOnlyList<ReceivedRow> received, Dictionary<string, long> sequences)
    {
        var newest = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var row in received)
        {
            if (!sequences.TryGetValue(row.Id, out var sequence))
                continue;
            if (newest.TryGetValue(row.ConversationId, out var before) && sequence < before)
                yield return new Difference(row.Id, sequence, row.ConversationId, $"came behind sequence {before} of its conversation");
            else
                newest[row.ConversationId] = sequence;
        }
    }

    private static Difference Differs(LedgerRow row, string what) => new(row.Id ?? $"sequence {row.Sequence}", row.Sequence, row.ConversationId, what);
}
