namespace Tieline.Diagnostics;

/// <summary>How long nothing has been heard of the other side of a connection, or of several. Safe from any thread.</summary>
/// <remarks>While nothing is read, and from then on anew, the silence is our own.</remarks>
internal sealed class SilenceMeter(TimeProvider time)
{
    private long _heardAt;
    private long _readingSince;
    private int _pauses;
    private TaskCompletionSource? _awaited;

    /// <summary>The timestamp of what was heard last; 0 before the first.</summary>
    public long HeardAt => Volatile.Read(ref _heardAt);

    /// <summary>Null before anything was heard.</summary>
    public TimeSpan? Silence
    {
        get
        {
            var heardAt = HeardAt;
            if (heardAt == 0)
                return null;
            return Volatile.Read(ref _pauses) > 0 ? TimeSpan.Zero : time.GetElapsedTime(Math.Max(heardAt, Volatile.Read(ref _readingSince)));
        }
    }

    /// <summary>Something came.</summary>
    public void Heard()
    {
        var now = time.GetTimestamp();
        Volatile.Write(ref _heardAt, now == 0 ? 1 : now);
        if (Volatile.Read(ref _awaited) is not null)
            Interlocked.Exchange(ref _awaited, null)?.TrySetResult();
    }

    /// <summary>Done when something comes from now on. One waits at a time.</summary>
    public Task HeardAsync()
    {
        var awaited = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _awaited, awaited);
        return awaited.Task;
    }

    /// <summary>Returns when nothing has been heard for <paramref name="limit"/>.</summary>
    public async Task SilentAsync(TimeSpan limit, CancellationToken cancellation)
    {
        while (limit - (Silence ?? TimeSpan.Zero) is var left && left > TimeSpan.Zero)
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)), time, cancellation); // a timer drops what is below
    }

    /// <summary>What has come takes its time, and nothing is read meanwhile. <see cref="ResumeReading"/> follows.</summary>
    public void PauseReading() => Interlocked.Increment(ref _pauses);

    public void ResumeReading()
    {
        Volatile.Write(ref _readingSince, time.GetTimestamp());
        Interlocked.Decrement(ref _pauses);
    }
}
