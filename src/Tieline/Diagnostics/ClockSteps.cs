namespace Tieline.Diagnostics;

/// <summary>Notices that somebody set the system clock: it has moved against the monotonic one since it was last looked at. Not for several threads at once.</summary>
/// <remarks>A host that was suspended looks the same: the monotonic clock has stood still meanwhile.</remarks>
internal sealed class ClockSteps(TimeProvider time)
{
    /// <summary>Less is the ordinary correction of a clock, or our own reading of two of them.</summary>
    public static readonly TimeSpan Least = TimeSpan.FromMilliseconds(500);

    /// <summary>Two readings that were further apart than this say nothing: the thread was held up between them.</summary>
    private static readonly TimeSpan _together = TimeSpan.FromMilliseconds(100);

    private DateTimeOffset _wall = time.GetUtcNow();
    private MonotonicTime _monotonic = time.GetMonotonicTime();

    /// <returns>By how much the system clock was set since the last look; negative: back. Zero: it was not.</returns>
    public TimeSpan Look()
    {
        var before = time.GetMonotonicTime();
        var wall = time.GetUtcNow();
        if (time.GetMonotonicTime() - before > _together)
            return TimeSpan.Zero;
        var by = wall - _wall - (before - _monotonic);
        (_wall, _monotonic) = (wall, before);
        return by.Duration() >= Least ? by : TimeSpan.Zero;
    }
}
