using CsCheck;
using Tieline.Delivery;
using Tieline.Diagnostics;
using Tieline.Journal;
using Tieline.TestKit;

namespace Tieline.Tests.Delivery;

public sealed class ArrivalTimesTests
{
    private static readonly MonotonicTime _t = new(TimeSpan.FromHours(1));

    [Fact]
    public void AgeOf_WhatCameInAnEarlierRunByAClockThatWasAhead_IsTheTimeSinceTheStart()
    {
        var arrivals = new ArrivalTimes(new JournalPosition(5), _t, Some.Time);
        var now = _t + TimeSpan.FromMinutes(3);
        arrivals.AgeOf(new JournalPosition(5), Some.Time.AddHours(2), now, Some.Time).ShouldBe(TimeSpan.FromMinutes(3));
        arrivals.AgeOf(new JournalPosition(4), Some.Time.AddHours(-2), now, Some.Time).ShouldBe(TimeSpan.FromMinutes(123));
    }

    /// <summary>Whatever the clock is set to, and however long it goes on with one entry that is stuck: the oldest is as old as it is, and few moments are kept.</summary>
    [Fact]
    public void AgeOf_TheOldestWhileTheClockIsSetNowAndThen_IsItsAge() =>
        Gen.Select(Gen.Int[0, 3_000], Gen.Int[0, 20], Gen.Int[0, 30]).Array[1, 400].Sample(steps =>
        {
            var (now, clock) = (_t, Some.Time);
            var arrivals = new ArrivalTimes(JournalPosition.Start, now, clock);
            var waiting = new Queue<(JournalPosition Position, DateTimeOffset ReceivedAt, MonotonicTime At)>();
            var position = 0L;
            foreach (var (milliseconds, step, settled) in steps)
            {
                now += TimeSpan.FromMilliseconds(milliseconds);
                clock += TimeSpan.FromMilliseconds(milliseconds);
                waiting.Enqueue((new JournalPosition(++position), clock, now));
                arrivals.Note(new JournalPosition(position), now, clock);
                clock += step switch { 0 => TimeSpan.FromHours(-2), 1 => TimeSpan.FromDays(365), _ => TimeSpan.Zero };
                if (settled == 0)
                    waiting.Dequeue();
                arrivals.Forget(waiting.TryPeek(out var oldest) ? oldest.Position : new JournalPosition(position));
                if (waiting.Count == position && arrivals.AgeOf(oldest.Position, oldest.ReceivedAt, now, clock) != now - oldest.At)
                    return false;
                if (waiting.Count > 0 && arrivals.AgeOf(oldest.Position, oldest.ReceivedAt, now, clock) < TimeSpan.Zero)
                    return false;
            }

            return true;
        });
}
