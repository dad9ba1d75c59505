using System.Text;
using CsCheck;
using Tieline.Events;
using Tieline.Filtering;
using Tieline.TestKit;

namespace Tieline.Tests.Filtering;

public sealed class EventFilterTests
{
    private static readonly Gen<string[]> _someOf = Gen.OneOf("queued", "completed", "voice", "q1").Array[0, 2];

    [Theory]
    [InlineData("conversation.state", "completed", "Keep")]
    [InlineData("conversation.state", "abandoned", "Keep")]
    [InlineData("conversation.state", "transfer", "Keep")]
    [InlineData("conversation.state", "queued", "Drop")]
    [InlineData("conversation.state", "Completed", "Drop")]
    [InlineData("conversation.state", null, "Drop")]
    [InlineData("routing.queue", "queued", "Keep")]
    [InlineData("routing.queue", "anything", "Keep")]
    [InlineData("routing.queue", null, "Keep")]
    [InlineData("Routing.Queue", "queued", "Drop")]
    [InlineData("conversation.stat", "completed", "Drop")]
    [InlineData("conversation.states", "completed", "Drop")]
    [InlineData("user.presence", null, "Drop")]
    [InlineData("", null, "Drop")]
    public void Decide_ByTheDefaultRules_KeepsTerminalTransferredAndQueued(string type, string? state, string verdict) =>
        Decide(new FilterOptions(), type, state).ShouldBe(Enum.Parse<FilterVerdict>(verdict));

    [Theory]
    [InlineData("routing.queue", null, "Keep")]
    [InlineData("routing.queue", "queued", "Keep")]
    [InlineData("routing.queue", "left", "Drop")]
    [InlineData("conversation.state", null, "Drop")]
    public void Decide_AskedForQueued_TakesAQueueEventWithoutStateAsSuch(string type, string? state, string verdict) =>
        Decide(Rules(Rule("routing.queue", states: ["queued"]), Rule("conversation.state", states: ["queued"])), type, state).ShouldBe(Enum.Parse<FilterVerdict>(verdict));

    [Fact]
    public void Decide_AskedForAnotherState_DropsAQueueEventWithoutOne() =>
        Decide(Rules(Rule("routing.queue", states: ["left"])), "routing.queue", null).ShouldBe(FilterVerdict.Drop);

    [Fact]
    public void Decide_WithoutRules_DropsEverything() => Decide(Rules(), "conversation.state", "completed").ShouldBe(FilterVerdict.Drop);

    [Fact]
    public void Decide_ARuleThatAsksForMore_HasTheEventReadFirst()
    {
        var options = Rules(Rule("conversation.state", states: ["completed"], media: ["voice"]));
        Decide(options, "conversation.state", "completed").ShouldBe(FilterVerdict.ReadFirst);
        Decide(options, "conversation.state", "abandoned").ShouldBe(FilterVerdict.Drop);
    }

    [Fact]
    public void Decide_AnotherRuleThatIsContentWithTheSkim_NeedsNoReading() =>
        Decide(Rules(Rule("routing.queue", media: ["voice"]), Rule("routing.queue")), "routing.queue", null).ShouldBe(FilterVerdict.Keep);

    [Theory]
    [InlineData("voice", "q1", true)]
    [InlineData("email", "q1", false)]
    [InlineData("voice", "q2", false)]
    [InlineData(null, "q1", false)]
    [InlineData("voice", null, false)]
    public void Keeps_ByMediaTypeAndQueue_WantsBoth(string? media, string? queue, bool kept) =>
        new EventFilter(Rules(Rule("routing.queue", media: ["voice", "chat"], queues: ["q1"]))).Keeps(Some.Event() with { MediaType = media, QueueId = queue }).ShouldBe(kept);

    [Fact]
    public void What_the_skim_decides_the_whole_event_confirms() =>
        Gen.Select(
            Gen.Select(Gen.OneOf("routing.queue", "conversation.state"), _someOf, _someOf, _someOf).Array[0, 3],
            Gen.OneOf("routing.queue", "conversation.state", "other"),
            Gen.OneOf<string?>(null, "queued", "completed", "left"),
            Gen.OneOf<string?>(null, "voice", "email"),
            Gen.OneOf<string?>(null, "q1", "q2")).Sample((rules, type, state, media, queue) =>
            {
                var options = Rules([.. rules.Select(rule => Rule(rule.Item1, rule.Item2, rule.Item3, rule.Item4))]);
                var asRead = state ?? (type == EventKinds.RoutingQueue ? EventKinds.Queued : null);
                var keeps = new EventFilter(options).Keeps(Some.Event(type: type, state: asRead) with { MediaType = media, QueueId = queue });
                var verdict = Decide(options, type, state);
                if (verdict != FilterVerdict.ReadFirst)
                    keeps.ShouldBe(verdict == FilterVerdict.Keep);
            });

    private static FilterVerdict Decide(FilterOptions options, string type, string? state) =>
        new EventFilter(options).Decide(new EventSkim { Type = Encoding.UTF8.GetBytes(type), State = Encoding.UTF8.GetBytes(state ?? "") });

    private static FilterOptions Rules(params FilterRuleOptions[] rules) => new() { Rules = rules };

    private static FilterRuleOptions Rule(string type, string[]? states = null, string[]? media = null, string[]? queues = null) =>
        new() { Type = type, States = states ?? [], MediaTypes = media ?? [], Queues = queues ?? [] };
}
