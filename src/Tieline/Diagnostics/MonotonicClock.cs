namespace Tieline.Diagnostics;

/// <summary>Reads the monotonic clock of a <see cref="TimeProvider"/>.</summary>
internal static class MonotonicClock
{
    public static MonotonicTime GetMonotonicTime(this TimeProvider time) => new(time.GetElapsedTime(0));

    /// <summary>What the system clock shows at that point, as far as can be told now: for people. Never <see cref="MonotonicTime"/>'s inverse, since the system clock may be set.</summary>
    public static DateTimeOffset ToSystemTime(this TimeProvider time, MonotonicTime point) => time.GetUtcNow().Plus(point - time.GetMonotonicTime());
}
