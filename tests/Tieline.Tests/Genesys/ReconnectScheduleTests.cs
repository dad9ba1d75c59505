using CsCheck;
using Tieline.Genesys;

namespace Tieline.Tests.Genesys;

public sealed class ReconnectScheduleTests
{
    [Theory]
    [InlineData(1, 0, 2)]
    [InlineData(1, 0.5, 2.5)]
    [InlineData(2, 0.25, 4.25)]
    [InlineData(3, 0, 8)]
    [InlineData(4, 0.999, 16.999)]
    [InlineData(5, 0, 30)]
    [InlineData(6, 0.9, 30)]
    [InlineData(int.MaxValue, 0.9, 30)]
    public void DelayAfter_IsTwoToTheNAndJitterUpToThirtySeconds(int attempt, double random, double seconds) =>
        ReconnectSchedule.DelayAfter(attempt, random).TotalSeconds.ShouldBe(seconds, 0.0001);

    [Fact]
    public void DelayAfter_AnyAttempt_IsBoundedAndNeverShorterThanTheOneBefore() =>
        Gen.Select(Gen.Int[1, 1000], Gen.Double[0, 0.999999]).Sample((attempt, random) =>
        {
            var delay = ReconnectSchedule.DelayAfter(attempt, random);
            return delay >= TimeSpan.FromSeconds(2) && delay <= ReconnectSchedule.Longest && ReconnectSchedule.DelayAfter(attempt + 1, random) >= delay;
        });
}
