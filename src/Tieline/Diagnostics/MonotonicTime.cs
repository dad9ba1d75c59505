namespace Tieline.Diagnostics;

/// <summary>A point on the monotonic clock, which goes on evenly when somebody sets the system clock. Every wait inside the process is measured on it; what a person reads or a file keeps is not.</summary>
/// <param name="SinceOrigin">Since an origin that is the same for the whole life of the process, and means nothing outside it.</param>
internal readonly record struct MonotonicTime(TimeSpan SinceOrigin) : IComparable<MonotonicTime>
{
    /// <summary>Later than any other: a wait that only something else ends.</summary>
    public static MonotonicTime Never { get; } = new(TimeSpan.MaxValue);

    /// <summary>Earlier than any other: what has been due from the start.</summary>
    public static MonotonicTime Always { get; } = new(TimeSpan.MinValue);

    /// <summary>Stops at <see cref="Never"/> and <see cref="Always"/> instead of overflowing.</summary>
    public static MonotonicTime operator +(MonotonicTime time, TimeSpan duration) =>
        time == Never || time == Always ? time
        : duration > TimeSpan.Zero && time.SinceOrigin > TimeSpan.MaxValue - duration ? Never
        : duration < TimeSpan.Zero && time.SinceOrigin < TimeSpan.MinValue - duration ? Always
        : new(time.SinceOrigin + duration);

    /// <inheritdoc cref="op_Addition"/>
    public static MonotonicTime operator -(MonotonicTime time, TimeSpan duration) => time + (duration == TimeSpan.MinValue ? TimeSpan.MaxValue : -duration);

    /// <returns>How much later the first is than the second; <see cref="TimeSpan.MaxValue"/> to or from <see cref="Never"/> and <see cref="Always"/>.</returns>
    public static TimeSpan operator -(MonotonicTime later, MonotonicTime earlier) =>
        later == earlier ? TimeSpan.Zero
        : later == Never || earlier == Always ? TimeSpan.MaxValue
        : later == Always || earlier == Never ? TimeSpan.MinValue
        : later.SinceOrigin - earlier.SinceOrigin;

    public static bool operator <(MonotonicTime left, MonotonicTime right) => left.SinceOrigin < right.SinceOrigin;

    public static bool operator >(MonotonicTime left, MonotonicTime right) => left.SinceOrigin > right.SinceOrigin;

    public static bool operator <=(MonotonicTime left, MonotonicTime right) => left.SinceOrigin <= right.SinceOrigin;

    public static bool operator >=(MonotonicTime left, MonotonicTime right) => left.SinceOrigin >= right.SinceOrigin;

    public static MonotonicTime Max(MonotonicTime left, MonotonicTime right) => left > right ? left : right;

    public static MonotonicTime Min(MonotonicTime left, MonotonicTime right) => left < right ? left : right;

    public int CompareTo(MonotonicTime other) => SinceOrigin.CompareTo(other.SinceOrigin);
}
