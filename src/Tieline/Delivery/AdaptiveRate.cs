using Tieline.Diagnostics;

namespace Tieline.Delivery;

/// <summary>How many requests a second a destination takes, learnt from its answers "slower, please": additive increase, multiplicative decrease. Pure: told what happened and when.</summary>
/// <remarks>
/// Looks at each second by itself. Where more than a few of its answers are such ones, the next second has a part of what went out. Where fewer are accepted then, the destination refuses at random and not by rate:
/// the rate goes back to what it was, and is left alone for some seconds. No limit until the first such second, and none again once twice of what goes out would be let through.
/// Steps: <c>docs/adr/0039-retry-after-by-evidence.md</c>.
/// </remarks>
internal sealed class AdaptiveRate
{
    /// <summary>A share of such answers up to this is a destination at its limit, which is as good as can be.</summary>
    private const double FineShare = 0.05;

    private const double Lower = 0.7;

    /// <summary>The step up after a good second, in parts of the lowered rate; after each further one in a row it is one step more.</summary>
    private const double Raise = 0.1;

    /// <summary>Lowering has not cost anything where so much of what was accepted before is accepted still.</summary>
    private const double Kept = 0.85;

    /// <summary>Requests a second, however often it is refused.</summary>
    private const double Least = 1;

    /// <summary>Without a limit, fewer answers in a second say nothing of a rate.</summary>
    private const int MinAnswers = 20;

    private const int MaxPatience = 64;

    private static readonly TimeSpan _window = TimeSpan.FromSeconds(1);

    private MonotonicTime? _since;
    private MonotonicTime _paced = MonotonicTime.Always;
    private int _answers;
    private int _throttled;
    private double _step;
    private int _good;
    private int _patience = 1;
    private int _ignored;

    /// <summary>As it was when the rate was last lowered; null where that was not for the second before.</summary>
    private (int Accepted, double? Rate)? _lowered;

    /// <summary>Requests a second at most; null: no limit.</summary>
    public double? PerSecond { get; private set; }

    /// <summary>When the next request may go out: now or later.</summary>
    public MonotonicTime FreeAt(MonotonicTime now)
    {
        if (PerSecond is not { } perSecond)
            return now;
        var burst = TimeSpan.FromSeconds(Math.Max(0, (perSecond / 10) - 1) / perSecond);
        return _paced > now + burst ? _paced - burst : now;
    }

    /// <summary>A request goes out now.</summary>
    public void Take(MonotonicTime now)
    {
        if (PerSecond is { } perSecond)
            _paced = MonotonicTime.Max(_paced, now) + TimeSpan.FromSeconds(1 / perSecond);
    }

    /// <summary>A request was answered.</summary>
    /// <param name="isThrottled">"Slower, please", with or without a time.</param>
    public void End(bool isThrottled, MonotonicTime now)
    {
        if (_since is { } since && now - since >= _window)
        {
            if (PerSecond is not null || _answers >= MinAnswers)
                Judge();
            (_since, _answers, _throttled) = (null, 0, 0);
        }

        _since ??= now;
        _answers++;
        _throttled += isThrottled ? 1 : 0;
    }

    private void Judge()
    {
        var accepted = _answers - _throttled;
        if (_throttled <= 1 || _throttled <= _answers * FineShare) // one may be about its own record
        {
            _lowered = null;
            if (PerSecond is { } perSecond)
                PerSecond = perSecond + (_step * ++_good) is var raised && raised > _answers * 2 ? null : raised;
            return;
        }

        _good = 0;
        if (_lowered is { } before && accepted < before.Accepted * Kept)
        {
            (PerSecond, _lowered) = (before.Rate, null);
            _ignored = _patience = Math.Min(MaxPatience, _patience * 4);
        }
        else if (_ignored > 0)
        {
            _ignored--;
        }
        else
        {
            _patience = _lowered is null ? _patience : 1;
            _lowered = (accepted, PerSecond);
            PerSecond = Math.Max(Least, Math.Min(PerSecond ?? double.MaxValue, _answers) * Lower);
            _step = Math.Max(Least, PerSecond.Value * Raise);
        }
    }
}
