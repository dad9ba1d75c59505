using CsCheck;
using Tieline.Events;
using Tieline.Journal;
using Tieline.TestKit;

namespace Tieline.Tests.Journal;

/// <summary>A conversation with several episodes, told by the stream, by snapshots and by records in any order, with losses and repeats: each end is taken once, under an id that stays.</summary>
public sealed class EndMatchPropertyTests
{
    private const string Conversation = "c1";

    private static readonly TimeSpan _within = TimeSpan.FromSeconds(2);

    /// <summary>One event of the truth.</summary>
    /// <param name="At">Seconds.</param>
    /// <param name="Later">An end: how much later the record dates it, as after a wrap-up.</param>
    private sealed record Truth(string State, double At, double Later, int Episode)
    {
        public bool IsEnd => State != "queued";
    }

    /// <summary>Something that reaches the journal.</summary>
    private sealed record Step(EpisodePath Path, int Upto, int Jitter);

    private static readonly Gen<Truth[]> _truth = Gen.Select(Gen.Int[3, 200], Gen.Int[0, 60], Gen.Int[70, 5_000], Gen.Bool).Array[1, 5].Select(episodes =>
    {
        var (at, truth) = (0.0, new List<Truth>());
        foreach (var (length, later, pause, isAbandoned) in episodes)
        {
            truth.Add(new Truth("queued", at, 0, truth.Count / 2));
            truth.Add(new Truth(isAbandoned ? "abandoned" : "completed", at + length, later, truth.Count / 2));
            at += length + pause;
        }

        return truth.ToArray();
    });

    private static readonly Gen<Step[]> _steps = Gen.Select(Gen.Enum<EpisodePath>(), Gen.Int[0, 9], Gen.Int[-900, 900], (path, upto, jitter) => new Step(path, upto, jitter)).Array[0, 25];

    [Fact]
    public void Whatever_path_tells_them_and_in_whatever_order_each_end_is_taken_once() => Gen.Select(_truth, _steps).Sample((truth, steps) =>
    {
        var journal = new List<KnownFact>();
        foreach (var step in steps)
            Take(journal, Told(truth, step));
        Take(journal, Told(truth, new Step(EpisodePath.Fetched, truth.Length, 0)));
        var ends = journal.Where(fact => fact.IsTerminal).OrderBy(fact => fact.OccurredAt).ToList();
        ends.Select(end => end.Id).ShouldBeUnique();
        ends.Count.ShouldBe(truth.Count(one => one.IsEnd), string.Join(' ', ends.Select(end => $"{end.State}@{(end.OccurredAt - Some.Time).TotalSeconds}")));
        foreach (var (end, one) in ends.Zip(truth.Where(one => one.IsEnd)))
        {
            end.State.ShouldBe(one.State);
            (end.OccurredAt - Some.Time).TotalSeconds.ShouldBeInRange(one.At - 1, one.At + one.Later + 1);
        }

        var before = journal.Count;
        foreach (var step in steps.Where(step => step.Path != EpisodePath.Stream))
            Take(journal, Told(truth, step));
        journal.Count(fact => fact.IsTerminal).ShouldBe(ends.Count, "all of it was told already");
        journal.Count.ShouldBeGreaterThanOrEqualTo(before);
    }, iter: 20_000);

    /// <summary>The stream tells one event, the others all up to one: snapshots date an end before its wrap-up, records after it.</summary>
    private static ConversationEvent[] Told(Truth[] truth, Step step)
    {
        if (step.Path == EpisodePath.Stream)
            return step.Upto < truth.Length ? [Event(truth[step.Upto], truth[step.Upto].At, sequence: step.Upto + 1, EventOrigin.Live, [])] : [];
        var states = new HashSet<string>();
        return
        [
            .. truth.Take(step.Upto).Select(one => Event(
                one,
                step.Path == EpisodePath.Fetched ? one.At + one.Later + (step.Jitter / 1_000.0) : one.At,
                sequence: null,
                step.Path == EpisodePath.Fetched ? EventOrigin.Backfill : EventOrigin.Live,
                states) with
            {
                Episode = one.IsEnd ? new Episode(Some.Time.AddSeconds(truth[one.Episode * 2].At + (step.Path == EpisodePath.Fetched ? step.Jitter / 1_000.0 : 0)), one != truth[Math.Min(step.Upto, truth.Length) - 1]) : null,
            }),
        ];
    }

    private static ConversationEvent Event(Truth one, double at, long? sequence, EventOrigin origin, HashSet<string> states)
    {
        var made = Some.Event(sequence, Conversation, one.IsEnd ? EventKinds.ConversationState : EventKinds.RoutingQueue, one.State, TimeSpan.FromMilliseconds(Math.Round(at * 1_000)), origin: origin);
        return one.IsEnd && sequence is null && !states.Add(one.State) ? made with { Id = EventId.OfEpisode(Conversation, made.Type, made.State, made.OccurredAt) } : made;
    }

    /// <summary>As the journal does.</summary>
    private static void Take(List<KnownFact> journal, ConversationEvent[] facts)
    {
        var fates = FactMatch.Find(facts, journal, _within);
        for (var index = 0; index < facts.Length; index++)
        {
            if (fates[index].Verdict == FactVerdict.New)
                journal.Add(new KnownFact(fates[index].Id, facts[index].Type, facts[index].State, facts[index].OccurredAt, facts[index].QueueId, facts[index].Origin) { IsNumbered = facts[index].Sequence is not null });
        }
    }
}
