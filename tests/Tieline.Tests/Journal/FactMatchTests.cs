using CsCheck;
using Tieline.Events;
using Tieline.Journal;
using Tieline.TestKit;

namespace Tieline.Tests.Journal;

/// <summary>The rule of docs/adr/0012-the-same-fact.md.</summary>
public sealed class FactMatchTests
{
    private static readonly TimeSpan _within = TimeSpan.FromSeconds(2);

    [Theory]
    [InlineData("the same id", "queued@0", "queued@0", "Known")]
    [InlineData("the same id over the same path", "queued@0", "queued@0 backfill", "Known")]
    [InlineData("nothing there", "queued@0", "", "New")]
    [InlineData("as the other path dates it", "queued@0", "queued@1999", "Known")]
    [InlineData("just near enough", "queued@0", "queued@2000", "Known")]
    [InlineData("just near enough, before", "queued@2000", "queued@0", "Known")]
    [InlineData("just too far", "queued@0", "queued@2001", "New")]
    [InlineData("too far, before", "queued@2001", "queued@0", "New")]
    [InlineData("another state", "transfer@0", "queued@0", "New")]
    [InlineData("the same queue", "queued@0 q1", "queued@1 q1", "Known")]
    [InlineData("another queue", "queued@0 q1", "queued@1 q2", "New")]
    [InlineData("a queue that the journal does not know", "queued@0 q1", "queued@1", "Known")]
    [InlineData("a queue that the fact does not know", "queued@0", "queued@1 q1", "Known")]
    [InlineData("another queue under the same id", "queued@0 q1", "queued@0 q2", "Known")]
    [InlineData("twice over the same path is twice", "queued@0", "queued@1 backfill", "New")]
    [InlineData("one by hand and one fetched are the same path", "queued@0", "queued@1 manual", "New")]
    [InlineData("each to its own", "queued@0, queued@1000", "queued@400, queued@1400", "Known Known")]
    [InlineData("two for one: the nearer", "queued@0, queued@1000", "queued@900", "New Known")]
    [InlineData("two for one: the earlier where both are as near", "queued@0, queued@1000", "queued@500", "Known New")]
    [InlineData("two for one: the exact one, though the other comes first", "queued@0, queued@1", "queued@1", "New Known")]
    [InlineData("a tie leaves none over", "queued@1000, queued@3000", "queued@2000, queued@0", "Known Known")]
    [InlineData("one id twice in the journal is one fact", "queued@0, queued@1000", "queued@0, queued@0", "Known New")]
    [InlineData("an end", "completed@0", "", "New")]
    [InlineData("an end, dated hours apart", "completed@0", "completed@9999999", "Known")]
    [InlineData("another end", "abandoned@0", "completed@0", "Conflicting")]
    [InlineData("another end over the same path", "abandoned@0", "completed@0 backfill", "Conflicting")]
    [InlineData("both ends, one of them known", "abandoned@0, completed@1", "completed@0", "Conflicting Known")]
    [InlineData("both ends, none known", "completed@0, abandoned@1", "", "New Conflicting")]
    [InlineData("both ends, both known", "completed@0, abandoned@1", "abandoned@0, completed@0", "Known Known")]
    [InlineData("an end after it was reopened", "queued@600000, completed@660000", "completed@60000", "New New")]
    [InlineData("an end after it was reopened, which the journal knows", "completed@660000", "completed@60000, queued@600000", "New")]
    [InlineData("both ends, each as the other path dates it", "completed@60400, queued@600100, completed@660300", "completed@60000, queued@600000, completed@660000", "Known Known Known")]
    [InlineData("the first of two ends is fetched after the second", "completed@60000, queued@600000, completed@660000", "queued@600000, completed@660000", "New Known Known")]
    [InlineData("abandoned when it was reopened", "completed@60000, queued@600000, abandoned@660000", "completed@60000", "Known New New")]
    [InlineData("another end of the second episode", "completed@60000, queued@600000, abandoned@660000", "completed@60000, queued@600000, completed@660000", "Known Known Conflicting")]
    [InlineData("reopened later than two seconds after", "queued@62001, completed@99000", "completed@60000", "New New")]
    [InlineData("two paths: what is dated within two seconds after may have been before", "queued@62000, completed@99000", "completed@60000", "New Known")]
    [InlineData("an agent's work after the end opens nothing", "wrapup@90000, completed@99000", "completed@60000", "New Known")]
    [InlineData("an end says nothing about what was before it", "transfer@0, completed@1", "completed@1", "New Known")]
    public void A_fact_is_told_by(string what, string facts, string known, string verdicts) =>
        string.Join(' ', FactMatch.Match(Facts(facts), Known(known), _within)).ShouldBe(verdicts, what);

