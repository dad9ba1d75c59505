using CsCheck;
using Tieline.Delivery;

namespace Tieline.Tests.Delivery;

public sealed class RetryScheduleTests
{
    [Fact]
    public void DelayAfter_AnyAttemptAndChance_StaysWithinItsBounds() =>
        Gen.Select(Gen.Int[1, 5_000], Gen.Double[0, 0.999999999], Gen.Int[1_000, 60_000], Gen.Int[0, 3_600_000]).Sample((attempt, unit, min, more) =>
        {
            var options = new RetryOptions { MinDelay = TimeSpan.FromMilliseconds(min), MaxDelay = TimeSpan.FromMilliseconds(min + more) };
            var delay = RetrySchedule.DelayAfter(attempt, unit, options);
            return delay >= options.MinDelay && delay <= options.MaxDelay && delay <= options.MinDelay * Math.Pow(2, Math.Min(attempt, 20));
        });

    [Fact]
    public void DelayAfter_MoreAttempts_IsNeverShorterForTheSameChance() =>
        Gen.Select(Gen.Int[1, 100], Gen.Double[0, 0.999]).Sample((attempt, unit) =>
            RetrySchedule.DelayAfter(attempt, unit, new RetryOptions()) <= RetrySchedule.DelayAfter(attempt + 1, unit, new RetryOptions()));

    [Theory]
    [InlineData(1, 0, 1)]
    [InlineData(1, 0.5, 1.5)]
    [InlineData(2, 0.5, 2.5)]
    [InlineData(3, 0.5, 4.5)]
    [InlineData(9, 0, 1)]
    [InlineData(int.MaxValue, 0.5, 150.5)]
    public void DelayAfter_TheDefaults_GivesExactlyThis(int attempt, double unit, double seconds) =>
        RetrySchedule.DelayAfter(attempt, unit, new RetryOptions()).ShouldBe(TimeSpan.FromSeconds(seconds));
}
