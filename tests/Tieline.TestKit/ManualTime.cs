using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace Tieline.TestKit;

/// <summary>A clock that only the test moves, and that tells when something waits for it: await <see cref="Waits"/>, then <see cref="FakeTimeProvider.Advance"/>.</summary>
public sealed class ManualTime : FakeTimeProvider
{
    private readonly Channel<TimeSpan> _waits = Channel.CreateUnbounded<TimeSpan>();
    private TimeSpan _stepped;

    public ManualTime()
        : base(new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero))
    {
    }

    /// <summary>The due time of each timer that was started, in order.</summary>
    public ChannelReader<TimeSpan> Waits => _waits.Reader;

    /// <summary>What the system clock would show if nobody had ever set it.</summary>
    public DateTimeOffset Unset => base.GetUtcNow();

    /// <summary>Sets the system clock, as NTP or a person does: <see cref="GetUtcNow"/> steps, the monotonic clock and every timer go on as before.</summary>
    /// <param name="by">Negative: back.</param>
    public void StepClock(TimeSpan by) => _stepped += by;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _stepped;

    /// <summary>From 0: ticks since the year 1 are more than a double can tell apart, which elapsed time is reckoned with.</summary>
    public override long GetTimestamp() => (base.GetUtcNow() - Start).Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        Note(dueTime);
        return new Told(this, timer);
    }

    private void Note(TimeSpan dueTime)
    {
        if (dueTime != Timeout.InfiniteTimeSpan)
            _waits.Writer.TryWrite(dueTime);
    }

    private sealed class Told(ManualTime time, ITimer inner) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var changed = inner.Change(dueTime, period);
            time.Note(dueTime);
            return changed;
        }

        public void Dispose() => inner.Dispose();

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
