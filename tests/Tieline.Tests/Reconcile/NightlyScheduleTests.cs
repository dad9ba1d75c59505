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
    public void Next_is_today_or_tomorrow()
    {
        // It is nine o'clock.
        NightlySchedule.Next(new TimeOnly(9, 1), Some.Time).ShouldBe(Some.Time.AddMinutes(1));
        NightlySchedule.Next(new TimeOnly(9, 0), Some.Time).ShouldBe(Some.Time.AddDays(1));
        NightlySchedule.Next(new TimeOnly(3, 30), Some.Time).ShouldBe(Some.Time.AddHours(18.5));
        NightlySchedule.DayBefore(Some.Time).ShouldBe((Some.Time.AddHours(-33), Some.Time.AddHours(-9)));
    }
}
