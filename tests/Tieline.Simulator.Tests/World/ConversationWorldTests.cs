using Tieline.Simulator.World;

namespace Tieline.Simulator.Tests.World;

public class ConversationWorldTests
{
    public static TheoryData<double> Shares => [0.02, 0.2, 0.5, 1.0];

    [Theory, MemberData(nameof(Shares))]
    public void Nothing_happens_to_a_conversation_after_its_end(double share)
    {
        foreach (var events in Conversations(share))
        {
            events.Count(e => Ends(e.Kind)).ShouldBeLessThanOrEqualTo(1);
            if (events.Exists(e => Ends(e.Kind)))
            {
                Ends(events[^1].Kind).ShouldBeTrue();
            }
        }
    }

    [Theory, MemberData(nameof(Shares))]
    public void No_two_facts_share_an_id(double share)
    {
        var ids = Play(share).Select(e => SimulatedEventId.Of(e.Id.ToString(), EventKinds.Of(e.Kind).Type, EventKinds.Of(e.Kind).State, e.At)).ToList();
        ids.Distinct().Count().ShouldBe(ids.Count);
    }

    [Theory, MemberData(nameof(Shares))]
    public void Time_never_goes_back(double share) =>
        Play(share).ConvertAll(e => e.At).ShouldBeInOrder();

    [Fact]
    public void A_transfer_leads_into_a_queue_and_a_conversation_into_an_end()
    {
        var ended = Conversations(0.2).Where(c => Ends(c[^1].Kind)).ToList();
        ended.Count.ShouldBeGreaterThan(200);
        foreach (var plan in ended.Select(c => c.Where(e => EventKinds.Of(e.Kind).Passes).Select(e => e.Kind).ToList()))
        {
            for (var i = 0; i < plan.Count; i++)
            {
                if (plan[i] == EventKind.Transfer)
                {
                    plan[i - 1].ShouldBe(EventKind.RoutingQueue);
                    plan[i + 1].ShouldBe(EventKind.RoutingQueue);
                }
            }
        }
        ended.Count(c => c[^1].Kind == EventKind.Abandoned).ShouldBeInRange(ended.Count / 20, ended.Count / 4);
    }

    [Fact]
    public void A_usual_conversation_is_queued_then_active_then_talks_then_wraps_up()
    {
        var usual = Conversations(0.2).Where(c => c[^1].Kind == EventKind.Completed && c.Exists(e => e.Kind == EventKind.RoutingQueue)).ToList();
        // The share of passing events is met exactly, so a few are cut short to meet it.
        usual.Count(c => InOrder(c, EventKind.Queued, EventKind.RoutingQueue, EventKind.Waiting, EventKind.Active, EventKind.Completed))
            .ShouldBeGreaterThan(usual.Count * 8 / 10);
        usual.Count(c => c.Exists(e => e.Kind == EventKind.Wrapup)).ShouldBeGreaterThan(usual.Count * 7 / 10);
        usual.Count(c => c.Exists(e => e.Kind == EventKind.Talk)).ShouldBeGreaterThan(usual.Count * 8 / 10);
    }

    [Fact]
    public void With_nothing_but_passing_events_a_conversation_still_has_several()
    {
        var ended = Conversations(1).Where(c => Ends(c[^1].Kind)).ToList();
        ended.ShouldAllBe(c => c.Count == 2 || c.Count == 4);
        ended.ShouldContain(c => c.Select(e => e.Kind).SequenceEqual(
            new[] { EventKind.RoutingQueue, EventKind.Transfer, EventKind.RoutingQueue, EventKind.Completed }));
    }

    [Fact]
    public void Conversations_overlap_and_all_media_and_noise_occur()
    {
        var events = Play(0.2);
        events.Zip(events.Skip(1)).Count(pair => pair.First.Id != pair.Second.Id).ShouldBeGreaterThan(events.Count / 2);
        events.Select(e => e.Media).Distinct().Count().ShouldBe(3);
        events.Select(e => e.Kind).Distinct().Count().ShouldBe(11);
    }

    [Fact]
    public void The_same_seed_gives_the_same_conversations() => Play(0.2).ShouldBe(Play(0.2));

    [Fact]
    public void A_clock_that_stands_still_makes_no_two_events_of_one_conversation_at_one_time()
    {
        var world = World(0.2);
        var events = Enumerable.Range(0, 70_000).Select(i => world.Next(i % 5 == 0, 1000)).Select(e => (e.Conversation.Id, e.Milliseconds)).ToList();
        events.Distinct().Count().ShouldBe(events.Count);
    }

    private static ConversationWorld World(double share)
    {
        var dice = new Dice(7);
        return new ConversationWorld(dice, new ParticipantPool(dice, null)) { Passing = share, OpenTarget = 50 };
    }

    private static List<(Guid Id, EventKind Kind, long At, MediaType Media)> Play(double share)
    {
        var world = World(share);
        var passed = 0;
        var events = new List<(Guid, EventKind, long, MediaType)>();
        for (var i = 0; i < 10_000; i++)
        {
            var pass = passed + 1 <= (share * (i + 1)) + 1e-9;
            passed += pass ? 1 : 0;
            var made = world.Next(pass, 1_000_000 + (i * 2L));
            EventKinds.Of(made.Kind).Passes.ShouldBe(pass);
            events.Add((made.Conversation.Id, made.Kind, made.Milliseconds, made.Conversation.Media));
        }
        return events;
    }

    private static List<List<(Guid Id, EventKind Kind, long At, MediaType Media)>> Conversations(double share) =>
        Play(share).GroupBy(e => e.Id).Select(group => group.ToList()).ToList();

    private static bool Ends(EventKind kind) => kind is EventKind.Completed or EventKind.Abandoned;

    private static bool InOrder(List<(Guid Id, EventKind Kind, long At, MediaType Media)> events, params EventKind[] kinds)
    {
        var at = -1;
        foreach (var kind in kinds)
        {
            at = events.FindIndex(at + 1, e => e.Kind == kind);
            if (at < 0)
            {
                return false;
            }
        }
        return true;
    }
}
