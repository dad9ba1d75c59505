namespace Tieline.Genesys;

/// <summary>Cuts a span into what one query may ask for, in order of time. Pure.</summary>
/// <remarks>
/// Genesys takes at most 31 days, and counts a conversation in if it started on a UTC <em>day</em> that the interval touches. So cuts lie at midnight where they can: a day with a cut in it
/// is read twice. Below a day a cut helps only where the service looks at the hour; whether it does, the first half's hits tell.
/// </remarks>
internal sealed class DetailsSlices
{
    /// <summary>A slice with more hits is halved.</summary>
    public const long MaxHits = 10_000;

    public static readonly TimeSpan Shortest = TimeSpan.FromMinutes(1);

    /// <summary>A half that has more of the whole's hits than this is not narrower.</summary>
    private const double NoNarrower = 0.9;

    private readonly DetailsSpan _span;
    private readonly Stack<DateTimeOffset> _ends = new(); // of slices to come, the next one's on top
    private DetailsSlice? _whole; // of which Current is the first half
    private long _wholeHits;
    private bool _isUncut;

    /// <param name="resumeAt">One that lies outside the span is not heeded.</param>
    public DetailsSlices(DetailsSpan span, DetailsCursor? resumeAt)
    {
        _span = span;
        if (resumeAt is not null && resumeAt.From >= span.From && resumeAt.From <= resumeAt.To && resumeAt.To <= span.To)
        {
            var isInside = resumeAt.From < resumeAt.To;
            Current = isInside ? new DetailsSlice(resumeAt.From, resumeAt.To) : From(resumeAt.To);
            ResumedAt = isInside ? resumeAt : null;
        }
        else
        {
            Current = From(span.From);
        }
    }

    /// <summary>What to read now; null at the end.</summary>
    public DetailsSlice? Current { get; private set; }

    /// <summary>The cursor that <see cref="Current"/> began with, until the slice after it.</summary>
    public DetailsCursor? ResumedAt { get; private set; }

    /// <summary>Where to read on after <see cref="Current"/>.</summary>
    public DetailsCursor Following => Current is { } current && After(current) is { } next ? new DetailsCursor(next.From, next.To, 1) : new DetailsCursor(_span.To, _span.To, 1);

    /// <summary><see cref="Current"/> has been read.</summary>
    public void Next()
    {
        var next = Current is { } current ? After(current) : null;
        if (_ends.Count > 0)
            _ends.Pop();
        Become(next);
    }

    /// <summary>Narrows <see cref="Current"/> where it has too many hits, or takes back that it was narrowed where that changed nothing. False: read it as it is.</summary>
    public bool TryRecut(long hits)
    {
        if (Current is not { } current || _isUncut || hits <= MaxHits)
            return false;
        if (_whole is { } whole && hits > _wholeHits * NoNarrower && _wholeHits <= DetailsQuery.MaxHits)
        {
            _ends.Pop();
            Become(whole);
            _isUncut = true;
            return true;
        }

        if (Middle(current) is not { } middle)
            return false;
        _ends.Push(current.To);
        Become(current with { To = middle });
        _whole = current.IsWithinADay ? current : null;
        _wholeHits = hits;
        return true;
    }

    private void Become(DetailsSlice? slice)
    {
        Current = slice;
        ResumedAt = null;
        _whole = null;
        _isUncut = false;
    }

    private DetailsSlice? After(DetailsSlice slice) => _ends.TryPeek(out var end) ? new DetailsSlice(slice.To, end) : From(slice.To);

    private DetailsSlice? From(DateTimeOffset from)
    {
        if (from >= _span.To)
            return null;
        var longest = from + DetailsQuery.MaxInterval;
        return new DetailsSlice(from, longest >= _span.To ? _span.To : Midnight(longest));
    }

    private static DateTimeOffset? Middle(DetailsSlice slice)
    {
        var middle = slice.From + ((slice.To - slice.From) / 2);
        if (!slice.IsWithinADay)
        {
            var (before, after) = (Midnight(middle), Midnight(middle).AddDays(1));
            return before > slice.From ? before : after;
        }

        return middle - slice.From >= Shortest ? middle : null;
    }

    private static DateTimeOffset Midnight(DateTimeOffset time) => new(time.UtcDateTime.Date, TimeSpan.Zero);
}
