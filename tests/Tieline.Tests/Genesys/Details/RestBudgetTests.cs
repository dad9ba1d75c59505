using CsCheck;
using Tieline.Genesys;
using Tieline.TestKit;

namespace Tieline.Tests.Genesys.Details;

public sealed class RestBudgetTests
{
    private static readonly TimeSpan _minute = TimeSpan.FromSeconds(60);

    private readonly ManualTime _time = new();

    /// <summary>Whatever is asked for, in whatever order: the limit holds in every window, and after a backfill's call the reserve is there.</summary>
    [Fact]
    public void Never_more_than_the_limit_in_a_minute_and_the_reserve_is_never_a_backfills() =>
        Gen.Select(Gen.Int[10, 400], Gen.Select(Gen.Bool, Gen.Int[0, 2000]).Array[100, 1500]).Sample(
            (perMinute, steps) =>
            {
                var time = new ManualTime();
                var budget = new RestBudget(time, perMinute);
                var calls = new Queue<DateTimeOffset>();
                foreach (var (isReconnect, milliseconds) in steps)
                {
                    var purpose = isReconnect ? CallPurpose.Reconnect : CallPurpose.Backfill;
                    var task = budget.WaitAsync(purpose, CancellationToken.None).AsTask();
                    while (!task.IsCompleted)
                    {
                        if (isReconnect && budget.Left > 0)
                            return false;
                        time.Advance(TimeSpan.FromMilliseconds(200));
                    }

                    var now = time.GetUtcNow();
                    calls.Enqueue(now);
                    while (now - calls.Peek() >= _minute)
                        calls.Dequeue();
                    if (calls.Count > perMinute || (!isReconnect && budget.Left < perMinute / 5))
                        return false;
                    time.Advance(TimeSpan.FromMilliseconds(milliseconds / 10));
                }

                return true;
            },
            iter: 100);

    [Fact]
    public async Task WaitAsync_Backfill_MayBeginWithABurstAndThenGoesEvenly()
    {
        var budget = new RestBudget(_time, 300);
        var made = Drain(budget);
        made.ShouldBe(20);
        (await _time.Waits.ReadAsync(TestContext.Current.CancellationToken)).TotalSeconds.ShouldBe(61.0 / 220, 0.001);
        for (var second = 0; second < 600; second++)
        {
            var before = made;
            for (var pace = 0; pace < 10; pace++)
            {
                _time.Advance(TimeSpan.FromMilliseconds(100));
                made += Drain(budget);
            }

            (made - before).ShouldBeInRange(3, 4);
        }
    }

    [Fact]
    public void WaitAsync_ReconnectBesideABackfillAtItsLimit_GoesAtOnce()
    {
        var budget = new RestBudget(_time, 300);
        for (var second = 0; second < 60; second++)
        {
            Drain(budget);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Drain(budget);
        budget.Left.ShouldBeGreaterThanOrEqualTo(60);
        for (var call = 0; call < 60; call++)
            Wait(budget, CallPurpose.Reconnect).IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Fact]
    public async Task WaitAsync_NothingLeft_WaitsUntilTheOldestCallIsOutOfTheWindow()
    {
        var budget = new RestBudget(_time, 10);
        for (var call = 0; call < 10; call++)
        {
            Wait(budget, CallPurpose.Reconnect).IsCompleted.ShouldBeTrue();
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        budget.Left.ShouldBe(0);
        var eleventh = Wait(budget, CallPurpose.Reconnect);
        _time.Advance(TimeSpan.FromSeconds(50.999));
        eleventh.IsCompleted.ShouldBeFalse();
        _time.Advance(TimeSpan.FromSeconds(0.001));
        await eleventh.WaitAsync(Patience.Bound, TestContext.Current.CancellationToken);
        budget.Left.ShouldBe(0);
    }

    [Fact]
    public async Task Hold_ByAnyone_HoldsTheBackfillAndNotReconnecting()
    {
        var budget = new RestBudget(_time, 300);
        budget.Hold(TimeSpan.FromSeconds(42));
        budget.Hold(TimeSpan.FromSeconds(7));
        budget.HeldFor.ShouldBe(TimeSpan.FromSeconds(42));
        Wait(budget, CallPurpose.Reconnect).IsCompleted.ShouldBeTrue();
        var backfill = Wait(budget, CallPurpose.Backfill);
        _time.Advance(TimeSpan.FromSeconds(41.999));
        backfill.IsCompleted.ShouldBeFalse();
        _time.Advance(TimeSpan.FromSeconds(0.001));
        await backfill.WaitAsync(Patience.Bound, TestContext.Current.CancellationToken);
        budget.HeldFor.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void Hold_ForYears_EndsAfterADay()
    {
        var budget = new RestBudget(_time, 300);
        budget.Hold(TimeSpan.MaxValue);
        budget.HeldFor.ShouldBe(TimeSpan.FromDays(1));
    }

    [Fact]
    public void Count_BeyondTheLimit_IsCountedAndDoesNotWait()
    {
        var budget = new RestBudget(_time, 10);
        for (var call = 0; call < 12; call++)
            budget.Count();
        budget.Left.ShouldBe(0);
        Wait(budget, CallPurpose.Reconnect).IsCompleted.ShouldBeFalse();
        _time.Advance(RestBudget.Window);
        budget.Left.ShouldBeInRange(9, 10);
    }

    [Fact]
    public async Task WaitAsync_Cancelled_ThrowsAndTakesNothing()
    {
        var budget = new RestBudget(_time, 300);
        budget.Hold(TimeSpan.FromSeconds(42));
        using var cancelled = new CancellationTokenSource();
        var waiting = budget.WaitAsync(CallPurpose.Backfill, cancelled.Token).AsTask();
        await cancelled.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(waiting);
        budget.Left.ShouldBe(300);
    }

    /// <summary>Makes all the calls that a backfill may make now.</summary>
    private static int Drain(RestBudget budget)
    {
        using var enough = new CancellationTokenSource();
        for (var made = 0; ; made++)
        {
            if (!budget.WaitAsync(CallPurpose.Backfill, enough.Token).AsTask().IsCompleted)
            {
                enough.Cancel();
                return made;
            }
        }
    }

    private static Task Wait(RestBudget budget, CallPurpose purpose) => budget.WaitAsync(purpose, CancellationToken.None).AsTask();
}
