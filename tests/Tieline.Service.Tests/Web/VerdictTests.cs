using Tieline.Backfill;
using Tieline.Delivery;
using Tieline.Genesys;
using Tieline.Sequencing;
using Tieline.Service.Web.Figures;

namespace Tieline.Service.Tests.Web;

/// <summary>The four questions of whoever is called at night: connected? losing anything? does the CRM get it? whose fault is it?</summary>
public sealed class VerdictTests
{
    private static readonly DateTimeOffset _now = new(2026, 3, 2, 14, 0, 0, TimeSpan.Zero);

    [Fact]
    public void All_is_well() => Of(Well()).ShouldBe((VerdictLevel.Good, Culprit.Nobody, "Healthy: events flow, nothing is missing."));

    [Fact]
    public void A_quiet_line_is_not_a_broken_one() =>
        Of(Well() with { Since = null }).ShouldBe((VerdictLevel.Good, Culprit.Nobody, "Connected for 3 h, no event yet."));

    [Fact]
    public void A_lost_connection_is_told_with_its_reason_and_how_long()
    {
        var lost = Down(SourceState.BackingOff, "Not connected: no answer within 10 s", TimeSpan.FromSeconds(192));

        Of(lost).ShouldBe((VerdictLevel.Watch, Culprit.Network, "Not receiving for 3 m 12 s: no answer within 10 s."));
    }

    [Fact]
    public void A_reconnection_that_has_just_begun_is_no_news() =>
        Of(Down(SourceState.Connecting, null, TimeSpan.FromSeconds(2))).Level.ShouldBe(VerdictLevel.Good);

    [Fact]
    public void A_connection_over_which_nothing_is_heard_is_told_before_it_is_given_up()
    {
        const string problem = "No answer from Genesys for 22 s; the connection is replaced after 45 s at the latest";
        var silent = Well() with { Source = new SourceStatus.Snapshot(SourceState.Silent, problem, _now.AddSeconds(-22)), Silence = TimeSpan.FromSeconds(22) };

        Of(silent).ShouldBe((VerdictLevel.Watch, Culprit.Network, $"{problem}."));
        Verdict.Of(silent).Evidence.ShouldContain("heard 22 s ago");
        Of(silent with { JournalProblem = "The journal cannot be written." }).Culprit.ShouldBe(Culprit.Us);
    }

    [Fact]
    public void Refused_credentials_are_ours_to_mend()
    {
        var refused = Verdict.Of(Down(SourceState.TokenRefused, "invalid_client: check id and secret", TimeSpan.FromMinutes(5)));

        (refused.Level, refused.Culprit).ShouldBe((VerdictLevel.Act, Culprit.Us));
        refused.Outlook.ShouldContain("invalid_client");
    }

    [Theory]
    [InlineData(nameof(GateState.Down), nameof(VerdictLevel.Watch), "Destination 'crm' is down (refused).")]
    [InlineData(nameof(GateState.Misconfigured), nameof(VerdictLevel.Act), "Destination 'crm' is down (refused).")]
    [InlineData(nameof(GateState.Held), nameof(VerdictLevel.Watch), "'crm' is throttling us.")]
    public void A_crm_that_takes_nothing_is_named(string state, string level, string sentence)
    {
        var closed = With(Gate(Enum.Parse<GateState>(state)) with { Problem = "destination 'crm' is down (refused); nothing is lost", NextTry = _now.AddSeconds(5), Waiting = 1_200 });

        Of(closed).ShouldBe((Enum.Parse<VerdictLevel>(level), Culprit.Crm, sentence));
        Verdict.Of(closed).Outlook.ShouldContain("1,200 events wait");
        Verdict.Of(closed).Outlook.ShouldContain("5.0 s");
    }

    [Fact]
    public void A_rate_limit_of_our_own_is_not_the_crms_fault()
    {
        var late = Gate(GateState.Open) with { OldestWaitingSince = _now.AddMinutes(-2), Waiting = 40 };

        Of(With(late)).Culprit.ShouldBe(Culprit.Crm);
        Of(With(late with { RateFreeAt = _now.AddSeconds(1) })).Culprit.ShouldBe(Culprit.Us);
    }

    [Fact]
    public void A_disk_that_fails_comes_before_everything()
    {
        var all = Down(SourceState.BackingOff, "Not connected: x", TimeSpan.FromHours(1)) with { JournalProblem = "The journal cannot be written.", DeadLetters = 5 };

        Of(all).ShouldBe((VerdictLevel.Act, Culprit.Us, "The disk does not take events."));
    }

