namespace Tieline.Diagnostics;

/// <summary>Reckons with times that somebody else has given: at the ends of what can be told it stops, and does not throw.</summary>
internal static class SaturatingTime
{
    public static DateTimeOffset Plus(this DateTimeOffset time, TimeSpan by) =>
        by >= DateTimeOffset.MaxValue - time ? DateTimeOffset.MaxValue : by <= DateTimeOffset.MinValue - time ? DateTimeOffset.MinValue : time + by;

    public static DateTimeOffset Minus(this DateTimeOffset time, TimeSpan by) => time.Plus(by == TimeSpan.MinValue ? TimeSpan.MaxValue : -by);
}
