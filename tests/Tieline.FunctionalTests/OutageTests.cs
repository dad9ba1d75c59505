using Tieline.FunctionalTests.Support;
using Tieline.Simulator;
using static Tieline.FunctionalTests.Support.Figures;

namespace Tieline.FunctionalTests;

/// <summary>The CRM is away while a thousand events a second pass the filter.</summary>
[Collection(Load.Name)]
public sealed class OutageTests
{
    private const double MaxMemoryMiB = 250;

    private static readonly TimeSpan _firstWithin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _drainedWithin = TimeSpan.FromSeconds(30);

    public enum Outage
    {
        Refused,
        Answers503,
        Hangs,
    }

    [Theory]
    [InlineData(Outage.Refused, 60)]
    [InlineData(Outage.Answers503, 15)]
    [InlineData(Outage.Hangs, 15)]
    [Trait("Guarantee", "G1")]
    [Trait("Guarantee", "G4")]
    [Trait("Guarantee", "G5")]
    [Trait("Guarantee", "G9")]
    public async Task A_crm_that_is_down_costs_no_event_little_memory_and_half_a_minute_to_catch_up(Outage outage, int seconds)
    {
        await using var site = await Site.StartAsync(options =>
        {
            options.Genesys.Rate = 1_000;
            options.Genesys.Passing = 1;
        });
        await site.MoreDeliveriesAsync(1_000, TimeSpan.FromSeconds(30));
        await BeginAsync(site, outage);
        var before = site.Crm.Status.Processed;
        await site.MoreEventsAsync(1_000 * seconds, TimeSpan.FromSeconds(3 * seconds));
        site.Crm.Status.Processed.ShouldBe(before);
        (await site.ReadyAsync()).Status.ShouldBe(200, "a destination that is down for a while heals by itself");
        var backlog = (await site.MetricsAsync())["waiting"];
        backlog.ShouldBeGreaterThan(900 * seconds);

        var arrived = site.Crm.Requests().Count;
        await EndAsync(site, outage);
        var returnedAt = TimeProvider.System.GetTimestamp();
        await site.MoreDeliveriesAsync(1, _firstWithin);
        var first = TimeProvider.System.GetElapsedTime(returnedAt);
        await Eventually.TrueAsync(async () => (await site.MetricsAsync())["waiting"] < 1_000, _drainedWithin - first, () => $"the backlog of {backlog} is drained; {site.Crm.Status.Processed - before} were delivered.\n{site.Process.Tail()}");
        var drained = TimeProvider.System.GetElapsedTime(returnedAt);
        var memory = site.Process.PeakMemoryMiB;

        var account = await site.SettleAsync(TimeSpan.FromSeconds(30));
        account.ShouldBeUndisturbed();
        account.Delivered.ShouldBe(account.Sent.Count);
        account.DeadLettered.ShouldBe(0);
        (await site.MetricsAsync())["deadLetters"].ShouldBe(0);
        memory.ShouldBeLessThan(MaxMemoryMiB);
        Say($"{outage} for {seconds} s: backlog {backlog}, {arrived} requests before its return; first delivery after {first.TotalSeconds:F1} s, drained after {drained.TotalSeconds:F1} s; VmHWM {memory:F0} MiB");
    }

    private static async Task BeginAsync(Site site, Outage outage)
    {
        if (outage == Outage.Refused)
            await site.Crm.DownAsync();
        else
            site.Crm.Answer(outage == Outage.Answers503 ? new CrmFault { Status = 503 } : new CrmFault { Hang = true });
    }

    private static async Task EndAsync(Site site, Outage outage)
    {
        if (outage == Outage.Refused)
            await site.Crm.UpAsync();
        else
            site.Crm.Answer(new CrmFault { Clear = true });
    }
}
