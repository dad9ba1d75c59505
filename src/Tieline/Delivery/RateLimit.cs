using Tieline.Diagnostics;

namespace Tieline.Delivery;

/// <summary>When the next request may go out by a destination's <see cref="RateLimitOptions"/>. Pure: told the time.</summary>
internal sealed class RateLimit
{
    private static readonly TimeSpan _bucket = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan _day = TimeSpan.FromHours(24);

    /// <summary>What the pace is taken from.</summary>
    private static readonly TimeSpan _recent = TimeSpan.FromHours(1);

    private readonly TimeSpan _spacing;
    private readonly TimeSpan _burst;
    private readonly TimeSpan _interval;
    private readonly MonotonicTime[] _sent;
    private readonly int? _perDay;
    private readonly Queue<(MonotonicTime At, long Count)> _buckets = new();
    private int _oldest;
    private MonotonicTime _paced = MonotonicTime.Always;
    private MonotonicTime _bucketAt = MonotonicTime.Always;
    private long _bucketCount;
    private long _today;

    /// <param name="used">What went out in the last 24 hours, in an earlier run: how long ago, by quarter of an hour, in order.</param>
    public RateLimit(RateLimitOptions options, MonotonicTime now, IEnumerable<(TimeSpan Ago, long Count)> used)
    {
        if (options.PerSecond is { } perSecond)
        {
            _spacing = TimeSpan.FromSeconds(1 / perSecond);
            _burst = _spacing * ((options.Burst ?? Math.Max(1, (int)(perSecond / 10))) - 1);
        }

        _sent = new MonotonicTime[options.PerInterval.Count ?? 0];
        Array.Fill(_sent, MonotonicTime.Always);
        (_interval, _perDay) = (options.PerInterval.Interval, options.PerDay);
        foreach (var (ago, count) in used)
        {
            _buckets.Enqueue((now - (ago > TimeSpan.Zero ? ago : TimeSpan.Zero), count)); // the clock that it was written by may have been ahead
            _today += count;
        }
    }

    /// <summary>Requests that may still go out in the 24 hours that end now; null where the day has no limit.</summary>
    public long? LeftToday(MonotonicTime now)
    {
        Expire(now);
        return _perDay is { } perDay ? Math.Max(0, perDay - _today) : null;
    }

    /// <summary>How long the day's rest lasts at the last hour's pace; null where it lasts until more is free, or the day has no limit.</summary>
    public TimeSpan? UsedUpIn(MonotonicTime now)
    {
        if (LeftToday(now) is not { } left)
            return null;
        var recent = _bucketCount + _buckets.Where(bucket => bucket.At > now - _recent).Sum(bucket => bucket.Count);
        if (recent == 0)
            return null;
        var lasts = _recent * ((double)left / recent);
        return lasts < _day ? lasts : null;
    }

    /// <summary>When the next request may go out: now or later.</summary>
    public MonotonicTime FreeAt(MonotonicTime now)
    {
        var free = now;
        if (_paced > now + _burst)
            free = _paced - _burst;
        if (_sent.Length > 0 && _sent[_oldest] + _interval > free)
            free = _sent[_oldest] + _interval;
        if (LeftToday(now) == 0)
        {
            var oldest = _buckets.TryPeek(out var bucket) ? bucket.At : _bucketAt;
            free = oldest + _bucket + _day > free ? oldest + _bucket + _day : free;
        }

        return free;
    }

    /// <summary>A request goes out now, if it may.</summary>
    public bool TryTake(MonotonicTime now)
    {
        if (FreeAt(now) > now)
            return false;
        if (_spacing > TimeSpan.Zero)
            _paced = (_paced > now ? _paced : now) + _spacing;
        if (_sent.Length > 0)
        {
            _sent[_oldest] = now;
            _oldest = (_oldest + 1) % _sent.Length;
        }

        if (_perDay is not null)
        {
            _bucketCount++;
            _today++;
        }

        return true;
    }

    /// <summary>A quarter of an hour counts until all of it is a day ago.</summary>
    private void Expire(MonotonicTime now)
    {
        if (_perDay is null)
            return;
        if (now - _bucketAt >= _bucket)
        {
            if (_bucketCount > 0)
                _buckets.Enqueue((_bucketAt, _bucketCount));
            (_bucketAt, _bucketCount) = (now, 0);
        }

        while (_buckets.TryPeek(out var oldest) && now - oldest.At >= _bucket + _day)
        {
            _today -= oldest.Count;
            _buckets.Dequeue();
        }
    }
}
