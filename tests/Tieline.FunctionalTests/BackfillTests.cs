using System.Text.Json.Nodes;
using Tieline.FunctionalTests.Support;
using Tieline.Sequencing;
using Tieline.Simulator;
using static Tieline.FunctionalTests.Support.Figures;

namespace Tieline.FunctionalTests;

/// <summary>Whatever was missed is fetched: afterwards the CRM has every event that Genesys made, each under one id.</summary>
[Trait("Guarantee", "G1")]
[Trait("Guarantee", "G2")]
[Trait("Guarantee", "G3")]
public sealed class BackfillTests
{
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan _filledWithin = TimeSpan.FromSeconds(60);

    /// <summary>What the details API can do wrong; and whether nothing comes of an ask meanwhile.</summary>
    public static TheoryData<string> Faults { get; } = ["401", "403", "429", "503", "hang", "garbage", "empty", "half", "truncated"];

    [Fact]
    public async Task What_a_hole_cost_is_fetched_within_the_hold_and_goes_out_in_its_place()
    {
        await using var site = await StartAsync();
        await site.MoreDeliveriesAsync(20, _soon);
        await site.FaultAsync(new SimulatorFault { Kind = "drop", Count = 100 });
        await site.MoreEventsAsync(400, _soon);
        var account = await site.FilledAsync(_filledWithin);
        account.Missing.ShouldBeEmpty(account.ToString());
        account.SecondCopies.ShouldBeEmpty(account.ToString());
        account.Recovered.ShouldBeGreaterThan(10, account.ToString());
        account.LateBackfill.ShouldBeEmpty(account.ToString());
        account.OutOfOrder.ShouldBeEmpty(account.ToString());
        await HoleFilledAsync(site);
        site.AuditLines("gap-filled").Sum(line => (long)line.Detail!["recovered"]!).ShouldBe(account.Recovered, "by the answers for both gaps: one answer tells of whole conversations");
        var prometheus = await site.PrometheusAsync();
        prometheus.Sum("tieline_backfill_events_total", "tieline_fact", "new").ShouldBe(account.Recovered);
        prometheus.Sum("tieline_gaps_state", "tieline_gap_state", "filled").ShouldBe(2, "the hole, and the time before the first frame");
        prometheus.Sum("tieline_genesys_queries_total", "tieline_query_outcome", "page").ShouldBeGreaterThan(1);
        (await site.MetricsAsync())["openGaps"].ShouldBe(0);
        Say($"{account}");
    }

    /// <summary>The first numbers there ever were tell of nothing before them.</summary>
    [Fact]
    public async Task What_was_lost_between_the_first_subscription_and_the_first_frame_is_fetched()
    {
        await using var site = await StartAsync(configure: options => options.Prepare = site => site.Genesys.InjectAsync(new SimulatorFault { Kind = "drop", Count = int.MaxValue }).Wait());
        await site.MoreEventsAsync(600, _soon);
        await site.FaultAsync(new SimulatorFault { Kind = "clear" });
        await site.MoreDeliveriesAsync(50, _soon);
        var account = await site.FilledAsync(_filledWithin);
        account.ShouldBalance();
        var gap = site.AuditLines("gap-filled").Select(line => line.Detail!).Single(detail => (string?)detail["reason"] == "start");
        var (from, to) = ((DateTimeOffset)gap["from"]!, (DateTimeOffset)gap["to"]!);
        var lost = account.Ledger.Select(entry => entry.Line).TakeWhile(line => !line.Written).Where(line => line.Passes && line.Timestamp >= from).ToList();
        lost.Count.ShouldBeGreaterThan(50, account.ToString());
        lost[^1].Timestamp.ShouldBeLessThanOrEqualTo(to);
        var arrived = site.Crm.Requests().Where(request => request.Processed).Select(request => request.Id).ToHashSet();
        lost.Where(line => !arrived.Contains(line.Id)).ShouldBeEmpty();
        account.Recovered.ShouldBe(lost.Count, "nothing from before the subscription is wanted");
    }

