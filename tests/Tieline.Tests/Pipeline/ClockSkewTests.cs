using Tieline.Sequencing;
using Tieline.Tests.Genesys.Details;
using static Tieline.Tests.Pipeline.BackfillRig;

namespace Tieline.Tests.Pipeline;

/// <summary>This machine's clock and Genesys's are apart: what is asked for is Genesys's time.</summary>
public sealed class ClockSkewTests
{
    private static readonly string _missed = Record("m1", "acd voice q1 | interact 70-");

    [Fact]
    public async Task A_clock_that_is_over_a_day_behind_costs_no_frame()
    {
        await using var rig = new BackfillRig();
        rig.TellTime();
        rig.Answer = Between(rig, _missed);
        rig.Start();
        await rig.OfferAsync((1, 10));
        await rig.Rig.Intake.RequestAsync(At(1), At(2), rig.Rig.Limit); // something that Genesys is asked for, and says its time with
        await rig.AskedAsync(1);
        rig.Time.StepClock(TimeSpan.FromHours(-30));
        await rig.PassAsync(20);
        await rig.OfferAsync((2, 75));
        (await rig.DeliverableAsync()).ShouldBe(["c1 completed", "c2 completed"]);
        (await rig.GapsAsync()).Count.ShouldBe(1);
    }

    /// <summary>The first answer that tells the time comes after the frame was refused.</summary>
    [Fact]
    public async Task What_was_refused_since_the_clock_is_over_a_day_behind_is_fetched_from_the_time_it_was_sent_in()
    {
        await using var rig = new BackfillRig();
        rig.Time.StepClock(TimeSpan.FromHours(-30));
        rig.TellTime();
        rig.Answer = Between(rig, Record("m1", "acd voice q1 | interact 58-"));
        await rig.Rig.OfferAsync(TestKit.Some.Frame(1, "c1", at: TimeSpan.FromHours(-31)));
        await rig.OfferAsync((2, 58));
        rig.Start();
        await rig.SettleAsync();
        await rig.PassAsync(600);
        (await rig.DeliverableAsync()).ShouldContain("m1 queued fetched");
    }

    /// <summary>Nothing tells Genesys's time here, so the machine's clock is all there is: wrong by five days at the start, and set right while the gaps are open.</summary>
    [Theory]
    [InlineData(-5)]
    [InlineData(-400)]
    public async Task What_a_clock_that_was_days_behind_at_the_start_cost_is_fetched_once_it_is_set_and_nothing_is_abandoned(double days)
    {
        await using var rig = new BackfillRig();
        rig.Time.StepClock(TimeSpan.FromDays(days));
        rig.Answer = asked => asked.From < At(58) && asked.To > At(58) ? Page(Record("m1", "acd voice q1 | interact 58-"), Record("r1", "acd voice q1 | interact 56-")) : Page(Other);
        rig.Start();
        rig.Rig.Intake.OnConnected(continuous: false);
        await rig.OfferAsync((1, 51), (2, 56), (5, 59)); // dated days ahead of this machine: none is believed, and two never came
        await rig.Rig.ExpireAsync(2);
        await rig.SettleAsync();
        await rig.PassAsync(600);
        rig.Time.StepClock(TimeSpan.FromDays(-days));
        await rig.SettleAsync();
        (await rig.GapsAsync()).ShouldNotContain(gap => gap.Contains("abandoned", StringComparison.Ordinal));
        await rig.PassAsync(60);
        (await rig.DeliverableAsync()).ShouldBe(["r1 queued fetched", "m1 queued fetched"], ignoreOrder: true);
        await rig.PassAsync(7_200);
        (await rig.GapsAsync()).ShouldAllBe(gap => gap.Contains(" filled ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(-5)]
    [InlineData(-60)]
    [InlineData(5)]
    public async Task A_source_without_numbers_asks_for_the_time_in_which_nobody_listened(double minutesAhead)
    {
        await using var rig = new BackfillRig();
        rig.Time.StepClock(TimeSpan.FromMinutes(minutesAhead));
        rig.TellTime();
        rig.Answer = Between(rig, _missed);
        await rig.OfferAsync((1, 10));
        rig.Start();
        await rig.Rig.Intake.RequestAsync(At(1), At(2), rig.Rig.Limit);
        await rig.AskedAsync(1);
        var now = rig.Time.GetUtcNow(); // 9:01, whatever it shows
        await rig.PassAsync(20);
        await rig.Rig.Intake.MissedAsync(GapReason.Reconnect, now.AddSeconds(5), now.AddSeconds(15), rig.Rig.Limit);
        await rig.SettleAsync();
        await rig.PassAsync(600);
        (await rig.DeliverableAsync()).ShouldContain("m1 queued fetched");
        (await rig.GapsAsync())[1].ShouldStartWith("reconnect filled ");
    }

    [Fact]
    public async Task A_clock_that_is_an_hour_slow_cuts_no_span()
    {
        await using var rig = new BackfillRig();
        rig.Time.StepClock(TimeSpan.FromHours(-1));
        rig.TellTime();
        rig.Answer = Between(rig, Record("m1", "acd voice q1 | interact 20-"));
        rig.Start();
        await rig.OpenGapAsync();
        await rig.AskedAsync(1);
        await rig.PassAsync(600);
        (await rig.DeliverableAsync()).ShouldContain("m1 queued fetched");
        (await rig.GapsAsync())[0].ShouldStartWith("hole filled ");
    }

    [Fact]
    public async Task A_gap_whose_numbers_are_missing_and_of_whose_time_nothing_is_found_is_not_called_filled()
    {
        await using var rig = new BackfillRig();
        rig.Rig.Logs.Expect(6202);
        rig.Answer = _ => Page(Record("e1", "acd voice q1 | interact 200-"));
        rig.Start();
        await rig.OpenGapAsync();
        await rig.AskedAsync(1);
        await rig.PassAsync(3_600);
        (await rig.GapsAsync())[0].ShouldStartWith("hole filling ");
        await rig.PassAsync(24 * 3_600);
        (await rig.GapsAsync())[0].ShouldStartWith("hole abandoned ");
        (await rig.GapsAsync())[0].ShouldContain("nothing of its time");
    }

    /// <summary>Genesys answers by its own clock and the day on which a conversation started.</summary>
    private static Func<Asked, HttpResponseMessage> Between(BackfillRig rig, string record) => asked =>
        asked.From.UtcDateTime.Date <= At(0).UtcDateTime.Date && asked.To > At(0) && rig.Time.Unset >= At(0) ? Page(Other, record) : Page(Other);
}
