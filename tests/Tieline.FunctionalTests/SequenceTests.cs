using System.Text;
using Tieline.FunctionalTests.Support;
using Tieline.Simulator;
using static Tieline.FunctionalTests.Support.Figures;

namespace Tieline.FunctionalTests;

/// <summary>What goes wrong in the numbering and in single frames: never a stop, counted by reason, and the rest delivered in order.</summary>
[Trait("Guarantee", "G1")]
[Trait("Guarantee", "G2")]
[Trait("Guarantee", "G4")]
public sealed class SequenceTests
{
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(30);

    /// <summary>Every malformed frame the simulator has, and the reason it is counted under; those of them that spend a number are gaps.</summary>
    public static TheoryData<string, string> Malformed { get; } = new()
    {
        { "notJson", "not_json" },
        { "truncated", "not_json" },
        { "binary", "binary" },
        { "array", "not_an_object" },
        { "deep", "not_json" },
        { "huge", "too_big" },
        { "noSequence", "no_sequence" },
        { "stringSequence", "wrong_type" },
        { "noConversationId", "no_conversation" },
        { "wrongTypes", "wrong_type" },
        { "absurdTimestamp", "bad_timestamp" },
        { "personalWord", "bad_value" },
        { "longId", "bad_value" },
    };

    [Fact]
    public async Task Numbers_that_never_come_are_a_gap_after_two_seconds_and_what_waited_for_them_goes_out()
    {
        await using var site = await RunningAsync();
        await site.FaultAsync(new SimulatorFault { Kind = "drop", Count = 5 });
        await site.MoreEventsAsync(200, _soon);
        await site.FaultAsync(new SimulatorFault { Kind = "drop", Count = 1 });
        await site.MoreEventsAsync(200, _soon);
        var account = await site.SettleAsync(_soon);
        account.ShouldHaveExactGaps();
        account.InGaps.Count.ShouldBe(6);
        var metrics = await site.MetricsAsync();
        metrics["sequenceGaps"].ShouldBe(2);
        metrics["missingEvents"].ShouldBe(6);
        metrics["openGaps"].ShouldBe(2);
        var prometheus = await site.PrometheusAsync();
        prometheus.Sum("tieline_gaps_total", "tieline_gap_reason", "hole").ShouldBe(2);
        prometheus.Sum("tieline_gap_events_total", "tieline_gap_reason", "hole").ShouldBe(6);
        site.AuditLines("gap-detected").Sum(line => (long)line.Detail!["missing"]!).ShouldBe(6);
        site.Log.Count(line => line.Name == "GapDetected" && line.Level == "Warning").ShouldBe(2);
    }

    [Fact]
    [Trait("Guarantee", "G5")]
    public async Task Frames_that_come_twice_are_delivered_once()
    {
        await using var site = await RunningAsync();
        await site.FaultAsync(new SimulatorFault { Kind = "duplicate", Count = 100 });
        await site.MoreEventsAsync(300, _soon);
        var account = await site.SettleAsync(_soon);
        account.ShouldBeUndisturbed();
        (await site.MetricsAsync())["duplicates"].ShouldBe(100);
    }

