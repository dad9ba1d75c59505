using System.Threading.Channels;
using Tieline.TestKit;

namespace Tieline.Tests.Pipeline;

/// <summary>A <see cref="ManualTime"/> that tells of each wait that begins, and on which one wait of a loop may fail. What only limits a wait is none.</summary>
/// <param name="waits">Where they are told.</param>
internal sealed class FaultyClock(ManualTime time, LoopFaults faults, ChannelWriter<TimeSpan> waits) : TimeProvider
{
    /// <summary>No call has a shorter limit: what is shorter is waited for.</summary>
    private static readonly TimeSpan _shortest = TimeSpan.FromSeconds(2);

    public override long TimestampFrequency => time.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => time.GetUtcNow();

    public override long GetTimestamp() => time.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var isLimit = state is CancellationTokenSource;
        if (!isLimit && dueTime != Timeout.InfiniteTimeSpan)
            faults.Touch("wait");
        var timer = time.CreateTimer(callback, state, dueTime, period);
        if (dueTime != Timeout.InfiniteTimeSpan && (!isLimit || dueTime <= _shortest))
            waits.TryWrite(dueTime);
        return timer;
    }
}
