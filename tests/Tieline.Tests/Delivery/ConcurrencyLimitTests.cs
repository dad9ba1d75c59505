using CsCheck;
using Tieline.Delivery;

namespace Tieline.Tests.Delivery;

public sealed class ConcurrencyLimitTests
{
    private static readonly TimeSpan _latency = TimeSpan.FromMilliseconds(50);

    [Fact]
    public void Level_WhenNew_IsFewAndDoublesPerWindowUpToTheConfigured()
    {
        var limit = new ConcurrencyLimit(32, ConcurrencyMode.Adaptive);
        limit.Level.ShouldBe(8);
        Succeed(limit, 8);
        limit.Level.ShouldBe(16);
        Succeed(limit, 16);
        limit.Level.ShouldBe(32);
        Succeed(limit, 100);
        limit.Level.ShouldBe(32);
        new ConcurrencyLimit(3, ConcurrencyMode.Adaptive).Level.ShouldBe(3);
        new ConcurrencyLimit(32, ConcurrencyMode.Fixed).Level.ShouldBe(32);
    }

    [Fact]
    public void Refuse_OncePerWindow_LowersToSevenTenthsAndNeverBelow1()
    {
        var limit = new ConcurrencyLimit(32, ConcurrencyMode.Adaptive);
        Succeed(limit, 24);
        for (var i = 0; i < 31; i++)
            limit.Refuse();
        limit.Level.ShouldBe(22);
        for (var i = 0; i < 1_000; i++)
            limit.Refuse();
        limit.Level.ShouldBe(1);
        var fixedLimit = new ConcurrencyLimit(32, ConcurrencyMode.Fixed);
        fixedLimit.Refuse();
        fixedLimit.Level.ShouldBe(32);
    }

    [Fact]
    public void Succeed_AfterALowering_RaisesByOnePerWindow()
    {
        var limit = new ConcurrencyLimit(32, ConcurrencyMode.Adaptive);
        Succeed(limit, 24);
        limit.Refuse();
        Succeed(limit, 21);
        limit.Level.ShouldBe(22);
        Succeed(limit, 1);
        limit.Level.ShouldBe(23);
    }

    [Fact]
    public void Restart_AfterAnOutage_IsBackWithinTwoWindows()
    {
        foreach (var mode in Enum.GetValues<ConcurrencyMode>())
        {
            var limit = new ConcurrencyLimit(32, mode);
            Succeed(limit, 100);
            for (var i = 0; i < 64; i++)
                limit.Refuse(); // every one times out
            limit.Restart();
            limit.Restart();
            limit.Level.ShouldBe(8);
            Succeed(limit, 8 + 16);
            limit.Level.ShouldBe(32);
        }
    }

    [Fact]
    public void Succeed_LatencyRisesToThreeTimesTheUsual_LowersAndComesBackWhenItFalls()
    {
        var limit = new ConcurrencyLimit(32, ConcurrencyMode.Adaptive);
        Succeed(limit, 1_000);
        for (var i = 0; i < 150; i++)
            limit.Succeed(_latency * 3);
        limit.Level.ShouldBeLessThan(26);
        Succeed(limit, 2_000);
        limit.Level.ShouldBe(32);
    }

    [Fact]
    public void AnyCalls_StayBetween1AndTheConfigured() =>
        Gen.Select(Gen.Int[1, 256], Gen.Bool, Gen.Select(Gen.Int[0, 9], Gen.Double[0.1, 5_000]).Array[0, 500]).Sample((max, adapts, steps) =>
        {
            var limit = new ConcurrencyLimit(max, adapts ? ConcurrencyMode.Adaptive : ConcurrencyMode.Fixed);
            foreach (var (step, milliseconds) in steps)
            {
                switch (step)
                {
                    case 0:
                        limit.Refuse();
                        break;
                    case 1:
                        limit.Hold();
                        break;
                    case 2:
                        limit.Restart();
                        break;
                    default:
                        limit.Succeed(TimeSpan.FromMilliseconds(milliseconds));
                        break;
                }

                if (limit.Level < 1 || limit.Level > max || (!adapts && limit.Level < Math.Min(8, max)))
                    return false;
            }

            return true;
        });

    /// <summary>A destination that is always kept as busy as the limit allows, over simulated time: what adapting costs and gains beside a fixed number.</summary>
    [Fact]
    public void Beside_fixed_1_8_and_64_it_delivers_nearly_what_the_best_of_them_does_whatever_the_destination_is_like()
    {
        var profiles = new Dictionary<string, Func<int, double, Answer>>
        {
            ["quick"] = (_, _) => new Answer(5, true),
            ["slow"] = (_, _) => new Answer(300, true),
            ["slower beyond 16"] = (inFlight, _) => new Answer(50 * Math.Max(1, inFlight / 16.0), true),
            ["429 beyond 10"] = (inFlight, _) => inFlight > 10 ? new Answer(5, false) : new Answer(50, true),
            ["time-out beyond 20"] = (inFlight, _) => inFlight > 20 ? new Answer(5_000, false) : new Answer(100, true),
            ["slow for a while"] = (_, second) => new Answer(second is > 40 and < 60 ? 400 : 50, true),
        };
        foreach (var (name, profile) in profiles)
        {
            var adaptive = Run(new ConcurrencyLimit(64, ConcurrencyMode.Adaptive), profile);
            Result[] others = [.. ((int[])[1, 8, 64]).Select(max => Run(new ConcurrencyLimit(max, ConcurrencyMode.Fixed), profile))];
            var figures = $"{name}: {adaptive} beside {string.Join(", ", others.Select(other => other.ToString()))}";
            adaptive.PerSecond.ShouldBeGreaterThan(others.Max(other => other.PerSecond) * 0.8, figures);
            if (others[2].Failed > 0.2)
                adaptive.Failed.ShouldBeLessThan(0.1, figures);
            TestContext.Current.SendDiagnosticMessage(figures);
        }
    }

    private static Result Run(ConcurrencyLimit limit, Func<int, double, Answer> profile)
    {
        const double Seconds = 120;
        var ends = new PriorityQueue<Answer, double>();
        var (now, succeeded, failed) = (0.0, 0, 0);
        while (now < Seconds * 1_000)
        {
            while (ends.Count < limit.Level)
            {
                var answer = profile(ends.Count + 1, now / 1_000);
                ends.Enqueue(answer, now + answer.Milliseconds);
            }

            ends.TryDequeue(out var ended, out now);
            if (ended.IsGood)
            {
                succeeded++;
                limit.Succeed(TimeSpan.FromMilliseconds(ended.Milliseconds));
            }
            else
            {
                failed++;
                limit.Refuse();
            }
        }

        return new Result(succeeded / Seconds, failed / (double)(failed + succeeded), limit.Level);
    }

    private static void Succeed(ConcurrencyLimit limit, int times)
    {
        for (var i = 0; i < times; i++)
            limit.Succeed(_latency);
    }

    private readonly record struct Answer(double Milliseconds, bool IsGood);

    /// <param name="PerSecond">Successes.</param>
    /// <param name="Failed">Share of all.</param>
    private sealed record Result(double PerSecond, double Failed, int Level);
}
