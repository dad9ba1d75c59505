using Tieline.Pipeline;
using Tieline.TestKit;

namespace Tieline.Tests.Reconcile;

public sealed class NightlyScheduleTests
{
    [Theory]
    [InlineData("00:00", true)]
    [InlineData("03:30", true)]
    [InlineData("23:59", true)]
    [InlineData("24:00", false)]
    [InlineData("3:30", false)]
    [InlineData("03:30:00", false)]
    [InlineData("", false)]
    [InlineData("night", false)]
    public void Only_a_time_of_day_is_one(string text, bool isOne)
    {
        NightlySchedule.TryParse(text, out _).ShouldBe(isOne);
        new ReconcileOptionsValidator().Validate(null, new ReconcileOptions { Nightly = text }).Succeeded.ShouldBe(isOne);
    }

    [Fact]
    public void The_next_is_today_or_tomorrow_and_comes_once()
    {
        // It is nine o'clock.
        new NightlySchedule(new TimeOnly(9, 1)).Until(Some.Time).ShouldBe(TimeSpan.FromMinutes(1));
        new NightlySchedule(new TimeOnly(9, 0)).Until(Some.Time).ShouldBe(TimeSpan.FromDays(1));
        new NightlySchedule(new TimeOnly(3, 30)).Until(Some.Time).ShouldBe(TimeSpan.FromHours(18.5));
        NightlySchedule.DayBefore(Some.Time).ShouldBe((Some.Time.AddHours(-33), Some.Time.AddHours(-9)));
        var schedule = new NightlySchedule(new TimeOnly(9, 1));
        schedule.Take(Some.Time).ShouldBeNull();
        schedule.Take(Some.Time.AddMinutes(1)).ShouldBe(Some.Time.AddMinutes(1));
        schedule.Take(Some.Time.AddMinutes(2)).ShouldBeNull();
        schedule.Until(Some.Time.AddMinutes(2)).ShouldBe(TimeSpan.FromDays(1) - TimeSpan.FromMinutes(1));
    }

    [Theory]
    [InlineData(-0.2)]
    [InlineData(-2)]
    [InlineData(-30)]
    [InlineData(-24 * 40)]
    public void A_clock_that_is_set_back_brings_no_night_twice_and_leaves_none_out(double hours)
    {
        var schedule = new NightlySchedule(new TimeOnly(9, 1));
        var now = Some.Time.AddMinutes(5);
        schedule.Take(Some.Time);
        var nights = new List<DateTimeOffset> { schedule.Take(now)!.Value };
        now = now.AddHours(hours);
        for (var end = Some.Time.AddDays(3); now < end; now = now.AddMinutes(1))
        {
            if (schedule.Take(now) is { } night)
                nights.Add(night);
        }

        nights.ShouldBeUnique();
        nights.Where(night => night >= Some.Time).Order().ShouldBe([Some.Time.AddMinutes(1), Some.Time.AddDays(1).AddMinutes(1), Some.Time.AddDays(2).AddMinutes(1)]);
    }

    [Fact]
    public void A_clock_that_jumps_over_some_nights_makes_up_for_each_and_one_that_jumps_a_year_for_the_last()
    {
        var schedule = new NightlySchedule(new TimeOnly(9, 1));
        schedule.Take(Some.Time);
        var now = Some.Time.AddDays(2).AddHours(1);
        ((DateTimeOffset?[])[schedule.Take(now), schedule.Take(now), schedule.Take(now), schedule.Take(now)]).ShouldBe(
            [Some.Time.AddMinutes(1), Some.Time.AddDays(1).AddMinutes(1), Some.Time.AddDays(2).AddMinutes(1), null]);
        now = Some.Time.AddDays(365).AddHours(1);
        ((DateTimeOffset?[])[schedule.Take(now), schedule.Take(now)]).ShouldBe([Some.Time.AddDays(365).AddMinutes(1), null]);
        schedule.Until(Some.Time.AddDays(3)).ShouldBe(TimeSpan.FromMinutes(1), "and back");
    }
}
