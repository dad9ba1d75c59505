using Tieline.Sequencing;

namespace Tieline.Backfill;

/// <summary>Tells of every instant of a span whether what happened then is accounted for, by the journal's own records. Pure: told the time.</summary>
/// <param name="since">The time of the first event there ever was; null before it.</param>
/// <param name="until">The time of the newest event: nothing later has been vouched for.</param>
/// <param name="gaps">All that touch the span.</param>
internal sealed class Coverage(DateTimeOffset? since, DateTimeOffset? until, IReadOnlyCollection<GapFill> gaps)
{
    /// <summary>A gap between two events of the same millisecond is still shown.</summary>
    private static readonly TimeSpan _least = TimeSpan.FromMilliseconds(1);

    /// <returns>In order, touching each other, from <paramref name="from"/> to <paramref name="to"/>.</returns>
    public IReadOnlyList<CoverageSpan> Of(DateTimeOffset from, DateTimeOffset to)
    {
        var cuts = new SortedSet<DateTimeOffset> { from, to };
        foreach (var cut in gaps.SelectMany(gap => (DateTimeOffset?[])[Begin(gap), End(gap)]).Append(since).Append(End(until)))
        {
            if (cut > from && cut < to)
                cuts.Add(cut.Value);
        }

        var spans = new List<CoverageSpan>();
        foreach (var (begin, end) in cuts.Zip(cuts.Skip(1)))
        {
            var (state, evidence, numbers) = At(begin, end);
            if (spans is [.., var last] && last.State == state && last.Evidence == evidence)
                spans[^1] = last with { To = end };
            else
                spans.Add(new CoverageSpan(begin, end, state, evidence, numbers));
        }

        return spans;
    }

    private (CoverageState State, string Evidence, IReadOnlyList<long> Gaps) At(DateTimeOffset begin, DateTimeOffset end)
    {
        var over = gaps.Where(gap => Begin(gap) <= begin && End(gap) >= end).OrderBy(gap => gap.Number).ToList();
        var fetched = over.Where(gap => gap is { State: GapState.Filled, Asks: > 0 }).ToList();
        // What was fetched late enough covers the time whatever was wrong with it before.
        var open = over.Where(gap => gap.State != GapState.Filled && !fetched.Exists(one => one.ClosedAt >= gap.Since)).ToList();
        if (open.Count > 0)
            return (open.Max(StateOf), Join(open), Numbers(open));
        if (fetched.Count > 0)
            return (CoverageState.Backfilled, Join(fetched), Numbers(fetched));
        if (since is null || begin < since)
            return (CoverageState.Uncovered, "before the first event that was ever received", []);
        if (begin >= End(until))
            return (CoverageState.Uncovered, "nothing has been received since; what comes next tells whether something was missed", []);
        var came = over.Where(gap => gap.State == GapState.Filled).ToList();
        return came.Count > 0 ? (CoverageState.Covered, Join(came), Numbers(came)) : (CoverageState.Covered, "received without a hole", []);
    }

    private static CoverageState StateOf(GapFill gap) => gap.State is GapState.Abandoned or GapState.Tolerated ? CoverageState.Uncovered : CoverageState.Backfilling;

    private static string Join(IEnumerable<GapFill> gaps) => string.Join("; ", gaps.Select(Evidence));

    private static string Evidence(GapFill gap)
    {
        var name = $"gap {gap.Number} ({GapReasonNames.Of(gap.Reason)})";
        var answers = gap.Asks == 1 ? "1 answer" : $"{gap.Asks} answers";
        return gap.State switch
        {
            GapState.Filled when gap.Asks == 0 => $"{name}: all its numbers came late",
            GapState.Filled => $"{name}: {gap.Recovered} events recovered, {gap.Known} were there, {answers}",
            GapState.Abandoned => $"{name}: abandoned after {answers}{(gap.Problem is { } problem ? $" ({problem})" : "")}",
            GapState.Tolerated => $"{name}: so few are missing that they are not fetched (Gaps:Tolerance)",
            _ => $"{name}: {answers}, {gap.Recovered} events recovered so far{(gap.Problem is { } problem ? $" ({problem})" : "")}",
        };
    }

    private static long[] Numbers(IEnumerable<GapFill> gaps) => [.. gaps.Select(gap => gap.Number)];

    private static DateTimeOffset Begin(GapFill gap) => gap.From ?? gap.To ?? gap.Since;

    private static DateTimeOffset End(GapFill gap) => (gap.To ?? gap.Since) is var end && end > Begin(gap) ? end : Begin(gap) + _least;

    private static DateTimeOffset? End(DateTimeOffset? until) => until + _least;
}
