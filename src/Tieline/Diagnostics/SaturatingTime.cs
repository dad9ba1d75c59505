namespace Tieline.Diagnostics;

/// <summary>Reckons with times that somebody else has given: at the ends of what can be told it stops, and does not throw.</summary>
internal static class SaturatingTime
{
    private static readonly long _least = DateTimeOffset.MinValue.ToUnixTimeMilliseconds();
    private static readonly long _most = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    public static DateTimeOffset Plus(this DateTimeOffset time, TimeSpan by) =>
        by >= DateTimeOffset.MaxValue - time ? DateTimeOffset.MaxValue : by <= DateTimeOffset.MinValue - time ? DateTimeOffset.MinValue : time + by;

    public static DateTimeOffset Minus(this DateTimeOffset time, TimeSpan by) => time.Plus(by == TimeSpan.MinValue ? TimeSpan.MaxValue : -by);

    /// <summary>A stored time, whatever number it is.</summary>
    public static DateTimeOffset FromMilliseconds(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(milliseconds, _least, _most));
}
