using Tieline.Diagnostics;
using Tieline.Events;
using Tieline.Sequencing;

namespace Tieline.Backfill;

/// <summary>When to ask for which gaps, what to ask, and what an answer means. Pure: told the time. What it waits for is told by the monotonic clock, what it asks for by Genesys's.</summary>
/// <param name="reach">How far back a settling ask looks for conversations that began before the gap.</param>
internal sealed class AskPlan(GapOptions options, TimeSpan reach)
{
    /// <summary>A gap is not given up before it was asked for so often.</summary>
    private const int LeastAsks = 2;

    /// <summary>An ask that was not answered is repeated after a second, then two, four and so on, and after this at the latest: the schedule is for records that lag, not for an API that fails.</summary>
    private static readonly TimeSpan _again = TimeSpan.FromMinutes(1);

    /// <summary>From this failure in a row on, the back-off is longer than <see cref="_again"/> in any case.</summary>
    private const int MaxDoublings = 6;

    /// <summary>The first answer is what delivery waits for, and the narrower its span the sooner it is there. Later ones take in the whole margin, and so does one that may close the gap.</summary>
    private static readonly TimeSpan _firstMargin = TimeSpan.FromSeconds(5);

    /// <summary>No ask is further off than this.</summary>
    public TimeSpan LongestWait => Max(options.AskAfter[^1], _again);

    /// <summary>What to ask now; null when nothing is due. Gaps that somebody waits for come first.</summary>
    public Ask? Next(IReadOnlyCollection<GapFill> fills, Moment now)
    {
        var due = fills.Where(fill => fill.Due <= now.Steady).Select(fill => (Fill: fill, IsSettling: IsSettling(fill, now))).ToList();
        if (due.Count == 0)
            return null;
        var (first, isSettling) = due.OrderBy(one => one.IsSettling).ThenBy(one => one.Fill.Due).ThenBy(one => one.Fill.Number).First();
        var (together, from, to) = Together(first, due.Where(one => one.IsSettling == isSettling).Select(one => one.Fill), isSettling, now);
        var end = isSettling ? now.Source - (options.SettledAfter / 2) : now.Source;
        if (to > end)
            to = end;
        if (isSettling)
            from = Later(from.Minus(reach), EventTime.Earliest);
        return new Ask(together, from, to > from ? to : from.Plus(TimeSpan.FromSeconds(1)), isSettling);
    }

    /// <summary>When <see cref="Next"/> will have something; null when nothing is open.</summary>
    public static MonotonicTime? NextDue(IEnumerable<GapFill> fills) => fills.Select(fill => fill.Due).DefaultIfEmpty(MonotonicTime.Never).Min() is var due && due != MonotonicTime.Never ? due : null;

    /// <summary>Why a gap cannot be asked for at all, whatever is on record of it; null where it can.</summary>
    public static string? WhyNot(GapFill fill, Moment now) =>
        EndOf(fill, now) is var end && end <= EventTime.Earliest ? $"its time ended before {EventTime.ToText(EventTime.Earliest)}: Genesys has no events of then"
        : (FromOf(fill, now) ?? end) > now.Latest.Plus(EventTime.MaxAhead) ? "its time lies ahead: it cannot have been missed"
        : null;

    /// <summary>What belongs to a gap: events of this time. With a margin, since the two clocks and the two records do not agree to the millisecond.</summary>
    /// <param name="isSettling">As <see cref="Ask.IsSettling"/> of the ask that it is for.</param>
    public (DateTimeOffset From, DateTimeOffset To) SpanOf(GapFill fill, bool isSettling, Moment now)
    {
        var to = EndOf(fill, now);
        var from = FromOf(fill, now) ?? to;
        if (to < from)
            (from, to) = (to, from); // numbers are in the order of sending, times need not be
        var margin = MarginOf(fill, isSettling);
        return (Later(from.Minus(margin), EventTime.Earliest), Later(to.Plus(margin), EventTime.Earliest));
    }

    /// <summary>When it was over, by Genesys's clock. Where our own clock said so, it is reckoned anew: how the two differ may be known better by now.</summary>
    public static DateTimeOffset EndOf(GapFill fill, Moment now)
    {
        if (fill is { To: { } to, Reason: GapReason.Manual })
            return to;
        var found = now.SourceAt(fill.Found);
        return fill.To is not { } end || end > now.Latest.Plus(EventTime.MaxAhead) ? found
            : fill is { HasNumbers: false, Reason: GapReason.Reconnect or GapReason.Restart } ? Later(end, found)
            : end;
    }

    /// <summary>The last event before it may have been dated by a clock that ours does not believe: until it does, that says nothing.</summary>
    private static DateTimeOffset? FromOf(GapFill fill, Moment now) => fill.Reason != GapReason.Manual && fill.From > now.Latest.Plus(EventTime.MaxAhead) ? null : fill.From;

