using CsCheck;
using Tieline.Delivery;
using Tieline.Diagnostics;

namespace Tieline.Tests.Delivery;

public sealed class RateLimitTests
{
    private static readonly MonotonicTime _t = new(TimeSpan.FromHours(1));

    [Fact]
    public void FreeAt_NoLimit_IsAlwaysNow()
    {
        var rate = new RateLimit(new RateLimitOptions(), _t, []);
        for (var i = 0; i < 1_000; i++)
            rate.TryTake(_t).ShouldBeTrue();
        (rate.FreeAt(_t), rate.LeftToday(_t), rate.UsedUpIn(_t)).ShouldBe((_t, null, null));
    }

    [Fact]
    public void PerSecond_ATenthOfItAtOnceAndTheRestEvenlySpread()
    {
        var rate = new RateLimit(new RateLimitOptions { PerSecond = 20 }, _t, []);
        (rate.TryTake(_t), rate.TryTake(_t), rate.TryTake(_t)).ShouldBe((true, true, false));
        rate.FreeAt(_t).ShouldBe(At(0.05));
        (rate.TryTake(At(0.049)), rate.TryTake(At(0.05)), rate.TryTake(At(0.05))).ShouldBe((false, true, false));
        var half = new RateLimit(new RateLimitOptions { PerSecond = 0.5 }, _t, []);
        half.TryTake(_t).ShouldBeTrue();
        half.FreeAt(_t).ShouldBe(At(2));
    }

    [Fact]
    public void PerInterval_TheNextGoesWhenTheFirstOfThemIsOldEnough()
    {
        var rate = new RateLimit(new RateLimitOptions { PerInterval = { Count = 3 } }, _t, []);
        foreach (var second in (int[])[0, 1, 2])
            rate.TryTake(At(second)).ShouldBeTrue();
        rate.FreeAt(At(3)).ShouldBe(At(10));
        (rate.TryTake(At(9.999)), rate.TryTake(At(10)), rate.TryTake(At(10))).ShouldBe((false, true, false));
    }

    [Fact]
    public void PerDay_WhatEarlierRunsSentCounts_AndComesFreeADayLater()
    {
        var rate = new RateLimit(new RateLimitOptions { PerDay = 10 }, _t, [(TimeSpan.FromHours(1), 8)]);
        rate.LeftToday(_t).ShouldBe(2);
        (rate.TryTake(_t), rate.TryTake(_t), rate.TryTake(_t)).ShouldBe((true, true, false));
        rate.FreeAt(_t).ShouldBe(At((23 * 3_600) + 900));
        rate.LeftToday(At((23 * 3_600) + 900)).ShouldBe(8);
    }

    [Fact]
    public void PerDay_WhatAClockThatWasAheadWrote_CountsAsOfNow()
    {
        var rate = new RateLimit(new RateLimitOptions { PerDay = 10 }, _t, [(TimeSpan.FromDays(-365), 10)]);
        rate.FreeAt(_t).ShouldBe(At((24 * 3_600) + 900));
    }

    [Fact]
    public void UsedUpIn_IsWhatIsLeftAtTheLastHoursPace_OrNullWhereTheDayLasts()
    {
        var rate = new RateLimit(new RateLimitOptions { PerDay = 1_000 }, _t, []);
        for (var minute = 0; minute < 60; minute++)
        {
            rate.TryTake(At(minute * 60));
            rate.TryTake(At(minute * 60));
        }

        rate.UsedUpIn(At(3_599)).ShouldNotBeNull().TotalHours.ShouldBe(880 / 120.0, 0.1);
        new RateLimit(new RateLimitOptions { PerDay = 1_000 }, _t, [(TimeSpan.FromMinutes(10), 10)]).UsedUpIn(_t).ShouldBeNull();
    }

    [Fact]
    public void AnyTimes_NoWindowEverHoldsMoreThanIsAllowed() =>
        Gen.Select(Gen.Int[1, 50], Gen.Int[1, 10], Gen.Int[1, 20], Gen.Int[1, 60], Gen.Int[0, 400].Array[1, 300]).Sample((perSecond, burst, count, perDay, steps) =>
        {
            var options = new RateLimitOptions { PerSecond = perSecond, Burst = burst, PerInterval = { Count = count, Interval = TimeSpan.FromSeconds(2) }, PerDay = perDay };
            var rate = new RateLimit(options, _t, []);
            var (now, sent) = (_t, new List<MonotonicTime>());
            foreach (var milliseconds in steps)
            {
                now += TimeSpan.FromMilliseconds(milliseconds);
                var free = rate.FreeAt(now);
                if (free < now || free - now > TimeSpan.FromHours(25))
                    return false; // it never waits for ever
                if (!rate.TryTake(now))
                    continue;
                if (free > now)
                    return false;
                sent.Add(now);
                if (sent.Count(at => now - at < TimeSpan.FromSeconds(2)) > count || sent.Count(at => now - at < TimeSpan.FromSeconds(1)) > burst + perSecond || sent.Count > perDay)
                    return false;
            }

            return true;
        });

    private static MonotonicTime At(double seconds) => _t + TimeSpan.FromSeconds(seconds);
}
