using System.Collections.Concurrent;
using Tieline.Delivery;
using Tieline.Tests.Delivery;

namespace Tieline.Tests.Pipeline;

/// <summary>Both sides of the disk together, with a CRM on a socket, ended and started again at random.</summary>
public sealed class LedgerTests
{
    [Theory, Trait("Guarantee", "G1")]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Received_is_delivered_and_dead_lettered_and_filtered_per_id_after_any_number_of_restarts(int seed)
    {
        await using var crm = await CrmServer.StartAsync();
        await using var rig = new IntakeRig();
        var random = new Random(seed);
        var refused = new ConcurrentDictionary<string, int>();
        crm.Answer = async (request, context) =>
        {
            await Task.Yield();
            lock (random)
                context.Response.StatusCode = random.Next(100) switch { < 8 => 500, < 10 => 422, _ => 200 };
            if (context.Response.StatusCode == 422)
                refused.TryAdd(request.Id, 422);
        };
        var (next, came) = (1L, new HashSet<long>());
        for (var run = 0; run < 6; run++)
        {
            rig.StartWriting();
            using var aborting = new CancellationTokenSource();
            var delivering = Deliver(rig, crm, aborting.Token);
            rig.Intake.OnConnected(continuous: false);
            for (var i = 0; i < 120; i++)
            {
                int chance;
                lock (random)
                    chance = random.Next(100);
                if (chance < 3)
                    next++; // never came
                if (chance is >= 3 and < 6)
                    await rig.ExpireAsync(1);
                if (chance is >= 6 and < 12 && came.Count > 0)
                    await rig.OfferAsync(EventIntakePropertyTests.Step(came.Max()));
                came.Add(next);
                await rig.OfferAsync(EventIntakePropertyTests.Step(next++));
            }

            if (run == 5)
                await rig.ExpireAsync(5);
            if (run == 5)
                await SettledAsync(rig);
            else
                await crm.Arrived.WaitPastAsync(run * 50, rig.Limit); // somewhere in the middle
            await aborting.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(() => delivering);
            await rig.RestartAsync();
        }

        var kept = came.Count(n => EventIntakePropertyTests.IsKept((int)n));
        var events = rig.Rows("SELECT lower(hex(id)) FROM event", row => "evt_" + row.GetString(0));
        var dead = rig.Rows("SELECT lower(hex(e.id)) FROM dead_letter d JOIN event e USING (position)", row => "evt_" + row.GetString(0));
        var delivered = rig.Rows("SELECT lower(hex(e.id)) FROM delivery d JOIN event e USING (position) WHERE d.outcome = 'delivered'", row => "evt_" + row.GetString(0));
        events.Count.ShouldBe(kept);
        events.Distinct().Count().ShouldBe(kept);
        dead.Concat(delivered).ShouldBe(events, ignoreOrder: true);
        delivered.ShouldBeSubsetOf(crm.Accepted.Values.SelectMany(ids => ids));
        dead.ShouldBeSubsetOf(refused.Keys);
        foreach (var (conversation, ids) in crm.Accepted)
        {
            var order = rig.Rows($"SELECT lower(hex(id)) FROM event WHERE conversation = '{conversation}' ORDER BY position", row => "evt_" + row.GetString(0));
            ids.Distinct().ShouldBe(order.Intersect(ids), $"{conversation} in order");
        }
    }

    private static Task Deliver(IntakeRig rig, CrmServer crm, CancellationToken aborting)
    {
        var options = new DestinationOptions { Url = crm.Url, Retry = new RetryOptions { MinDelay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(10) } };
        var destination = new Destination(options, new HttpMessageInvoker(Destination.CreateHandler(options)), new WebhookRequestFactory(options, "test"), TimeProvider.System, rig.Metrics);
        var dispatcher = new Dispatcher(rig.Journal, destination, options, TimeProvider.System, () => 0.5, rig.Metrics, rig.Logs.For<Dispatcher>());
        return Task.Run(() => dispatcher.RunAsync(CancellationToken.None, aborting), CancellationToken.None);
    }

    private static async Task SettledAsync(IntakeRig rig)
    {
        await rig.DeliverableAsync();
        while (true)
        {
            var fact = rig.Journal.Counters.NextFact - 1;
            if (rig.Rows("SELECT (SELECT count(*) FROM event) - (SELECT count(*) FROM delivery)", row => row.GetInt64(0))[0] == 0)
                return;
            await rig.Journal.WaitForFactsAsync(fact, rig.Limit);
        }
    }
}