    /// <summary>How a gap stands after an answer.</summary>
    public GapFill After(GapFill fill, AskAnswer answer, Moment now)
    {
        var next = fill with
        {
            State = GapState.Filling,
            Asks = fill.Asks + 1,
            Recovered = fill.Recovered + answer.Counted,
            Known = answer.IsComplete ? answer.Known : fill.Known,
            Problem = answer.Problem,
            InService = now.Steady - fill.InServiceSince,
            NotAsked = answer.NotAsked ?? fill.NotAsked,
            Failures = answer.IsComplete ? 0 : fill.Failures + 1,
        };
        if (answer is { IsComplete: true, IsSettling: true, New: 0 })
        {
            if (IsProven(next, answer))
                return Closed(next, GapState.Filled, now);
            next = next with { Problem = Unproven(fill) };
        }

        // What has just brought an event may well bring another.
        if (next.InService >= options.AbandonAfter && next.Asks >= LeastAsks && answer.New == 0)
            return Closed(next, GapState.Abandoned, now);
        var due = DueAfter(next, answer, now);
        return next with { Due = due, NextAskAt = now.SystemAt(due) };
    }

    /// <summary>One that cannot be asked for, for a reason.</summary>
    public static GapFill GivenUp(GapFill fill, string why, Moment now) => Closed(fill with { Problem = why, InService = now.Steady - fill.InServiceSince }, GapState.Abandoned, now);

    /// <summary>How a gap stands after an answer that was asked for before it was found to be bigger: what it brought counts, and no more.</summary>
    public static GapFill AfterChange(GapFill current, AskAnswer answer) => current with { Asks = current.Asks + 1, Recovered = current.Recovered + answer.Counted };

    /// <summary>Nothing new is good news only where something was told: an empty answer may as well be one about another time.</summary>
    private static bool IsProven(GapFill fill, AskAnswer answer) => fill switch
    {
        { Reason: GapReason.Damaged } => fill.Recovered > 0, // what the journal has of its time is what is damaged, or beside it
        { HasNumbers: true } => fill.Recovered > 0 || answer.Known > 0 || answer.Told > 0,
        _ => true,
    };

    private static string Unproven(GapFill fill) => fill.Reason == GapReason.Damaged
        ? "none of the damaged events has come again: Genesys's records have nothing of its time that the journal has not"
        : "Genesys's records tell nothing of its time, though numbers are missing: what they were is not known";

    private static GapFill Closed(GapFill fill, GapState state, Moment now) => fill with { State = state, Due = MonotonicTime.Never, NextAskAt = null, ClosedAt = now.System };

    private TimeSpan MarginOf(GapFill fill, bool isSettling) => fill switch
    {
        { Reason: GapReason.Manual } => TimeSpan.Zero,
        { State: GapState.Open } when !isSettling && _firstMargin < options.Margin => _firstMargin,
        _ => options.Margin,
    };

    private MonotonicTime DueAfter(GapFill fill, AskAnswer answer, Moment now)
    {
        var due = Scheduled(fill, answer.Asked);
        if (SettledFrom(fill, now) is var settled && settled > answer.Asked && settled < due)
            due = settled;
        if (!answer.IsComplete && now.Steady + Again(fill.Failures) is var again && again < due)
            due = again;
        if (answer.RetryAfter is { } asked && now.Steady + asked > due)
            due = now.Steady + asked;
        // Once more before it is given up, whatever was asked for: the budget knows whether a call may be made.
        var last = fill.InServiceSince + options.AbandonAfter;
        return due < last || last <= now.Steady ? due : last;
    }

    /// <param name="failures">In a row, from 1.</param>
    private static TimeSpan Again(int failures) => TimeSpan.FromSeconds(1 << Math.Min(failures - 1, MaxDoublings)) is var wait && wait < _again ? wait : _again;

    private MonotonicTime Scheduled(GapFill fill, MonotonicTime asked)
    {
        foreach (var delay in options.AskAfter)
        {
            if (fill.Found + delay > asked)
                return fill.Found + delay;
        }

        return asked + Max(options.AskAfter[^1], TimeSpan.FromSeconds(1));
    }

    private bool IsSettling(GapFill fill, Moment now) => now.Steady >= SettledFrom(fill, now);

    /// <summary>By the time that has passed here and by Genesys's clock; a span that somebody named is as long over as it says.</summary>
    private MonotonicTime SettledFrom(GapFill fill, Moment now)
    {
        var over = now.Steady + (EndOf(fill, now).Plus(options.SettledAfter) - now.Source);
        return fill is { Reason: GapReason.Manual, To: not null } ? over : MonotonicTime.Max(over, fill.Found + options.SettledAfter);
    }

    /// <summary>All that overlap or touch the first, or one that does: a sweep over their spans in order of time.</summary>
    private (List<GapFill> Fills, DateTimeOffset From, DateTimeOffset To) Together(GapFill first, IEnumerable<GapFill> due, bool isSettling, Moment now)
    {
        var together = new List<GapFill>();
        var (from, to, hasFirst) = (DateTimeOffset.MinValue, DateTimeOffset.MinValue, false);
        foreach (var (fill, span) in due.Select(fill => (Fill: fill, Span: SpanOf(fill, isSettling, now))).OrderBy(one => one.Span.From))
        {
            if (together.Count > 0 && span.From > to)
            {
                if (hasFirst)
                    break;
                together.Clear();
            }

            (from, to) = together.Count == 0 ? span : (from, Later(to, span.To));
            together.Add(fill);
            hasFirst |= ReferenceEquals(fill, first);
        }

        return (together, from, to);
    }

    private static DateTimeOffset Later(DateTimeOffset left, DateTimeOffset right) => left > right ? left : right;

    private static TimeSpan Max(TimeSpan left, TimeSpan right) => left > right ? left : right;
}
