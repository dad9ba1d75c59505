using Tieline.Service.Configuration;

namespace Tieline.Service.Tests.Configuration;

public class DurationTests
{
    [Theory]
    [InlineData("30s", 30)]
    [InlineData("30", 30)]
    [InlineData("1.5m", 90)]
    [InlineData("2m", 120)]
    [InlineData("1h", 3600)]
    [InlineData("00:00:30", 30)]
    public void A_time_is_read_as_people_type_it(string text, double seconds)
    {
        Duration.TryParse(text, out var duration).ShouldBeTrue();
        duration.TotalSeconds.ShouldBe(seconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("0s")]
    [InlineData("-5s")]
    [InlineData("soon")]
    [InlineData("30x")]
    [InlineData("1e9s")]
    [InlineData("00:00:00")]
    public void What_is_no_time_is_refused(string text) => Duration.TryParse(text, out _).ShouldBeFalse();
}
