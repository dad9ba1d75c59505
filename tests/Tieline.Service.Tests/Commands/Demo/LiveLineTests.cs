using Tieline.Service.Commands.Demo;

namespace Tieline.Service.Tests.Commands.Demo;

public class LiveLineTests
{
    [Fact]
    public void It_tells_how_it_goes_in_one_line() =>
        LiveLine.Format(TimeSpan.FromSeconds(65), new DemoFigures(12345, 2469, 2460, 9, 1, 14.4), "[CRM down]")
            .ShouldBe("01:05  received 12,345  kept 2,469  delivered 2,460  waiting 9  gaps 1  p99 14 ms  [CRM down]");

    [Fact]
    public void What_is_not_known_is_a_dash_and_not_a_zero() =>
        LiveLine.Format(TimeSpan.Zero, new DemoFigures(0, 0, null, null, 0, null), null)
            .ShouldBe("00:00  received 0  kept 0  delivered –  waiting –  gaps 0  p99 –");

    [Fact]
    public void A_long_delay_is_in_seconds() => LiveLine.Milliseconds(1449).ShouldBe("1.4 s");
}
