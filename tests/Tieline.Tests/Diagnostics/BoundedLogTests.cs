using Tieline.Diagnostics;
using Tieline.TestKit;

namespace Tieline.Tests.Diagnostics;

public sealed class BoundedLogTests
{
    [Fact]
    public void MayLog_ManyWithinTenSeconds_LetsOneThroughAndCountsTheRest()
    {
        var time = new ManualTime();
        var log = new BoundedLog(time);
        log.MayLog(out var suppressed).ShouldBeTrue();
        suppressed.ShouldBe(0);
        for (var i = 0; i < 7; i++)
            log.MayLog(out _).ShouldBeFalse();
        time.Advance(TimeSpan.FromSeconds(9.999));
        log.MayLog(out _).ShouldBeFalse();
        time.Advance(TimeSpan.FromSeconds(0.001));
        log.MayLog(out suppressed).ShouldBeTrue();
        suppressed.ShouldBe(8);
        log.MayLog(out _).ShouldBeFalse();
    }
}