    [Theory]
    [InlineData("queued@0, transfer@900", "transfer@0, queued@700", "queued@700, transfer@0")] // each the one that it is
    [InlineData("queued@0, queued@900", "queued@800", "-, queued@800")]
    [InlineData("abandoned@5", "queued@0, completed@9", "completed@9")] // the end that it conflicts with
    [InlineData("completed@0, abandoned@1", "", "-, -")] // which came with it
    public void Find_tells_what_the_journal_has_for_each(string facts, string known, string entries) =>
        string.Join(", ", FactMatch.Find(Facts(facts), Known(known), _within).Select(fate =>
            fate.Entry is { } entry ? FormattableString.Invariant($"{entry.State}@{(entry.OccurredAt - Some.Time).TotalMilliseconds}") : "-")).ShouldBe(entries);

    [Fact]
    public void Another_type_with_the_same_state_is_another_fact() =>
        FactMatch.Match([Fact("queued", 0, null)], [Of(Fact("queued", 1, null, EventOrigin.Live, "conversation.state"))], _within).ShouldBe([FactVerdict.New]);

    [Fact]
    public void With_no_span_only_the_id_tells()
    {
        FactMatch.Match([Fact("queued", 0, null)], [Of(Fact("queued", 1, null, EventOrigin.Live))], TimeSpan.Zero).ShouldBe([FactVerdict.New]);
        FactMatch.Match([Fact("queued", 0, null)], [Of(Fact("queued", 0, null, EventOrigin.Live))], TimeSpan.Zero).ShouldBe([FactVerdict.Known]);
    }

    [Fact]
    public void A_live_event_is_held_against_what_was_fetched() =>
        FactMatch.Match([Fact("queued", 0, null, EventOrigin.Live)], [Of(Fact("queued", 1, null)), Of(Fact("queued", 2, null, EventOrigin.Live))], _within).ShouldBe([FactVerdict.Known]);

    [Fact]
    public void A_perfect_copy_is_all_known() => _conversation.Sample(events =>
        FactMatch.Match(events, [.. events.Select(e => Of(e with { Origin = EventOrigin.Live }))], _within).ShouldAllBe(verdict => verdict == FactVerdict.Known));

    [Fact]
    public void A_copy_that_is_dated_a_little_differently_is_all_known() => Gen.Select(_spread, Gen.Int[-1_000, 1_000]).Sample((events, shift) =>
        FactMatch.Match(events, [.. events.Select(e => Of(Fact(e.State!, Milliseconds(e) + shift, e.QueueId, EventOrigin.Live, e.Type)))], _within).ShouldAllBe(verdict => verdict == FactVerdict.Known));

    [Fact]
    public void Nothing_is_matched_twice_and_nothing_but_what_may_be_the_same() => Gen.Select(_conversation, _conversation).Sample((events, others) =>
    {
        var known = others.Select(e => Of(e with { Origin = EventOrigin.Live })).ToList();
        var verdicts = FactMatch.Match(events, known, _within);
        foreach (var kind in events.Concat(others).Select(e => (e.Type, e.State)).Distinct())
        {
            var matched = events.Where((e, index) => (e.Type, e.State) == kind && verdicts[index] == FactVerdict.Known).ToList();
            matched.Count.ShouldBeLessThanOrEqualTo(known.Count(e => (e.Type, e.State) == kind));
            matched.ShouldAllBe(e => known.Any(k => k.Id == e.Id || (k.Type == e.Type && k.State == e.State && (k.OccurredAt - e.OccurredAt).Duration() <= _within)));
        }

        // Each further end has an activity of its own before it.
        verdicts.Where((verdict, index) => verdict == FactVerdict.New && IsTerminal(events[index])).Count().ShouldBeLessThanOrEqualTo(1 + events.Concat(others).Count(e => !IsTerminal(e)));
        foreach (var missed in events.Where((e, index) => verdicts[index] == FactVerdict.New && !IsTerminal(e)))
        {
            // All that it could have been stands for another.
            var could = known.Count(k => k.Type == missed.Type && k.State == missed.State && (k.OccurredAt - missed.OccurredAt).Duration() <= _within
                && (k.QueueId is null || missed.QueueId is null || k.QueueId == missed.QueueId));
            events.Where((e, index) => verdicts[index] == FactVerdict.Known && (e.Type, e.State) == (missed.Type, missed.State)).Count().ShouldBeGreaterThanOrEqualTo(could);
        }
    });

