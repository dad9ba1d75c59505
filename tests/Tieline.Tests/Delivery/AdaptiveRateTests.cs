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
            End(rate, isThrottled: false, At(answer / 100.0));
        (rate.PerSecond, rate.FreeAt(_t)).ShouldBe((null, _t));
    }

    [Fact]
    public void End_AFewAnswersInAQuietHour_SayNothingOfTheRate()
    {
        var rate = new AdaptiveRate();
        for (var second = 0; second < 190; second++)
            End(rate, isThrottled: true, At(second / 10.0));
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
        End(rate, isThrottled: false, At(1));
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
    [Theory]
    [InlineData(10)]
    [InlineData(500)]
    public void End_RefusedAtRandomWhateverTheRate_GoesBackAndIsLeftAlone(int latency)
    {
        var random = new Random(7);
        var crm = new Crm(new AdaptiveRate(), latency, _ => random.Next(5) == 0);
        crm.Run(60);
        crm.Sent.ShouldBeGreaterThan((int)(60 * Crm.MostPerSecond * 0.97));
    }

    /// <summary>The limit of an earlier minute holds nobody up once it is gone, though one in five is still refused.</summary>
    [Fact]
    public void End_RefusedAtRandomAfterALimit_RisesUntilThereIsNone()
    {
        var random = new Random(7);
        var accepted = new Queue<MonotonicTime>();
        var hasLimit = true;
        var crm = new Crm(new AdaptiveRate(), 50, now => hasLimit ? !Accepts(accepted, 50, now) : random.Next(5) == 0);
        crm.Run(20);
        hasLimit = false;
        crm.Run(30);
        crm.Forget();
        crm.Run(30);
        crm.Sent.ShouldBeGreaterThan((int)(30 * Crm.MostPerSecond * 0.9));
    }

    /// <summary>A CRM that takes so many in any second, whatever is sent.</summary>
    [Theory]
    [InlineData(50, 10)]
    [InlineData(50, 500)]
    [InlineData(20, 10)]
    [InlineData(150, 10)]
    public void End_ALimitOfSoManyASecond_IsFoundWithinSecondsAndKeptTo(int limit, int latency)
    {
        var accepted = new Queue<MonotonicTime>();
        var crm = new Crm(new AdaptiveRate(), latency, now => !Accepts(accepted, limit, now));
        crm.Run(10);
        crm.Forget();
        crm.Run(50);
        (crm.Sent - crm.Refused).ShouldBeGreaterThan(limit * 40);
        crm.Refused.ShouldBeLessThan((crm.Sent - crm.Refused) / 10);
    }

    private static bool Accepts(Queue<MonotonicTime> accepted, int limit, MonotonicTime now)
    {
        while (accepted.TryPeek(out var oldest) && now - oldest >= TimeSpan.FromSeconds(1))
            accepted.Dequeue();
        if (accepted.Count >= limit)
            return false;
        accepted.Enqueue(now);
        return true;
    }

    private static void Second(AdaptiveRate rate, int second, int answers, int throttled)
    {
        for (var answer = 0; answer < answers; answer++)
            End(rate, answer < throttled, At(second + (answer / (double)answers)));
    }

    private static void End(AdaptiveRate rate, bool isThrottled, MonotonicTime now) => rate.End(isThrottled, TimeSpan.Zero, now);

    private static MonotonicTime At(double seconds) => _t + TimeSpan.FromSeconds(seconds);

    /// <summary>Sends as much as the rate lets through, and is answered some milliseconds later.</summary>
    private sealed class Crm(AdaptiveRate rate, int latency, Func<MonotonicTime, bool> refuses)
    {
        public const int MostPerSecond = 200;

        private static readonly TimeSpan _tick = TimeSpan.FromMilliseconds(1000 / MostPerSecond);

        private readonly TimeSpan _latency = TimeSpan.FromMilliseconds(latency);
        private readonly Queue<(MonotonicTime At, bool IsRefused)> _answers = new();
        private MonotonicTime _now = _t;

        public int Sent { get; private set; }

        public int Refused { get; private set; }

        public void Run(int seconds)
        {
            for (var end = _now + TimeSpan.FromSeconds(seconds); _now < end; _now += _tick)
            {
                while (_answers.TryPeek(out var answer) && answer.At <= _now)
                    rate.End(_answers.Dequeue().IsRefused, _latency, _now);
                if (rate.FreeAt(_now) > _now)
                    continue;
                rate.Take(_now);
                var isRefused = refuses(_now);
                _answers.Enqueue((_now + _latency, isRefused));
                (Sent, Refused) = (Sent + 1, Refused + (isRefused ? 1 : 0));
            }
        }

        public void Forget() => (Sent, Refused) = (0, 0);
    }
}
