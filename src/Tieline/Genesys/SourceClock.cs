using System.Net.Http.Headers;
using Tieline.Diagnostics;

namespace Tieline.Genesys;

/// <summary>Genesys's clock, carried on by the monotonic one: measured by the header <c>Date</c> of each answer, so that nobody moves it by setting this machine's clock. Safe from any thread.</summary>
/// <remarks>
/// An answer bounds Genesys's time from both sides: it was cut to whole seconds, and the answer took its way. What all answers allow is what is known. One that contradicts it (a proxy with a clock of its own) is believed only
/// when the next agrees with it. While this machine's clock is within the bounds, or nothing was measured, it is Genesys's.
/// </remarks>
internal sealed class SourceClock(TimeProvider time)
{
    private static readonly TimeSpan _resolution = TimeSpan.FromSeconds(1);

    /// <summary>How old a <c>Date</c> may be besides what was cut: many servers make one once a second, and a second later under load. A clock that is ahead by less is not shown to be wrong.</summary>
    private static readonly TimeSpan _stale = TimeSpan.FromSeconds(2);

    /// <summary>How far the two may drift apart in a second.</summary>
    private const double Drift = 1e-4;

    private readonly Lock _gate = new();
    private Bounds? _known;
    private Bounds? _doubted;

    /// <summary>This moment.</summary>
    public Moment Now
    {
        get
        {
            var (system, steady) = (time.GetUtcNow(), time.GetMonotonicTime());
            lock (_gate)
                return new Moment(system, _known is { } known ? known.Nearest(system, steady) : system, steady);
        }
    }

    /// <summary>How far Genesys's clock is ahead of this machine's; negative where it is behind, zero where they may agree, null before any answer.</summary>
    public TimeSpan? Offset
    {
        get
        {
            lock (_gate)
            {
                if (_known is null)
                    return null;
            }

            var now = Now;
            return now.Source - now.System;
        }
    }

    /// <summary>A request went out at <paramref name="sentAt"/>, and these are the headers of what has just come.</summary>
    public void Note(HttpResponseHeaders headers, MonotonicTime sentAt)
    {
        if (headers.Date is { } date && headers.Age is not { Ticks: > 0 })
            Note(date, sentAt, time.GetMonotonicTime());
    }

    /// <param name="date">Genesys's time in between, cut to whole seconds.</param>
    internal void Note(DateTimeOffset date, MonotonicTime sentAt, MonotonicTime receivedAt)
    {
        var sample = new Bounds(date.UtcTicks - receivedAt.SinceOrigin.Ticks, date.UtcTicks + _resolution.Ticks - sentAt.SinceOrigin.Ticks, receivedAt);
        lock (_gate)
        {
            if (_known is not { } known)
                _known = sample;
            else if (known.TryMeet(sample, out var both) || (_doubted is { } doubted && doubted.TryMeet(sample, out both)))
                (_known, _doubted) = (both, null);
            else
                _doubted = sample;
        }
    }

    /// <summary>Between which ticks Genesys's time less the monotonic one lies.</summary>
    private readonly record struct Bounds(long Least, long Most, MonotonicTime At)
    {
        public DateTimeOffset Nearest(DateTimeOffset system, MonotonicTime steady)
        {
            var origin = steady.SinceOrigin.Ticks;
            if (system.UtcTicks - origin is var own && own >= Least && own <= Most + _stale.Ticks)
                return system;
            return new DateTimeOffset(Math.Clamp(Math.Clamp(system.UtcTicks - origin, Least, Most) + origin, DateTimeOffset.MinValue.Ticks, DateTimeOffset.MaxValue.Ticks), TimeSpan.Zero);
        }

        public bool TryMeet(Bounds later, out Bounds both)
        {
            var slack = (long)((later.At - At).Ticks * Drift);
            both = new Bounds(Math.Max(Least - slack, later.Least), Math.Min(Most + slack, later.Most), later.At);
            return both.Least <= both.Most;
        }
    }
}