    [Fact]
    public void The_order_in_which_they_come_does_not_matter() =>
        Gen.Select(_conversation, _conversation).SelectMany((events, others) => Gen.Select(Gen.Const(events), Gen.Const(others), Gen.Shuffle(events), Gen.Shuffle(others))).Sample((events, others, shuffled, mixed) =>
        {
            var inOrder = Verdicts(events, others);
            var inDisorder = Verdicts(shuffled, mixed);
            inOrder.ShouldAllBe(pair => inDisorder[pair.Key] == pair.Value);
        });

    private static Dictionary<ConversationEvent, FactVerdict> Verdicts(ConversationEvent[] facts, ConversationEvent[] known)
    {
        var verdicts = FactMatch.Match(facts, [.. known.Select(e => Of(e with { Origin = EventOrigin.Live }))], _within);
        return Enumerable.Range(0, facts.Length).ToDictionary(index => facts[index], index => verdicts[index]);
    }

    /// <summary>A conversation as a path may tell it: close together, so that much could be much else.</summary>
    private static readonly Gen<ConversationEvent[]> _conversation = Gen.Select(
        OneOf("queued", "transfer", "queued", "transfer", "completed", "abandoned"), Gen.Int[0, 80], OneOf<string?>(null, "q1", "q2"))
        .Select((state, at, queue) => Fact(state, at * 100, queue)).Array[0, 12].Select(events => events.DistinctBy(e => e.Id).ToArray());

    /// <summary>Far enough apart that none could be another.</summary>
    private static readonly Gen<ConversationEvent[]> _spread = Gen.Select(OneOf("queued", "transfer"), OneOf<string?>(null, "q1", "q2")).Array[0, 12]
        .Select(facts => facts.Select((fact, index) => Fact(fact.Item1, index * 10_000, fact.Item2)).ToArray());

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    private static bool IsTerminal(ConversationEvent e) => EventKinds.IsTerminal(e.Type, e.State);

    private static long Milliseconds(ConversationEvent e) => (long)(e.OccurredAt - Some.Time).TotalMilliseconds;

    private static ConversationEvent[] Facts(string facts) => WithIds(Parts(facts).Select(part => Parse(part, EventOrigin.Backfill)));

    private static KnownFact[] Known(string facts) => [.. WithIds(Parts(facts).Select(part => Parse(part, EventOrigin.Live))).Select(Of)];

    /// <summary>A further end in the same state has the id of its episode.</summary>
    private static ConversationEvent[] WithIds(IEnumerable<ConversationEvent> events)
    {
        var ended = new HashSet<string?>();
        return [.. events.Select(e => IsTerminal(e) && !ended.Add(e.State) ? e with { Id = EventId.OfEpisode(e.ConversationId, e.Type, e.State, e.OccurredAt) } : e)];
    }

    private static string[] Parts(string text) => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary><c>state@milliseconds queue origin</c></summary>
    private static ConversationEvent Parse(string text, EventOrigin origin)
    {
        var words = text.Split(' ');
        var (state, at) = (words[0].Split('@')[0], long.Parse(words[0].Split('@')[1]));
        var named = words.Skip(1).FirstOrDefault(word => Enum.TryParse<EventOrigin>(word, ignoreCase: true, out _));
        return Fact(state, at, words.Skip(1).FirstOrDefault(word => word[0] == 'q'), named is null ? origin : Enum.Parse<EventOrigin>(named, ignoreCase: true));
    }

    private static ConversationEvent Fact(string state, long milliseconds, string? queue, EventOrigin origin = EventOrigin.Backfill, string? type = null) => Some.Event(
        null, "c1", type ?? (state == "queued" ? EventKinds.RoutingQueue : EventKinds.ConversationState), state, TimeSpan.FromMilliseconds(milliseconds), origin: origin) with
    { QueueId = queue };

    private static KnownFact Of(ConversationEvent e) => new(e.Id, e.Type, e.State, e.OccurredAt, e.QueueId, e.Origin);
}
