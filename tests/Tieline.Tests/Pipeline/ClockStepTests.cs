using static Tieline.Tests.Pipeline.BackfillRig;

namespace Tieline.Tests.Pipeline;

/// <summary>Somebody sets this machine's clock. Nothing waits for it.</summary>
public sealed class ClockStepTests
{
    public static TheoryData<TimeSpan> Steps => [TimeSpan.FromMinutes(-10), TimeSpan.FromHours(-2), TimeSpan.FromDays(365)];

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task A_hole_lets_go_what_waits_for_it_when_its_window_is_over(TimeSpan step)
    {
        await using var rig = new IntakeRig();
        await rig.OfferAsync(EventIntakeTests.Kept(1), EventIntakeTests.Kept(3));
        await rig.ExpireAsync(1);
        rig.Time.StepClock(step);
        await rig.ExpireAsync(0.999);
        (await rig.DeliverableAsync()).ShouldBe([1]);
        await rig.ExpireAsync(0.001);
        (await rig.DeliverableAsync()).ShouldBe([1, 3]);
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task What_waits_for_the_backfill_waits_no_longer_than_it_was_to(TimeSpan step)
    {
        await using var rig = new IntakeRig(holdSeconds: 5);
        await rig.OfferAsync(EventIntakeTests.Kept(1), EventIntakeTests.Kept(3));
        await rig.ExpireAsync(2);
        rig.Time.StepClock(step);
        await rig.ExpireAsync(2.999);
        (await rig.DeliverableAsync()).ShouldBe([1]);
        await rig.ExpireAsync(0.001);
        (await rig.DeliverableAsync()).ShouldBe([1, 3]);
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task A_gap_is_asked_for_on_its_schedule(TimeSpan step)
    {
        await using var rig = new BackfillRig();
        rig.TellTime();
        var asked = new List<double>();
        rig.Answer = _ =>
        {
            asked.Add((rig.Time.Unset - At(62)).TotalSeconds);
            return Page(Record("m1", "acd voice q1 | interact 20-"));
        };
        rig.Start();
        await rig.OpenGapAsync();
        await rig.AskedAsync(1);
        rig.Time.StepClock(step);
        await rig.PassAsync(120);
        asked.ShouldBe([0, 2, 5, 10, 30, 120]);
        (await rig.GapsAsync()).ShouldBe(["hole filled 6 1 1"]);
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task A_gap_of_a_run_before_is_asked_for_though_the_clock_was_set_between_the_two(TimeSpan step)
    {
        await using var rig = new BackfillRig();
        rig.TellTime();
        rig.Answer = _ => Page(Record("m1", "acd voice q1 | interact 20-"));
        rig.Start();
        await rig.OpenGapAsync();
        await rig.AskedAsync(1);
        await rig.PassAsync(60);
        var before = rig.Asked.Count;
        await rig.StopAsync();
        await rig.Rig.RestartAsync();
        rig.Time.StepClock(step);
        rig.Rig.StartWriting();
        rig.Start();
        await rig.SettleAsync();
        await rig.PassAsync(3_600);
        rig.Asked.Count.ShouldBeGreaterThan(before);
        (await rig.GapsAsync())[0].ShouldStartWith("hole filled ");
    }

    [Fact]
    public async Task A_day_that_only_the_clock_has_seen_abandons_nothing()
    {
        await using var rig = new BackfillRig();
        rig.Answer = _ => FakeDetailsDown();
        rig.Start();
        await rig.OpenGapAsync();
        await rig.AskedAsync(1);
        rig.Time.StepClock(TimeSpan.FromHours(25));
        await rig.PassAsync(75);
        (await rig.GapsAsync())[0].ShouldStartWith("hole filling ");
        rig.Time.StepClock(TimeSpan.FromHours(-25));
        rig.Answer = _ => Page(Record("m1", "acd voice q1 | interact 20-"));
        await rig.PassAsync(7_200);
        (await rig.GapsAsync())[0].ShouldStartWith("hole filled ");
    }

    [Fact]
    public async Task The_time_in_which_nobody_asked_abandons_nothing()
    {
        await using var rig = new BackfillRig();
        rig.Answer = _ => FakeDetailsDown();
        rig.Start();
        await rig.OpenGapAsync();
        await rig.AskedAsync(1);
        await rig.PassAsync(7_200);
        await rig.StopAsync();
        await rig.Rig.RestartAsync();
        rig.Time.Advance(TimeSpan.FromDays(3));
        rig.Rig.StartWriting();
        rig.Start();
        await rig.SettleAsync();
        await rig.PassAsync(3_600 * 21);
        (await rig.GapsAsync())[0].ShouldStartWith("hole filling ");
        rig.Rig.Logs.Expect(6202);
        await rig.PassAsync(3_600 * 2);
        (await rig.GapsAsync())[0].ShouldStartWith("hole abandoned ");
    }

    private static HttpResponseMessage FakeDetailsDown() => Genesys.Details.FakeDetails.Status(System.Net.HttpStatusCode.Forbidden);
}
