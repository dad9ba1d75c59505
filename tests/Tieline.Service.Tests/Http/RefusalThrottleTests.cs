using Tieline.Service.Http;
using Tieline.TestKit;

namespace Tieline.Service.Tests.Http;

public sealed class RefusalThrottleTests
{
    private readonly ManualTime _clock = new();
    private readonly RefusalThrottle _throttle;

    public RefusalThrottleTests() => _throttle = new RefusalThrottle(_clock);

    [Fact]
    public void After_ten_in_a_minute_the_next_is_told_how_long_to_wait()
    {
        for (var attempt = 0; attempt < RefusalThrottle.Most; attempt++)
            _throttle.Refused("a").ShouldBeNull();
        _clock.Advance(TimeSpan.FromSeconds(20));

        _throttle.Refused("a").ShouldBe(TimeSpan.FromSeconds(40));
        _throttle.WaitOf("a").ShouldBe(TimeSpan.FromSeconds(40));
        _throttle.Refused("b").ShouldBeNull("another address");
        _clock.Advance(TimeSpan.FromSeconds(40));
        _throttle.WaitOf("a").ShouldBeNull();
        _throttle.Refused("a").ShouldBeNull();
    }

    [Fact]
    public void A_clock_that_is_set_makes_nobody_wait_longer()
    {
        for (var attempt = 0; attempt <= RefusalThrottle.Most; attempt++)
            _throttle.Refused("a");

        _clock.StepClock(TimeSpan.FromDays(-1));

        _throttle.WaitOf("a").ShouldBe(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void Any_number_of_addresses_takes_no_more_than_so_many_places()
    {
        for (var address = 0; address < RefusalThrottle.MostAddresses; address++)
            _throttle.Refused($"{address}").ShouldBeNull();

        for (var attempt = 0; attempt < RefusalThrottle.Most; attempt++)
            _throttle.Refused($"more-{attempt}").ShouldBeNull();
        _throttle.Refused("one more").ShouldNotBeNull("the rest is counted as one");
        _clock.Advance(TimeSpan.FromMinutes(1));
        _throttle.Refused("one more").ShouldBeNull();
    }
}