    [Fact]
    public void A_disk_that_is_nearly_full_needs_somebody_but_what_stops_events_is_told_first()
    {
        var low = Well() with { DiskFree = 212L << 20, DeadLetters = 5 };

        Of(low).ShouldBe((VerdictLevel.Act, Culprit.Us, "Events flow, but the disk is nearly full: 212.0 MiB free."));
        Of(low with { DiskFree = 1L << 30 }).Culprit.ShouldBe(Culprit.Crm);
        var down = Verdict.Of(low with { Destinations = [Gate(GateState.Down) with { Problem = "destination 'crm' is down (refused)" }] });
        down.Sentence.ShouldBe("Destination 'crm' is down (refused).");
        down.Evidence.ShouldContain("212.0 MiB of disk free");
    }

    [Fact]
    public void An_audit_log_that_is_not_written_is_told_though_events_flow() =>
        Of(Well() with { AuditProblem = "the audit log is not written: No space left on device" }).ShouldBe((VerdictLevel.Act, Culprit.Us, "Events flow, but the audit log is not written."));

    [Fact]
    public void A_gap_heals_by_itself_and_a_dead_letter_needs_somebody()
    {
        var gap = new GapFill(7, GapReason.Hole, _now.AddMinutes(-3), _now.AddMinutes(-2), _now.AddMinutes(-2), GapState.Filling, 1, _now.AddSeconds(5), 3, 0, null, null);

        Of(Well() with { Gaps = [gap] }).ShouldBe((VerdictLevel.Watch, Culprit.Network, "Receiving; 1 gap is being filled."));
        Of(Well() with { Gaps = [gap with { Problem = "HTTP 403" }] }).ShouldBe((VerdictLevel.Watch, Culprit.Genesys, "Receiving, but 1 gap is open: HTTP 403."));
        Of(Well() with { Gaps = [gap with { Reason = GapReason.Restart }] }).Culprit.ShouldBe(Culprit.Us);
        Of(Well() with { Gaps = [gap], DeadLetters = 1 }).Level.ShouldBe(VerdictLevel.Act);
    }

    [Fact]
    public void What_may_have_come_before_the_first_frame_is_no_trouble_unless_it_cannot_be_asked_for()
    {
        var start = new GapFill(1, GapReason.Start, _now.AddSeconds(-9), _now.AddSeconds(-8), _now.AddSeconds(-8), GapState.Filling, 1, _now.AddSeconds(5), 0, 0, null, null);
        var verdict = Verdict.Of(Well() with { Gaps = [start] });
        verdict.Level.ShouldBe(VerdictLevel.Good);
        verdict.Evidence.ShouldContain("no open gap");
        Of(Well() with { Gaps = [start with { Problem = "HTTP 403" }] }).ShouldBe((VerdictLevel.Watch, Culprit.Genesys, "Receiving, but 1 gap is open: HTTP 403."));
    }

    /// <summary>What is held is not accepted work yet that waits; it is told all the same.</summary>
    [Fact]
    public void What_waits_behind_a_hole_is_told_with_its_age()
    {
        var verdict = Verdict.Of(Well() with { Held = 7, HeldFor = TimeSpan.FromSeconds(4) });
        (verdict.Level, verdict.Outlook).ShouldBe((VerdictLevel.Good, "7 wait for numbers before them, the oldest for 4.0 s."));
        verdict.Evidence.ShouldContain("7 held behind a gap, oldest 4.0 s");
    }

    [Fact]
    public void What_is_not_known_is_no_zero()
    {
        var nothing = Well() with { Since = null, Coverage = [new CoverageSpan(_now.AddDays(-1), _now, CoverageState.Uncovered, "", [])] };

        nothing.CoveredShare.ShouldBeNull();
        (nothing with { Since = _now.AddDays(-2) }).CoveredShare.ShouldBe(0);
    }

    private static (VerdictLevel Level, Culprit Culprit, string Sentence) Of(Overview now) => Verdict.Of(now) is var verdict ? (verdict.Level, verdict.Culprit, verdict.Sentence) : default;

    private static Overview With(DispatcherStatus destination) => Well() with { Destinations = [destination] };

    private static Overview Down(SourceState state, string? problem, TimeSpan down) =>
        Well() with { Source = new SourceStatus.Snapshot(state, problem, _now), Silence = null, ConnectedFor = null, DownFor = down };

    private static DispatcherStatus Gate(GateState state) => new("crm", state, null, 0, null, 0, null);

    private static Overview Well() => new(
        _now, new SourceStatus.Snapshot(SourceState.Connected, null, _now.AddHours(-3)), TimeSpan.FromSeconds(1), TimeSpan.FromHours(3), null, 0, 1000, 800, 200, new FlowRates(10, 8, 2), 5, 20,
        [Gate(GateState.Open)], 0, [], null, null, 1e6, [new CoverageSpan(_now.AddDays(-1), _now, CoverageState.Covered, "received without a hole", [])], _now.AddDays(-2));
}
