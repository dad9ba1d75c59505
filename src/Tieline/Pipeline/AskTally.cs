using Tieline.Backfill;
using Tieline.Events;
using Tieline.Genesys;
using Tieline.Journal;
using Tieline.Sequencing;

namespace Tieline.Pipeline;

/// <summary>Counts what one answer brings, gap by gap. Safe from any thread.</summary>
/// <param name="since">Nothing from before is wanted, unless somebody asked for it; null: nothing at all was there before.</param>
/// <param name="newest">How far the stream has come. What is behind a gap and has not come that far will still come by itself, in its order.</param>
internal sealed class AskTally(Ask ask, AskPlan plan, DateTimeOffset? since, DateTimeOffset? newest)
{
    private readonly Lock _gate = new();
    private readonly (GapFill Fill, DateTimeOffset From, DateTimeOffset To)[] _spans = [.. ask.Fills.Select(fill => SpanOf(fill, plan.SpanOf(fill, ask.IsSettling), newest))];
    private readonly Dictionary<long, (long New, long Counted, long Known)> _counts = ask.Fills.ToDictionary(fill => fill.Number, _ => (0L, 0L, 0L));

    public bool Wants(ConversationEvent fact) => Array.Exists(
        _spans, span => fact.OccurredAt >= span.From && fact.OccurredAt <= span.To && (span.Fill.Reason == GapReason.Manual || fact.OccurredAt >= since));

    public void Count(ConversationEvent fact, FactVerdict verdict)
    {
        lock (_gate)
        {
            var nearest = _spans.MinBy(span => Distance(fact, span.Fill)).Fill.Number;
            foreach (var (fill, from, to) in _spans)
            {
                if (fact.OccurredAt < from || fact.OccurredAt > to)
                    continue;
                var (fresh, counted, known) = _counts[fill.Number];
                _counts[fill.Number] = verdict == FactVerdict.New ? (fresh + 1, fill.Number == nearest ? counted + 1 : counted, known) : (fresh, counted, known + 1);
            }
        }
    }

    public AskAnswer AnswerOf(GapFill fill, DetailsAnswer answer)
    {
        lock (_gate)
        {
            var (fresh, counted, known) = _counts[fill.Number];
            return new AskAnswer(answer.AskedAt, answer.IsComplete, ask.IsSettling, fresh, counted, known, answer.Problem, answer.RetryAfter);
        }
    }

    private static (GapFill Fill, DateTimeOffset From, DateTimeOffset To) SpanOf(GapFill fill, (DateTimeOffset From, DateTimeOffset To) whole, DateTimeOffset? newest)
    {
        var end = fill.To ?? fill.Since;
        return (fill, whole.From, newest >= whole.To ? whole.To : newest > end ? newest.Value : end);
    }

    /// <summary>How far from the gap itself, without its margin.</summary>
    private static TimeSpan Distance(ConversationEvent fact, GapFill fill) =>
        fact.OccurredAt < fill.From ? fill.From.Value - fact.OccurredAt : fact.OccurredAt > fill.To ? fact.OccurredAt - fill.To.Value : TimeSpan.Zero;
}