    /// <summary>Genesys finds conversations by the day on which they started: those of days ago are asked for by their ids.</summary>
    [Fact]
    public async Task What_a_hole_cost_of_conversations_that_began_days_ago_is_fetched_and_the_gap_says_what_was_not_looked_at()
    {
        await using var site = await StartAsync(configure: options => (options.Genesys.BeganEarlier, options.Genesys.BeganEarlierBy) = (0.5, TimeSpan.FromDays(5)));
        await site.MoreEventsAsync(2_000, _soon); // so that the journal knows of those that go on
        await site.MoreDeliveriesAsync(20, _soon);
        await site.FaultAsync(new SimulatorFault { Kind = "drop", Count = 200 });
        await site.MoreEventsAsync(2_000, _soon);
        var account = await site.FilledAsync(_filledWithin);
        var heardOf = account.Ledger.Select(entry => entry.Line).Where(line => line is { Passes: true, Written: true }).Select(line => line.ConversationId).ToHashSet();
        account.Missing.Where(line => heardOf.Contains(line.ConversationId)).ShouldBeEmpty(account.ToString());
        account.Recovered.ShouldBeGreaterThan(10, account.ToString());
        ((string)(await HoleFilledAsync(site))["notAsked"]!).ShouldStartWith("conversations that began before ");
        Say($"{account}");
    }

    [Fact]
    public async Task Ten_disconnections_of_1_to_20_seconds_cost_nothing_in_the_end()
    {
        await using var site = await StartAsync();
        await site.MoreDeliveriesAsync(20, _soon);
        foreach (var seconds in (int[])[1, 20, 1, 2, 3, 1, 8, 2, 1, 12])
        {
            var handshakes = site.Handshakes;
            await site.FaultAsync(new SimulatorFault { Kind = "refuse", Seconds = seconds, Abort = true });
            await site.RecoversAsync(handshakes, TimeSpan.FromSeconds(seconds + 35));
        }

        var account = await site.FilledAsync(_filledWithin);
        account.Missing.ShouldBeEmpty(account.ToString());
        account.SecondCopies.ShouldBeEmpty(account.ToString());
        account.OutOfOrder.ShouldBeEmpty(account.ToString());
        account.Recovered.ShouldBeGreaterThan(500, account.ToString());
        Say($"{account}");
    }

