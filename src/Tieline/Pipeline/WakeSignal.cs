using System.Threading.Channels;

namespace Tieline.Pipeline;

/// <summary>Wakes a loop that waits for a time. However often it is set meanwhile, it wakes once. Safe from any thread; one loop waits.</summary>
internal sealed class WakeSignal
{
    private readonly Channel<bool> _set = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Set() => _set.Writer.TryWrite(true);

    /// <summary>What it was set for has been seen to.</summary>
    public void Clear() => _set.Reader.TryRead(out _);

    /// <summary>Completes when it is set, when the time is over, or on <paramref name="stopping"/>: never throws for any of them.</summary>
    public async Task WaitAsync(TimeSpan delay, TimeProvider time, CancellationToken stopping)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        await Task.WhenAny(_set.Reader.WaitToReadAsync(either.Token).AsTask(), Task.Delay(delay, time, either.Token));
        await either.CancelAsync();
    }
}