    [Fact]
    public async Task Frames_in_another_order_are_put_right_where_they_are_close_together()
    {
        await using var site = await RunningAsync();
        await site.FaultAsync(new SimulatorFault { Kind = "swap", Count = 20 });
        await site.MoreEventsAsync(100, _soon);
        await site.FaultAsync(new SimulatorFault { Kind = "reorder", Within = 20, Count = 20 });
        await site.MoreEventsAsync(500, _soon);
        var account = await site.SettleAsync(_soon);
        account.ShouldBeUndisturbed();
        var prometheus = await site.PrometheusAsync();
        prometheus.Sum("tieline_events_late_total").ShouldBeGreaterThan(20);
        prometheus.Sum("tieline_gaps_total").ShouldBe(0);
        (await site.MetricsAsync())["sequenceGaps"].ShouldBe(0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_numbering_that_starts_again_costs_no_event(bool onANewConnection)
    {
        await using var site = await RunningAsync(firstSequence: 1_000_000);
        if (onANewConnection)
        {
            // Nobody may hear a number of the new numbering before the connection is a new one.
            var handshakes = site.Handshakes;
            await site.FaultAsync(new SimulatorFault { Kind = "refuse" });
            await site.FaultAsync(new SimulatorFault { Kind = "close", Code = 1012 });
            await site.FaultAsync(new SimulatorFault { Kind = "reset", To = 1 });
            await site.FaultAsync(new SimulatorFault { Kind = "refuse", End = true });
            await site.RecoversAsync(handshakes, TimeSpan.FromSeconds(35));
        }
        else
        {
            await site.FaultAsync(new SimulatorFault { Kind = "reset", To = 1 });
        }

        await site.MoreEventsAsync(300, _soon);
        var account = await site.SettleAsync(_soon);
        account.ShouldHaveExactGaps();
        account.InGaps.ShouldBeEmpty("which numbers of a new numbering went by unsent nobody can tell: the span is listed by its time");
        account.Lost.ShouldBeEmpty(account.ToString());
        (account.Sent.Count < account.Ledger.Count).ShouldBe(onANewConnection);
        var prometheus = await site.PrometheusAsync();
        prometheus.Sum("tieline_source_epochs_total").ShouldBe(1);
        prometheus.Sum("tieline_gaps_total", "tieline_gap_reason", "renumbered").ShouldBe(1);
        site.AuditLines("gap-detected").ShouldContain(line => (string?)line.Detail!["reason"] == "renumbered");
        site.Log.ShouldContain(line => line.Name == "NumberingRestarted");
    }

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task A_malformed_frame_is_counted_by_its_reason_and_the_stream_goes_on(string what, string reason)
    {
        const int Frames = 3;
        await using var site = await RunningAsync();
        await site.FaultAsync(new SimulatorFault { Kind = "malformed", What = what, Count = Frames });
        await site.MoreEventsAsync(100, _soon);
        var account = await site.SettleAsync(_soon);
        account.ShouldHaveExactGaps();
        account.InGaps.Count.ShouldBe(account.Ledger.Count(entry => entry.Line.Id is null), "a number that was spent on it is missing, and no other");
        var prometheus = await site.PrometheusAsync();
        prometheus.Sum("tieline_source_frame_faults_total", "tieline_fault", reason).ShouldBe(Frames, prometheus.Only("tieline_source_frame_faults_total"));
        prometheus.Sum("tieline_source_frame_faults_total").ShouldBe(Frames);
        prometheus.Sum("tieline_source_closes_total").ShouldBe(0);
        site.Log.Count(line => line.Name == "FrameRefused").ShouldBe(1, "at a bounded rate");
        site.Log.ShouldNotContain(line => line.Level == "Error" || line.Level == "Fatal");
    }

    [Fact]
    public async Task A_frame_that_is_not_UTF8_is_counted_and_the_socket_it_costs_is_opened_again()
    {
        await using var site = await RunningAsync();
        var handshakes = site.Handshakes;
        await site.FaultAsync(new SimulatorFault { Kind = "malformed", What = "invalidUtf8" });
        await site.RecoversAsync(handshakes, TimeSpan.FromSeconds(35));
        var account = await site.SettleAsync(_soon);
        account.ShouldBalance();
        var prometheus = await site.PrometheusAsync();
        prometheus.Sum("tieline_source_frame_faults_total", "tieline_fault", "not_json").ShouldBe(1, prometheus.Only("tieline_source_frame_faults_total"));
        prometheus.Sum("tieline_source_closes_total", "tieline_close_code", "1007").ShouldBe(1);
        Say($"{account}");
    }

    [Fact]
    public async Task A_storm_of_every_kind_of_trouble_stops_nothing_and_is_logged_at_a_bounded_rate()
    {
        await using var site = await RunningAsync();
        foreach (var what in SimulatorFault.MalformedFrames.Where(what => what is not "invalidUtf8" and not "huge" and not "personalIds")) // the last is an event, which no ledger has
            await site.FaultAsync(new SimulatorFault { Kind = "malformed", What = what, Count = 200 });
        await site.FaultAsync(new SimulatorFault { Kind = "heartbeat", Count = 50 });
        site.Genesys.Emit([Encoding.UTF8.GetBytes("""{"sequence":-1,"type":"conversation.state"}"""), Encoding.UTF8.GetBytes("""{"sequence":1e400,"type":"routing.queue"}"""), Encoding.UTF8.GetBytes("{}"), []]);
        await site.FaultAsync(new SimulatorFault { Kind = "fragment", Count = 50, Parts = 40 });
        await site.MoreEventsAsync(200, _soon);
        await site.FaultAsync(new SimulatorFault { Kind = "drop", Count = 3 });
        await site.FaultAsync(new SimulatorFault { Kind = "duplicate", Count = 30 });
        await site.MoreEventsAsync(300, _soon);
        var account = await site.SettleAsync(_soon);
        account.ShouldHaveExactGaps();
        (await site.PrometheusAsync()).Sum("tieline_source_closes_total").ShouldBe(0);
        site.Log.Count(line => line.Name == "FrameRefused").ShouldBeLessThan(5);
        (await site.ReadyAsync()).Status.ShouldBe(200);
        Say($"{account}");
    }

    private static async Task<Site> RunningAsync(long firstSequence = 1)
    {
        var site = await Site.StartAsync(options => options.Genesys.FirstSequence = firstSequence);
        await site.MoreDeliveriesAsync(20, _soon);
        return site;
    }
}
