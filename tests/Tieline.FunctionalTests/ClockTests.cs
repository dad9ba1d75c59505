using Tieline.FunctionalTests.Support;
using Tieline.Simulator;

namespace Tieline.FunctionalTests;

/// <summary>Somebody sets the system clock of a Tieline that runs: events go on flowing, whatever waited at that moment.</summary>
[Trait("Guarantee", "G1")]
[Trait("Guarantee", "G6")]
public sealed class ClockTests
{
    private const string Missing = "faketime is not installed (on Debian: apt-get install faketime)";

    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan _tenMinutes = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task Set_back_ten_minutes_at_a_time_with_a_rate_limit_a_hole_an_outage_a_retry_after_and_open_gaps_nothing_stops_and_nothing_is_lost()
    {
        Assert.SkipUnless(SteppedClock.IsInstalled, Missing);
        using var clock = new SteppedClock();
        await using var site = await Site.StartAsync(options =>
        {
            options.FillsSoon();
            options.Settings.Add("Destinations:0:RateLimit:PerSecond=400");
            clock.ApplyTo(options.Environment);
        });
        await site.MoreDeliveriesAsync(50, _soon);

        // A rate limit: when the next request goes was a time of day.
        await SetAsync(site, clock, -_tenMinutes);
        await site.MoreDeliveriesAsync(200, _soon);
        var (status, ready) = await site.ReadyAsync();
        status.ShouldBe(200, ready);
        ready.ShouldContain("the system clock was set back by 10 min");
        site.Log.Count(line => line is { Name: "ClockSet", Level: "Warning" }).ShouldBe(1);

        // A hole that is waited for.
        await site.FaultAsync(new SimulatorFault { Kind = "drop", Count = 5 });
        await site.MoreEventsAsync(10, _soon);
        await SetAsync(site, clock, -2 * _tenMinutes);
        await site.MoreDeliveriesAsync(400, _soon);

        // A CRM that was down, and is back after the step.
        site.Crm.Answer(new CrmFault { Status = 503 });
        await GateAsync(site, "down");
        await SetAsync(site, clock, -3 * _tenMinutes);
        site.Crm.Answer(new CrmFault { Clear = true });
        await site.MoreDeliveriesAsync(200, _soon);

        // A Retry-After that was over before the step, and another one after it.
        site.Crm.Answer(new CrmFault { Status = 429, RetryAfter = 2, Count = 1 });
        await site.MoreDeliveriesAsync(600, _soon);
        await SetAsync(site, clock, -4 * _tenMinutes);
        site.Crm.Answer(new CrmFault { Status = 429, RetryAfter = 2, Count = 1 });
        await site.MoreDeliveriesAsync(400, _soon);

        // Gaps that are open.
        await site.FaultAsync(new SimulatorFault { Kind = "details", Answer = "503" });
        await site.FaultAsync(new SimulatorFault { Kind = "drop", Count = 5 });
        await Eventually.TrueAsync(async () => (await site.MetricsAsync())["openGaps"] > 0, _soon, () => $"a gap is open.\n{site.Process.Tail()}");
        await SetAsync(site, clock, -5 * _tenMinutes);
        await site.FaultAsync(new SimulatorFault { Kind = "clear" });
        await IsWholeAsync(site);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(365)]
    public async Task Set_forward_for_a_while_and_back_nothing_stops_and_nothing_is_lost(int days)
    {
        Assert.SkipUnless(SteppedClock.IsInstalled, Missing);
        using var clock = new SteppedClock();
        await using var site = await Site.StartAsync(options =>
        {
            options.FillsSoon();
            clock.ApplyTo(options.Environment);
        });
        await site.MoreDeliveriesAsync(50, _soon);
        await SetAsync(site, clock, TimeSpan.FromDays(days));
        await site.MoreDeliveriesAsync(200, _soon);
        site.Crm.Answer(new CrmFault { Status = 429, RetryAfter = 2, Count = 1 });
        await site.FaultAsync(new SimulatorFault { Kind = "drop", Count = 5 });
        await site.MoreDeliveriesAsync(400, _soon);
        await SetAsync(site, clock, TimeSpan.Zero);
        await site.MoreDeliveriesAsync(200, _soon);
        (await site.ReadyAsync()).Text.ShouldContain("the system clock was set back by");
        site.Crm.Answer(new CrmFault { Status = 429, RetryAfter = 2, Count = 1 });
        await site.MoreDeliveriesAsync(400, _soon);
        await IsWholeAsync(site);
    }

    /// <summary>Until Tieline itself has seen it.</summary>
    private static async Task SetAsync(Site site, SteppedClock clock, TimeSpan off)
    {
        var seen = site.Log.Count(line => line.Name == "ClockSet");
        clock.Set(off);
        await Eventually.TrueAsync(() => site.Log.Count(line => line.Name == "ClockSet") > seen, _soon, () => $"Tieline has seen its clock set.\n{site.Process.Tail()}");
    }

    private static Task<TimeSpan> GateAsync(Site site, string state) => Eventually.TrueAsync(
        async () => (await site.PrometheusAsync()).Sum("tieline_delivery_gate_state", "tieline_gate_state", state) == 1, _soon, () => $"the destination is {state}.\n{site.Process.Tail()}");

    /// <summary>All that Genesys has numbered is at the CRM once it has been fetched, and the audit log is whole.</summary>
    private static async Task IsWholeAsync(Site site)
    {
        var account = await site.FilledAsync(TimeSpan.FromSeconds(60));
        account.Missing.ShouldBeEmpty(account.ToString());
        account.Lost.ShouldBeEmpty(account.ToString());
        account.Strangers.ShouldBeEmpty(account.ToString());
        account.TwoBodies.ShouldBeEmpty(account.ToString());
        account.OutOfOrder.ShouldBeEmpty(account.ToString());
        (await site.StopAsync()).ExitCode.ShouldBe(0);
        var verified = await site.RunAsync("audit", "verify");
        verified.ExitCode.ShouldBe(0, verified.ToString());
    }
}
