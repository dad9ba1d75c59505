using Tieline.Diagnostics;

namespace Tieline.Delivery;

/// <summary>How many requests a second a destination takes, learnt from its answers "slower, please": additive increase, multiplicative decrease. Pure: told what happened and when.</summary>
/// <remarks>
/// Counts answers over windows of a second or more. Where more than a few of a window are such answers, the next window's rate is a part of what went out. Where that does not help, since the destination refuses
/// at random and not by rate, it goes back to what it was, and looks again only after some windows. No limit until the first such answer, and none again once twice of what goes out would be let through.
/// Steps: <c>docs/adr/0039-retry-after-by-evidence.md</c>.
/// </remarks>
internal sealed class AdaptiveRate
{
    /// <summary>A share of such answers up to this is a destination at its limit, and as good as can be.</summary>
    private const double FineShare = 0.05;

    private const double Lower = 0.7;

    /// <summary>A window's step up: this share of what went out before it was lowered first.</summary>
    private const double Raise = 0.1;

    /// <summary>Lowering has helped where the share of such answers is below this part of what it was.</summary>
    private const double Helped = 0.75;

    /// <summary>Requests a second, however often it is refused.</summary>
    private const double Least = 1;

    private const int MinAnswers = 20;
    private const int MaxPatience = 64;

    private static readonly TimeSpan _window = TimeSpan.FromSeconds(1);

    /// <summary>A pause that was asked for is no time in which the destination was tried: more than this of a window does not count.</summary>
    private static readonly TimeSpan _longestWindow = TimeSpan.FromSeconds(2);

    private MonotonicTime? _since;
    private MonotonicTime _paced = MonotonicTime.Always;
    private int _answers;
    private int _throttled;
    private double _step;
    private int _patience = 1;
    private int _ignored;

    /// <summary>As it was when the rate was last lowered; null where that was not in the window before.</summary>
    private (double Share, double? Rate)? _lowered;

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
        _since ??= now;
        _answers++;
        _throttled += isThrottled ? 1 : 0;
        var elapsed = now - _since.Value;
        if (elapsed < _window || _answers < MinAnswers)
            return;
        Judge((double)_throttled / _answers, _answers / (elapsed < _longestWindow ? elapsed : _longestWindow).TotalSeconds);
        (_since, _answers, _throttled) = (now, 0, 0);
    }

    private void Judge(double share, double sent)
    {
        if (share <= FineShare)
        {
            _lowered = null;
            if (PerSecond is { } perSecond)
                PerSecond = perSecond + _step is var raised && raised > sent * 2 ? null : raised;
        }
        else if (_lowered is { } before && share >= before.Share * Helped)
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
            _lowered = (share, PerSecond);
            _step = PerSecond is null ? Math.Max(Least, sent * Raise) : _step;
            PerSecond = Math.Max(Least, Math.Min(PerSecond ?? double.MaxValue, sent) * Lower);
        }
    }
}
