using Tieline.Diagnostics;
using Tieline.Pipeline;
using Tieline.TestKit;

namespace Tieline.Tests.Pipeline;

public sealed class ClockWatchTests : IDisposable
{
    private const int ClockSet = 6330;

    private readonly ManualTime _time = new();
    private readonly TielineMetrics _metrics = new();
    private readonly LogGuard _logs = new();
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(60));
    private readonly CancellationTokenSource _stopping = new();

    public void Dispose()
    {
        _stopping.Dispose();
        _limit.Dispose();
        _metrics.Dispose();
        _logs.Dispose();
    }

    [Theory]
    [InlineData(-600, "back by 10 min")]
    [InlineData(365 * 86_400, "forward by 365 days")]
    [InlineData(-1, "back by 1.0 s")]
    public async Task RunAsync_TheClockIsSet_SaysSoOnceAndShowsItForTenMinutes(int seconds, string said)
    {
        var watch = new ClockWatch(_time, _metrics, _logs.For<ClockWatch>());
        var running = watch.RunAsync(_stopping.Token);
        await PassAsync(5);
        watch.Note.ShouldBeNull();
        _time.StepClock(TimeSpan.FromSeconds(seconds));
        await PassAsync(2);
        watch.Note!.ShouldContain($"the system clock was set {said}");
        _logs.Lines.Count(line => line.EventId == ClockSet).ShouldBe(1);
        await PassAsync(597);
        watch.Note.ShouldNotBeNull();
        await PassAsync(3);
        watch.Note.ShouldBeNull();
        _logs.Lines.Count(line => line.EventId == ClockSet).ShouldBe(1);
        await _stopping.CancelAsync();
        await running;
    }

    /// <summary>NTP's own corrections: 500 parts in a million at most, or a jump of some milliseconds.</summary>
    [Fact]
    public async Task RunAsync_TheClockIsCorrectedALittle_SaysNothing()
    {
        var watch = new ClockWatch(_time, _metrics, _logs.For<ClockWatch>());
        var running = watch.RunAsync(_stopping.Token);
        for (var second = 0; second < 2_000; second++)
        {
            _time.StepClock(TimeSpan.FromMilliseconds(-0.5));
            await PassAsync(1);
        }

        _time.StepClock(TimeSpan.FromMilliseconds(128));
        await PassAsync(2);
        watch.Note.ShouldBeNull();
        await _stopping.CancelAsync();
        await running;
    }

    private async Task PassAsync(int seconds)
    {
        for (var second = 0; second < seconds; second++)
        {
            await _time.Waits.ReadAsync(_limit.Token);
            _time.Advance(TimeSpan.FromSeconds(1));
        }
    }
}
