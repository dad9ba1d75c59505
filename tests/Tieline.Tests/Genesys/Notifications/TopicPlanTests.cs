using CsCheck;
using Tieline.Genesys;

namespace Tieline.Tests.Genesys.Notifications;

public sealed class TopicPlanTests
{
    private static readonly Gen<List<string>> _topics = Gen.Int[0, 4000].Select(count => Names(0, count));

    [Fact]
    public void Next_FromNothing_EachTopicOnceAndEvenly() => _topics.Sample(topics =>
    {
        var plan = TopicPlan.Empty.Next(topics);
        var counts = plan.Channels.Select(channel => channel.Count).ToList();
        return plan.Channels.SelectMany(channel => channel).Order(StringComparer.Ordinal).SequenceEqual(topics.Order(StringComparer.Ordinal))
            && plan.LeftOut.Count == 0
            && counts.Count == (topics.Count + TopicPlan.MaxTopics - 1) / TopicPlan.MaxTopics
            && (counts.Count == 0 || counts.Max() - counts.Min() <= 1);
    });

    [Fact]
    public void Next_AfterAnyChanges_NoTopicThatStaysMoves() =>
        Gen.Select(Gen.Int[0, 3000], Gen.Int[0, 3000], Gen.Int[0, 3000], Gen.Int[0, 3000]).Array[1, 4].Sample(changes =>
        {
            var plan = TopicPlan.Empty;
            foreach (var (from, count, otherFrom, otherCount) in changes)
            {
                var topics = Names(from, count).Union(Names(otherFrom, otherCount), StringComparer.Ordinal).ToList();
                var next = plan.Next(topics);
                var before = Places(plan);
                var after = Places(next);
                if (after.Count != topics.Count || next.Channels.Any(channel => channel.Count > TopicPlan.MaxTopics) || next.Channels.Count > TopicPlan.MaxChannels
                    || after.Any(place => before.TryGetValue(place.Key, out var channel) && channel != place.Value))
                    return false;
                plan = next;
            }

            return true;
        }, iter: 30);

    [Fact]
    public void Next_MoreThanFit_TakesTheFirstAndSaysWhatToDo()
    {
        var topics = Names(0, 16_203);
        var plan = TopicPlan.Empty.Next(topics);
        plan.Channels.Count.ShouldBe(18);
        plan.Channels.ShouldAllBe(channel => channel.Count == 900);
        plan.LeftOut.ShouldBe(topics[^3..]);
        plan.Problem!.ShouldContain("Genesys:Notifications:Queues");
    }

    [Fact]
    public void Next_OtherCase_IsTheSameTopic()
    {
        var plan = TopicPlan.Empty.Next(["v2.A"]).Next(["V2.a", "v2.b"]);
        plan.Channels.Single().Count.ShouldBe(2);
    }

    private static List<string> Names(int from, int count) => [.. Enumerable.Range(from, count).Select(number => $"v2.routing.queues.{number}.conversations")];

    private static Dictionary<string, int> Places(TopicPlan plan) =>
        plan.Channels.SelectMany((channel, number) => channel.Select(topic => (topic, number))).ToDictionary(place => place.topic, place => place.number, StringComparer.OrdinalIgnoreCase);
}
