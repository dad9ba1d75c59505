using CsCheck;
using Tieline.Diagnostics;
using Tieline.TestKit;

namespace Tieline.Tests.Diagnostics;

public sealed class MonotonicClockTests
{
    private static readonly Gen<MonotonicTime> _times =
        Gen.Frequency((8, Gen.TimeSpan.Select(span => new MonotonicTime(span))), (1, Gen.Const(MonotonicTime.Never)), (1, Gen.Const(MonotonicTime.Always)));

    [Fact]
    public void GetMonotonicTime_ClockIsSet_GoesOnEvenly()
    {
        var time = new ManualTime();
        var start = time.GetMonotonicTime();
        time.StepClock(TimeSpan.FromHours(-2));
        time.Advance(TimeSpan.FromSeconds(3));
        time.StepClock(TimeSpan.FromDays(365));
        time.Advance(TimeSpan.FromSeconds(4));
        (time.GetMonotonicTime() - start).ShouldBe(TimeSpan.FromSeconds(7));
    }

    [Fact]
    public void ToSystemTime_AfterAStep_IsOnTheNewClock()
    {
        var time = new ManualTime();
        var due = time.GetMonotonicTime() + TimeSpan.FromMinutes(5);
        time.StepClock(TimeSpan.FromHours(-2));
        time.ToSystemTime(due).ShouldBe(time.GetUtcNow() + TimeSpan.FromMinutes(5));
        time.ToSystemTime(MonotonicTime.Never).ShouldBe(DateTimeOffset.MaxValue);
        time.ToSystemTime(MonotonicTime.Always).ShouldBe(DateTimeOffset.MinValue);
    }

    [Fact]
    public void Arithmetic_AnyTimeAndDuration_NeverOverflowsAndKeepsTheOrder() =>
        Gen.Select(_times, Gen.TimeSpan).Sample((time, duration) =>
            duration == TimeSpan.Zero ? time + duration == time
            : duration > TimeSpan.Zero ? time + duration >= time && time - duration <= time
            : time + duration <= time && time - duration >= time);
}
