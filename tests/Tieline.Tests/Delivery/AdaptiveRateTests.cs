using Tieline.Delivery;
using Tieline.Diagnostics;

namespace Tieline.Tests.Delivery;

public sealed class AdaptiveRateTests
{
    private static readonly MonotonicTime _t = new(TimeSpan.FromHours(1));

    [Fact]
    public void FreeAt_NothingWasThrottled_IsAlwaysNow()
    {
        var rate = new AdaptiveRate();
        for (var answer = 0; answer < 1_000; answer++)
            rate.End(isThrottled: false, At(answer / 100.0));
        (rate.PerSecond, rate.FreeAt(_t)).ShouldBe((null, _t));
    }

    [Fact]
    public void End_AFewAnswersInAQuietHour_SayNothingOfTheRate()
    {
        var rate = new AdaptiveRate();
        for (var second = 0; second < 190; second++)
            rate.End(isThrottled: true, At(second / 10.0));
        rate.PerSecond.ShouldBeNull();
    }

    [Fact]
    public void End_OneOfASecond_IsItsOwnRecords()
    {
        var rate = new AdaptiveRate();
        for (var second = 0; second < 10; second++)
            Second(rate, second, answers: 22, throttled: 1);
        rate.PerSecond.ShouldBeNull();
    }

    [Fact]
    public void End_ManyOfASecondWereThrottled_TheNextSecondHas70PercentEvenlySpread()
    {
        var rate = new AdaptiveRate();
        Second(rate, 0, answers: 100, throttled: 20);
        rate.End(isThrottled: false, At(1));
        rate.PerSecond.ShouldNotBeNull().ShouldBe(70, 1);
        var now = At(1);
        var sent = 0;
        for (; now < At(2); sent++)
        {
            now = MonotonicTime.Max(now, rate.FreeAt(now));
            rate.Take(now);
        }

        sent.ShouldBeInRange(68, 80);
    }

    [Fact]
    public void End_GoodSecondsAfterwards_RaiseItByATenthUntilThereIsNoLimitAgain()
    {
        var rate = new AdaptiveRate();
        Second(rate, 0, answers: 100, throttled: 20);
        Second(rate, 1, answers: 70, throttled: 0);
        Second(rate, 2, answers: 70, throttled: 0);
        rate.PerSecond.ShouldNotBeNull().ShouldBe(77, 1);
        for (var second = 3; second < 8; second++)
            Second(rate, second, answers: 70, throttled: 0);
        rate.PerSecond.ShouldBeNull();
    }

    /// <summary>A load balancer with a bad node, and no limit: a lower rate is refused as often, so it is no remedy.</summary>
    [Fact]
    public void End_RefusedAtRandomWhateverTheRate_GoesBackAndIsLeftAlone()
    {
        var rate = new AdaptiveRate();
        var sent = 0.0;
        for (var second = 0; second < 60; second++)
        {
            var answers = (int)Math.Min(200, rate.PerSecond ?? 200);
            Second(rate, second, answers, throttled: answers / 5);
            sent += answers;
        }

        sent.ShouldBeGreaterThan(60 * 200 * 0.97);
    }

    /// <summary>A CRM that takes 50 a second, whatever is sent.</summary>
    [Fact]
    public void End_ALimitOf50ASecond_IsFoundWithinSecondsAndKeptTo()
    {
        var rate = new AdaptiveRate();
        var (taken, refused) = (0, 0);
        for (var second = 0; second < 60; second++)
        {
            var answers = (int)Math.Min(200, rate.PerSecond ?? 200);
            Second(rate, second, answers, throttled: Math.Max(0, answers - 50));
            if (second >= 10)
                (taken, refused) = (taken + Math.Min(50, answers), refused + Math.Max(0, answers - 50));
        }

        taken.ShouldBeGreaterThan(50 * 40);
        refused.ShouldBeLessThan(taken / 10);
    }

    private static void Second(AdaptiveRate rate, int second, int answers, int throttled)
    {
        for (var answer = 0; answer < answers; answer++)
            rate.End(answer < throttled, At(second + (answer / (double)answers)));
    }

    private static MonotonicTime At(double seconds) => _t + TimeSpan.FromSeconds(seconds);
}