    [Fact]
    [Trait("Guarantee", "G10")]
    public async Task A_process_that_was_down_for_a_minute_at_500_events_a_second_fetches_what_it_missed()
    {
        await using var site = await StartAsync(rate: 500);
        await site.MoreDeliveriesAsync(100, _soon);
        await site.KillAsync();
        await site.MoreEventsAsync(500 * 60, TimeSpan.FromSeconds(90));
        await site.StartTielineAsync();
        await site.IsSubscribedAsync(_soon);
        await site.MoreDeliveriesAsync(100, _soon);
        var account = await site.FilledAsync(_filledWithin);
        account.Missing.ShouldBeEmpty(account.ToString());
        account.OutOfOrder.ShouldBeEmpty(account.ToString());
        account.Recovered.ShouldBeGreaterThan(5_000, account.ToString());
        Say($"{account}");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_new_numbering_hides_is_fetched(bool whileDown)
    {
        await using var site = await StartAsync(configure: options => options.Genesys.FirstSequence = 1_000_000);
        await site.MoreDeliveriesAsync(20, _soon);
        if (whileDown)
            await site.KillAsync();
        else
            await site.FaultAsync(new SimulatorFault { Kind = "refuse", Seconds = 3, Abort = true });
        await site.FaultAsync(new SimulatorFault { Kind = "reset", To = 1 });
        await site.MoreEventsAsync(500, _soon);
        if (whileDown)
            await site.StartTielineAsync();
        await site.IsSubscribedAsync(TimeSpan.FromSeconds(40));
        await site.MoreDeliveriesAsync(20, _soon);
        var account = await site.FilledAsync(_filledWithin);
        account.Missing.ShouldBeEmpty(account.ToString());
        account.OutOfOrder.ShouldBeEmpty(account.ToString());
        account.Recovered.ShouldBeGreaterThan(20, account.ToString());
        await Eventually.TrueAsync(
            () => site.AuditLines("gap-filled").Any(line => (string?)line.Detail!["reason"] == "renumbered"), _soon, () => "the audit log says that the gap between the two numberings is filled");
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_details_api_in_trouble_stops_nothing_and_the_gap_fills_when_it_is_over(string answer)
    {
        await using var site = await StartAsync();
        await site.MoreDeliveriesAsync(20, _soon);
        await site.FaultAsync(new SimulatorFault { Kind = "details", Answer = answer, RetryAfter = answer == "429" ? 2 : null });
        await site.FaultAsync(new SimulatorFault { Kind = "drop", Count = 60 });
        await site.MoreEventsAsync(1_400, _soon); // seven seconds: longer than the hold
        await site.MoreDeliveriesAsync(100, _soon);
        using (var journal = site.OpenJournal())
            journal.ReadFills().Count(fill => fill.Reason == GapReason.Hole).ShouldBe(1, "the hole is open");
        if (answer != "truncated") // whose first halves may happen to hold all that was dropped
            Account.Of(site).Missing.Count.ShouldBeGreaterThan(0);
        site.Genesys.Status.DetailsRequests.Values.Sum().ShouldBeLessThan(60, "no busy loop");
        (await site.ReadyAsync()).Status.ShouldBe(200);
        await site.FaultAsync(new SimulatorFault { Kind = "clear" });
        var account = await site.FilledAsync(TimeSpan.FromSeconds(120));
        account.Missing.ShouldBeEmpty(account.ToString());
        account.SecondCopies.ShouldBeEmpty(account.ToString());
        account.OutOfOrder.ShouldBeEmpty(account.ToString());
        Say($"{answer}: {account}");
    }

    [Fact]
    public async Task Records_that_lag_are_asked_for_until_they_are_there()
    {
        await using var site = await StartAsync(configure: options => options.Genesys.DetailsLag = TimeSpan.FromSeconds(4));
        await site.MoreDeliveriesAsync(20, _soon);
        await site.FaultAsync(new SimulatorFault { Kind = "drop", Count = 100 });
        await site.MoreEventsAsync(400, _soon);
        var account = await site.FilledAsync(_filledWithin);
        account.Missing.ShouldBeEmpty(account.ToString());
        account.SecondCopies.ShouldBeEmpty(account.ToString());
    }

    [Fact]
    public async Task A_gap_within_the_tolerance_is_recorded_and_not_fetched()
    {
        await using var site = await StartAsync(configure: options => options.Settings.Add("Gaps:Tolerance=10"));
        await site.MoreDeliveriesAsync(20, _soon);
        await site.FaultAsync(new SimulatorFault { Kind = "drop", Count = 10 });
        await site.MoreEventsAsync(700, _soon);
        var account = await site.SettleAsync(_soon);
        account.ShouldHaveExactGaps();
        account.InGaps.Count.ShouldBe(10);
        using (var journal = site.OpenJournal())
            journal.ReadFills().ShouldAllBe(fill => fill.Reason == GapReason.Start, "nothing else is to be asked for");
        (await site.PrometheusAsync()).Sum("tieline_gaps_state", "tieline_gap_state", "tolerated").ShouldBe(1);
    }

    /// <summary>What the audit log says of the hole, once it is filled; the time before the first frame is a gap of its own.</summary>
    private static async Task<JsonObject> HoleFilledAsync(Site site) => (await Eventually.FindAsync(
        () => Task.FromResult(site.AuditLines("gap-filled").Select(line => line.Detail!).SingleOrDefault(detail => (string?)detail["reason"] == "hole")),
        _soon,
        () => "the audit log says that the hole is filled")).Found;

    private static Task<Site> StartAsync(double rate = 200, Action<SiteOptions>? configure = null) => Site.StartAsync(options =>
    {
        options.Genesys.Rate = rate;
        options.FillsSoon();
        configure?.Invoke(options);
    });
}
