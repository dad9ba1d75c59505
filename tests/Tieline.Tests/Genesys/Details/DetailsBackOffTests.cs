using Tieline.Genesys;

namespace Tieline.Tests.Genesys.Details;

public sealed class DetailsBackOffTests
{
    [Theory]
    [InlineData(0, null, 0.0, 1)]
    [InlineData(0, null, 0.5, 1.5)]
    [InlineData(3, null, 0.25, 8.25)]
    [InlineData(4, null, 0.999, 16.999)]
    [InlineData(5, null, 0.0, 30)]
    [InlineData(50, null, 0.999, 30)]
    [InlineData(0, 42.0, 0.5, 42.5)]
    [InlineData(0, 2.0, 0.5, 2.1)]
    [InlineData(5, 0.0, 0.5, 1.05)]
    public void DelayAfter_IsTwiceAsLongEachTimeOrWhatWasAskedFor(int retry, double? retryAfter, double random, double seconds) =>
        DetailsBackOff.DelayAfter(retry, retryAfter is { } after ? TimeSpan.FromSeconds(after) : null, random).TotalSeconds.ShouldBe(seconds, 0.0001);
}
