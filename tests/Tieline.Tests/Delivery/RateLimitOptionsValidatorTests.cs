using Tieline.Delivery;

namespace Tieline.Tests.Delivery;

public sealed class RateLimitOptionsValidatorTests
{
    [Theory]
    [InlineData(null, null, null, null)]
    [InlineData(0.1, 1, 1, null)]
    [InlineData(10_000.0, 10_000, int.MaxValue, null)]
    [InlineData(0.0, null, null, "PerSecond")]
    [InlineData(-1.0, null, null, "PerSecond")]
    [InlineData(double.NaN, null, null, "PerSecond")]
    [InlineData(10_001.0, null, null, "PerSecond")]
    [InlineData(1.0, 0, null, "Burst")]
    [InlineData(1.0, null, 0, "PerDay")]
    public void Validate_NamesTheKeyThatIsWrong(double? perSecond, int? burst, int? perDay, string? key)
    {
        var result = new RateLimitOptionsValidator().Validate("Destinations:0:RateLimit", new RateLimitOptions { PerSecond = perSecond, Burst = burst, PerDay = perDay });
        result.Failed.ShouldBe(key is not null);
        if (key is not null)
            result.FailureMessage.ShouldNotBeNull().ShouldContain($"Destinations:0:RateLimit:{key}");
    }

    [Theory]
    [InlineData(null, 10.0, null)]
    [InlineData(100_000, 3_600.0, null)]
    [InlineData(0, 10.0, "Count")]
    [InlineData(100_001, 10.0, "Count")]
    [InlineData(1, 0.099, "Interval")]
    [InlineData(1, 3_600.1, "Interval")]
    public void Validate_AnIntervalsLimits(int? count, double seconds, string? key)
    {
        var result = new RateLimitOptionsValidator().Validate("at", new IntervalLimitOptions { Count = count, Interval = TimeSpan.FromSeconds(seconds) });
        result.Failed.ShouldBe(key is not null);
        if (key is not null)
            result.FailureMessage.ShouldNotBeNull().ShouldContain($"at:{key}");
    }
}
