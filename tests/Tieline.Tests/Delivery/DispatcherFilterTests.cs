using Tieline.Delivery;
using Tieline.Events;
using Tieline.Filtering;
using Tieline.Journal;
using Tieline.Sequencing;
using Tieline.TestKit;

namespace Tieline.Tests.Delivery;

/// <summary>A filter of the destination's own.</summary>
public sealed class DispatcherFilterTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public async Task Only_what_fits_goes_out_and_the_rest_is_accounted_for_also_over_restarts(int maxEvents)
    {
        const int Events = 900;
        await using var crm = await CrmServer.StartAsync();
        await using var rig = DeliveryRig.Quick(crm);
        rig.Options.Filter.Rules = [new FilterRuleOptions { Type = EventKinds.RoutingQueue, Queues = ["vip"] }];
        rig.Options.Batch = new BatchOptions { MaxEvents = maxEvents, MaxWait = TimeSpan.FromMilliseconds(5) };
        for (var number = 1; number <= Events; number++)
        {
            // One long conversation, of which more is read than is in hand, among short ones.
            var e = Some.Event(number, number % 2 == 0 ? "long" : $"c{number % 50}", at: TimeSpan.FromMilliseconds(number)) with { QueueId = number % 3 == 0 ? "vip" : "other" };
            await rig.Journal.PostAsync(new JournalWork.Append(new RedactedEvent(e), new Mark(1, number, e.OccurredAt), IsHeld: false), rig.Limit);
        }

        await rig.Journal.WaitForDurabilityAsync(rig.Limit);
        rig.Start();
        await rig.SettledAsync(Events / 2);
        await rig.RestartAsync();
        await rig.SettledAsync(Events);

        rig.Count("SELECT count(*) FROM delivery d JOIN event e ON e.position = d.position WHERE d.outcome = iif(e.queue_id = 'vip', 'delivered', 'filtered')").ShouldBe(Events);
        crm.Accepted.Values.SelectMany(ids => ids).Distinct().Count().ShouldBe((int)rig.Count("SELECT count(DISTINCT id) FROM event WHERE queue_id = 'vip'"));
        rig.Dispatcher.Status.Waiting.ShouldBe(0);
    }
}
