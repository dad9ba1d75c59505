using CsCheck;
using Tieline.Genesys;

namespace Tieline.Tests.Genesys.Notifications;

public sealed class TopicListTests
{
    private const string Id = "8f0c0000-0000-4000-8000-0000000000c1";
    private static readonly RoutingQueue[] _queues = [new("q1", "Sales"), new("q2", "Service")];

    [Fact]
    public void Of_EveryQueue_IsNotByName() =>
        TopicList.Of(new NotificationOptions(), _queues).Topics.ShouldBe(
            [new PlannedTopic("v2.routing.queues.q1.conversations", false), new PlannedTopic("v2.routing.queues.q2.conversations", false)]);

    [Fact]
    public void Of_NamesAndIds_AreByNameWhateverTheirCase() =>
        TopicList.Of(new NotificationOptions { Queues = ["*", " SALES ", Id], Users = ["u1"] }, _queues).Topics.ShouldBe(
        [
            new PlannedTopic("v2.routing.queues.q1.conversations", true),
            new PlannedTopic($"v2.routing.queues.{Id}.conversations", true),
            new PlannedTopic("v2.users.u1.conversations", true),
            new PlannedTopic("v2.routing.queues.q2.conversations", false),
        ]);

    [Fact]
    public void Of_UnknownName_IsAProblem()
    {
        var list = TopicList.Of(new NotificationOptions { Queues = ["Nowhere"] }, _queues);
        list.Topics.ShouldBeEmpty();
        list.Problems.Single().ShouldContain("'Nowhere'");
    }

    [Fact]
    public void Of_NotLookedYet_IsNoProblem() => TopicList.Of(new NotificationOptions { Queues = ["Nowhere", "*"] }, null).Problems.ShouldBeEmpty();

    [Fact]
    public void Of_SystemTopic_IsLeftOut()
    {
        var list = TopicList.Of(new NotificationOptions { Queues = [], Topics = ["v2.system.socket_closing", "channel.metadata"] }, null);
        list.Topics.ShouldBeEmpty();
        list.Problems.Count.ShouldBe(2);
    }

    [Fact]
    public void NeedsQueues_OnlyForWhatIsNoId()
    {
        TopicList.NeedsQueues(new NotificationOptions { Queues = [Id] }).ShouldBeFalse();
        TopicList.NeedsQueues(new NotificationOptions { Queues = [Id, "Sales"] }).ShouldBeTrue();
        TopicList.NeedsQueues(new NotificationOptions()).ShouldBeTrue();
    }

    [Fact]
    public void Combine_SuffixesOfOnePrefix_BecomeOneTopic() =>
        TopicName.Combine([$"v2.users.{Id}.presence", "v2.x", $"v2.users.{Id}.routingStatus", $"v2.users.{Id}.conversations"]).ShouldBe(
            [$"v2.users.{Id}?presence&routingStatus&conversations", "v2.x"], ignoreOrder: true);

    [Fact]
    public void Combine_AnyTopics_ExpandToTheSameAndAreShortEnough() =>
        Gen.Select(Gen.Int[0, 3], Gen.String[Gen.Char['a', 'z'], 1, 60]).Array[0, 30].Sample(parts =>
        {
            var topics = parts.Select(part => $"v2.users.{part.Item1:D8}-0000-4000-8000-000000000000.{part.Item2}").Distinct(StringComparer.Ordinal).ToList();
            var combined = TopicName.Combine(topics).ToList();
            return combined.SelectMany(TopicName.Expand).Order(StringComparer.Ordinal).SequenceEqual(topics.Order(StringComparer.Ordinal))
                && combined.All(topic => topic.Length <= TopicName.MaxCombined);
        });
}
