using Tieline.Backfill;
using Tieline.Diagnostics;
using Tieline.Events;
using Tieline.Genesys;
using Tieline.Journal;
using Tieline.Sequencing;

namespace Tieline.Pipeline;

/// <summary>Counts what one answer brings, gap by gap. Safe from any thread.</summary>
/// <remarks>The ends of all spans cut time into cells, and a fact counts in its cell: what a gap has is the sum of its cells. So a fact costs a search, however many gaps there are.</remarks>
internal sealed class AskTally
{
    private readonly Lock _gate = new();
    private readonly Ask _ask;
    private readonly long[] _cuts;
    private readonly bool[] _isWanted;
    private readonly long[] _new;
    private readonly long[] _known;
    private readonly long[] _told;
    private readonly Dictionary<long, (int First, int End)> _cellsOf = [];
    private readonly Dictionary<long, long> _counted = [];

    /// <summary>The gaps themselves, without margin, by their beginning; and of each and all before it, the one that ends last.</summary>
    private readonly (long From, long To, long Number)[] _gaps;
    private readonly int[] _lastEnding;

    /// <param name="since">Nothing from before is wanted, unless somebody asked for it; null: nothing at all was there before.</param>
    /// <param name="newest">How far the stream has come. What is behind a gap and has not come that far will still come by itself, in its order.</param>
    public AskTally(Ask ask, AskPlan plan, DateTimeOffset? since, DateTimeOffset? newest, Moment now)
    {
        _ask = ask;
        var spans = ask.Fills.Select(fill => (Fill: fill, Span: SpanOf(fill, plan.SpanOf(fill, ask.IsSettling, now), newest, now))).Where(one => one.Span.To >= one.Span.From).ToList();
        _cuts = [.. spans.SelectMany(one => (long[])[one.Span.From.UtcTicks, one.Span.To.UtcTicks + 1]).Append(since?.UtcTicks ?? 0).Distinct().Order()];
        (_isWanted, _new, _known, _told) = (new bool[_cuts.Length], new long[_cuts.Length], new long[_cuts.Length], new long[_cuts.Length]);
        var edges = new int[_cuts.Length];
        foreach (var (fill, span) in spans)
        {
            var cells = (First: CellOf(span.From.UtcTicks), End: CellOf(span.To.UtcTicks + 1));
            _cellsOf[fill.Number] = cells;
            var first = fill.Reason == GapReason.Manual || since is null ? cells.First : Math.Max(cells.First, CellOf(since.Value.UtcTicks));
            if (first < cells.End && (since is not null || fill.Reason == GapReason.Manual))
            {
                edges[first]++;
                edges[cells.End]--;
            }
        }

        for (var (cell, open) = (0, 0); cell < _cuts.Length; cell++)
            _isWanted[cell] = (open += edges[cell]) > 0;
        _gaps = [.. ask.Fills.Select(fill => (From: (fill.From ?? DateTimeOffset.MinValue).UtcTicks, To: (fill.To ?? DateTimeOffset.MaxValue).UtcTicks, fill.Number)).OrderBy(gap => gap.From)];
        _lastEnding = new int[_gaps.Length];
        for (var index = 1; index < _gaps.Length; index++)
            _lastEnding[index] = _gaps[index].To > _gaps[_lastEnding[index - 1]].To ? index : _lastEnding[index - 1];
    }

    public bool Wants(ConversationEvent fact) => CellOf(fact.OccurredAt.UtcTicks) is >= 0 and var cell && _isWanted[cell];

    /// <summary>A record tells of this, whether or not it is wanted.</summary>
    public void Tell(ConversationEvent fact)
    {
        if (CellOf(fact.OccurredAt.UtcTicks) is >= 0 and var cell)
            Interlocked.Increment(ref _told[cell]);
    }

    public void Count(ConversationEvent fact, FactVerdict verdict)
    {
        if (CellOf(fact.OccurredAt.UtcTicks) is not (>= 0 and var cell))
            return;
        lock (_gate)
        {
            if (verdict != FactVerdict.New)
            {
                _known[cell]++;
                return;
            }

            _new[cell]++;
            var nearest = Nearest(fact.OccurredAt.UtcTicks);
            _counted[nearest] = _counted.GetValueOrDefault(nearest) + 1;
        }
    }

    /// <param name="notAsked">What the answer could not tell, in words.</param>
    /// <returns>By the number of each gap.</returns>
    public IReadOnlyDictionary<long, AskAnswer> Answers(DetailsAnswer answer, MonotonicTime asked, string? notAsked)
    {
        lock (_gate)
        {
            var (fresh, known, told) = (Sums(_new), Sums(_known), Sums(_told));
            return _ask.Fills.ToDictionary(fill => fill.Number, fill =>
            {
                var (first, end) = _cellsOf.GetValueOrDefault(fill.Number);
                return new AskAnswer(
                    asked, answer.IsComplete, _ask.IsSettling, fresh[end] - fresh[first], _counted.GetValueOrDefault(fill.Number), known[end] - known[first], answer.Problem, answer.RetryAfter)
                {
                    Told = told[end] - told[first],
                    NotAsked = _ask.IsSettling ? notAsked : null,
                };
            });
        }
    }

    private static (DateTimeOffset From, DateTimeOffset To) SpanOf(GapFill fill, (DateTimeOffset From, DateTimeOffset To) whole, DateTimeOffset? newest, Moment now)
    {
        var end = fill.To ?? AskPlan.EndOf(fill, now);
        return (whole.From, newest >= whole.To ? whole.To : newest > end ? newest.Value : end);
    }

    /// <summary>The cell that begins there or last before; -1 before the first.</summary>
    private int CellOf(long ticks)
    {
        var index = Array.BinarySearch(_cuts, ticks);
        return index >= 0 ? index : ~index - 1;
    }

    /// <summary>The gap that a time lies in, or nearest to.</summary>
    private long Nearest(long ticks)
    {
        var (low, high) = (0, _gaps.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _gaps[middle].From <= ticks ? (middle + 1, high) : (low, middle);
        }

        var after = low < _gaps.Length ? _gaps[low].From - ticks : long.MaxValue;
        var before = low > 0 ? Math.Max(0, ticks - _gaps[_lastEnding[low - 1]].To) : long.MaxValue;
        return low > 0 && before <= after ? _gaps[_lastEnding[low - 1]].Number : _gaps[low].Number;
    }

    private static long[] Sums(long[] cells)
    {
        var sums = new long[cells.Length + 1];
        for (var index = 0; index < cells.Length; index++)
            sums[index + 1] = sums[index] + cells[index];
        return sums;
    }
}
