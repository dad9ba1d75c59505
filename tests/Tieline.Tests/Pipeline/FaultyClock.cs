using System.Threading.Channels;
using Tieline.TestKit;

namespace Tieline.Tests.Pipeline;

/// <summary>A <see cref="ManualTime"/> on which one wait of a loop fails, once; and that tells of each wait that begins, and of each tick. What only limits a wait is none.</summary>
/// <param name="failsAt">Which of the waits fails, from 1; 0: none.</param>
/// <param name="waits">Where they are told.</param>
internal sealed class FaultyClock(ManualTime time, int failsAt, ChannelWriter<TimeSpan> waits) : TimeProvider
{
    private int _begun;

    public bool HasFailed { get; private set; }

    public override long TimestampFrequency => time.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => time.GetUtcNow();

    public override long GetTimestamp() => time.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (state is CancellationTokenSource || dueTime == Timeout.InfiniteTimeSpan)
            return time.CreateTimer(callback, state, dueTime, period);
        if (Interlocked.Increment(ref _begun) == failsAt)
        {
            HasFailed = true;
            throw new IOException("a fault that the test put in");
        }

        var timer = time.CreateTimer(
            given =>
            {
                callback(given);
                if (period != Timeout.InfiniteTimeSpan)
                    waits.TryWrite(period);
            },
            state,
            dueTime,
            period);
        waits.TryWrite(dueTime);
        return timer;
    }
}
