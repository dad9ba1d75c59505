using Tieline.Sequencing;

namespace Tieline.Backfill;

/// <summary>When to ask for which gaps, what to ask, and what an answer means. Pure: told the time.</summary>
/// <param name="reach">How far back a settling ask looks for conversations that began before the gap.</param>
internal sealed class AskPlan(GapOptions options, TimeSpan reach)
{
    /// <summary>An ask that was not answered is repeated after this at the latest: the schedule is for records that lag, not for an API that is down.</summary>
    private static readonly TimeSpan _again = TimeSpan.FromMinutes(1);

    /// <summary>The first answer is what delivery waits for, and the narrower its span the sooner it is there. Later ones take in the whole margin, and so does one that may close the gap.</summary>
    private static readonly TimeSpan _firstMargin = TimeSpan.FromSeconds(5);

    /// <summary>What to ask now; null when nothing is due. Gaps that somebody waits for come first.</summary>
    public Ask? Next(IReadOnlyCollection<GapFill> fills, DateTimeOffset now)
    {
        var due = fills.Where(fill => fill.NextAskAt <= now).OrderBy(fill => IsSettling(fill, now)).ThenBy(fill => fill.NextAskAt).ThenBy(fill => fill.Number).ToList();
        if (due.Count == 0)
            return null;
        var isSettling = IsSettling(due[0], now);
        var together = Together(due[0], due.Where(fill => IsSettling(fill, now) == isSettling), isSettling);
        var (from, to) = (together.Min(fill => SpanOf(fill, isSettling).From), together.Max(fill => SpanOf(fill, isSettling).To));
        var end = isSettling ? now - (options.SettledAfter / 2) : now;
        if (to > end)
            to = end;
        if (isSettling)
            from -= reach;
        return new Ask(together, from, to > from ? to : from + TimeSpan.FromSeconds(1), isSettling);
    }

    /// <summary>When <see cref="Next"/> will have something; null when nothing is open.</summary>
    public static DateTimeOffset? NextDue(IEnumerable<GapFill> fills) => fills.Min(fill => fill.NextAskAt);

    /// <summary>What belongs to a gap: events of this time. With a margin, since the two clocks and the two records do not agree to the millisecond.</summary>
    /// <param name="isSettling">As <see cref="Ask.IsSettling"/> of the ask that it is for.</param>
    public (DateTimeOffset From, DateTimeOffset To) SpanOf(GapFill fill, bool isSettling)
    {
        var from = fill.From ?? fill.To ?? fill.Since;
        var to = fill.To ?? fill.Since;
        if (to < from)
            (from, to) = (to, from); // numbers are in the order of sending, times need not be
        var margin = MarginOf(fill, isSettling);
        return (from - margin, to + margin);
    }

    /// <summary>How a gap stands after an answer.</summary>
    public GapFill After(GapFill fill, AskAnswer answer, DateTimeOffset now)
    {
        var next = fill with
        {
            State = GapState.Filling,
            Asks = fill.Asks + 1,
            Recovered = fill.Recovered + answer.Counted,
            Known = answer.IsComplete ? answer.Known : fill.Known,
            Problem = answer.Problem,
        };
        if (answer is { IsComplete: true, IsSettling: true, New: 0 })
            return next with { State = GapState.Filled, NextAskAt = null, ClosedAt = now };
        if (now - fill.Since >= options.AbandonAfter)
            return next with { State = GapState.Abandoned, NextAskAt = null, ClosedAt = now };
        return next with { NextAskAt = NextAskAt(fill, answer, now) };
    }

    /// <summary>How a gap stands after an answer that was asked for before it was found to be bigger: what it brought counts, and no more.</summary>
    public static GapFill AfterChange(GapFill current, AskAnswer answer) => current with { Asks = current.Asks + 1, Recovered = current.Recovered + answer.Counted };

    private TimeSpan MarginOf(GapFill fill, bool isSettling) => fill switch
    {
        { Reason: GapReason.Manual } => TimeSpan.Zero,
        { State: GapState.Open } when !isSettling && _firstMargin < options.Margin => _firstMargin,
        _ => options.Margin,
    };

    private DateTimeOffset NextAskAt(GapFill fill, AskAnswer answer, DateTimeOffset now)
    {
        var due = Scheduled(fill, answer.AskedAt);
        if (SettledFrom(fill) is var settled && settled > answer.AskedAt && settled < due)
            due = settled;
        if (!answer.IsComplete && due > now + _again)
            due = now + _again;
        if (now + answer.RetryAfter is { } asked && asked > due)
            due = asked;
        // Once more before it is given up, whatever was asked for: the budget knows whether a call may be made.
        var last = fill.Since + options.AbandonAfter;
        return due < last ? due : last;
    }

    private DateTimeOffset Scheduled(GapFill fill, DateTimeOffset askedAt)
    {
        foreach (var delay in options.AskAfter)
        {
            if (fill.Since + delay > askedAt)
                return fill.Since + delay;
        }

        return askedAt + Max(options.AskAfter[^1], TimeSpan.FromSeconds(1));
    }

    private bool IsSettling(GapFill fill, DateTimeOffset now) => now >= SettledFrom(fill);

    /// <summary>By our own clock, not by that of Genesys's events; a span that somebody named is as long over as it says.</summary>
    private DateTimeOffset SettledFrom(GapFill fill) =>
        (fill.To is { } to && (fill.Reason == GapReason.Manual || to > fill.Since) ? to : fill.Since) + options.SettledAfter;

    /// <summary>All that overlap or touch the first, or one that does.</summary>
    private List<GapFill> Together(GapFill first, IEnumerable<GapFill> due, bool isSettling)
    {
        var (from, to) = SpanOf(first, isSettling);
        var together = new List<GapFill>();
        var rest = due.OrderBy(fill => SpanOf(fill, isSettling).From).ToList();
        for (var grew = true; grew;)
        {
            var touching = rest.Where(fill => SpanOf(fill, isSettling).From <= to && SpanOf(fill, isSettling).To >= from).ToList();
            grew = touching.Count > 0;
            together.AddRange(touching);
            rest.RemoveAll(touching.Contains);
            if (grew)
                (from, to) = (together.Min(fill => SpanOf(fill, isSettling).From), together.Max(fill => SpanOf(fill, isSettling).To));
        }

        return together;
    }

    private static TimeSpan Max(TimeSpan left, TimeSpan right) => left > right ? left : right;
}
