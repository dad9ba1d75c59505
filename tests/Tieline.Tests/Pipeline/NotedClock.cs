using System.Threading.Channels;
using Tieline.TestKit;

namespace Tieline.Tests.Pipeline;

/// <summary>A <see cref="ManualTime"/> that one part of a rig waits on, so that its waits can be told from the others'. What only limits a wait is none. They are told by <see cref="ManualTime.Unset"/>.</summary>
/// <param name="seen">What to note with each wait, at the moment it begins.</param>
internal sealed class NotedClock(ManualTime time, Func<int> seen) : TimeProvider
{
    private readonly Channel<(TimeSpan Wait, DateTimeOffset Due, int Seen)> _waits = Channel.CreateUnbounded<(TimeSpan, DateTimeOffset, int)>();

    public ChannelReader<(TimeSpan Wait, DateTimeOffset Due, int Seen)> Waits => _waits.Reader;

    public override long TimestampFrequency => time.TimestampFrequency;

    public override TimeZoneInfo LocalTimeZone => time.LocalTimeZone;

    public override DateTimeOffset GetUtcNow() => time.GetUtcNow();

    public override long GetTimestamp() => time.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var now = time.Unset;
        var timer = time.CreateTimer(callback, state, dueTime, period);
        if (dueTime != Timeout.InfiniteTimeSpan && state is not CancellationTokenSource)
            _waits.Writer.TryWrite((dueTime, now + dueTime, seen()));
        return timer;
    }
}
