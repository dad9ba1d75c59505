using Tieline.Diagnostics;
using Tieline.TestKit;

namespace Tieline.Tests.Sequencing;

/// <summary>Moments where all clocks go right: the monotonic one is told by the time.</summary>
internal static class Moments
{
    private static readonly DateTimeOffset _origin = Some.Time.AddDays(-1_000);

    public static Moment AsMoment(this DateTimeOffset time) => new(time, time, time.AsSteady());

    public static MonotonicTime AsSteady(this DateTimeOffset time) => new(time - _origin);

    public static DateTimeOffset AsTime(this MonotonicTime steady) => _origin.Plus(steady.SinceOrigin);
}
