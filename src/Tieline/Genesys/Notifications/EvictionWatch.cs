namespace Tieline.Genesys;

/// <summary>Counts how often Genesys gave a channel's place to another: once is a leftover, again and again is somebody else with the same OAuth client. Safe from any thread.</summary>
internal sealed class EvictionWatch(TimeProvider time)
{
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    /// <summary>So many within <see cref="Window"/> are a fight.</summary>
    public const int Fight = 3;

    private readonly Lock _lock = new();
    private readonly Queue<long> _evictions = new();

    public bool IsFight => Count >= Fight;

    private int Count
    {
        get
        {
            lock (_lock)
            {
                while (_evictions.TryPeek(out var oldest) && time.GetElapsedTime(oldest) >= Window)
                    _evictions.Dequeue();
                return _evictions.Count;
            }
        }
    }

    /// <param name="random">A random number in [0, 1).</param>
    /// <returns>How long to wait before a new channel is made, which may in turn cost another its place.</returns>
    public TimeSpan Note(double random)
    {
        lock (_lock)
            _evictions.Enqueue(time.GetTimestamp());
        var count = Count;
        return count >= Fight ? ReconnectPolicy.Slow : ReconnectSchedule.DelayAfter(count, random);
    }
}
