using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace Tieline.Tests.Genesys;

/// <summary>A fake clock that tells when somebody begins to wait, so that a test moves it only then.</summary>
internal sealed class WaitingClock() : FakeTimeProvider(Frames.ReceivedAt)
{
    private readonly Channel<TimeSpan> _waits = Channel.CreateUnbounded<TimeSpan>();
    private TimeSpan _stepped;

    /// <summary>Sets the system clock; the monotonic one and all timers go on as before.</summary>
    public void StepClock(TimeSpan by) => _stepped += by;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _stepped;

    public override long GetTimestamp() => (base.GetUtcNow() - Frames.ReceivedAt + TimeSpan.FromDays(1)).Ticks;

    /// <summary>Returns when a wait of this very length has begun; forgets those that began before it.</summary>
    public async Task WaitsForAsync(TimeSpan length)
    {
        var seen = new List<TimeSpan>();
        try
        {
            while (await _waits.Reader.ReadAsync().AsTask().WaitAsync(Patience.Bound) is var wait && wait != length)
                seen.Add(wait);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"Nobody waits {length}; waits begun: {string.Join(", ", seen)}", e);
        }
    }

    /// <summary>Lets a wait of this length begin and end.</summary>
    public async Task PassAsync(TimeSpan length)
    {
        await WaitsForAsync(length);
        Advance(length);
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        _waits.Writer.TryWrite(dueTime);
        return timer;
    }
}
