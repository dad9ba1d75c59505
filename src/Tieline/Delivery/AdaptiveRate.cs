using Tieline.Diagnostics;

namespace Tieline.Delivery;

/// <summary>How many requests a second a destination takes, learnt from its answers "slower, please": additive increase, multiplicative decrease. Pure: told what happened and when.</summary>
/// <remarks>
/// Looks at each second by itself. Where more than a few of its answers are such ones, the next second has a part of what went out. Where as large a share is refused then, for two seconds, the destination refuses at random and not by rate:
/// the rate goes back to what it was, and only rises for some seconds. No limit until the first such second, and none again once twice of what goes out would be let through.
/// An answer to a request that went out before the rate changed says nothing of it.
/// Steps: <c>docs/adr/0039-retry-after-by-evidence.md</c>.
/// </remarks>
internal sealed class AdaptiveRate
{
    /// <summary>A share of such answers up to this is a destination at its limit, which is as good as can be.</summary>
    private const double FineShare = 0.05;

    private const double Lower = 0.7;

    /// <summary>The step up after a good second, in parts of the lowered rate; after each further one in a row it is one step more.</summary>
    private const double Raise = 0.1;

    /// <summary>Requests a second, however often it is refused.</summary>
    private const double Least = 1;

    /// <summary>Without a limit, fewer answers in a second say nothing of a rate.</summary>
    private const int MinAnswers = 20;

    private const int MaxPatience = 64;

    private static readonly TimeSpan _window = TimeSpan.FromSeconds(1);

    private MonotonicTime? _since;
    private MonotonicTime _paced = MonotonicTime.Always;
    private MonotonicTime _changed = MonotonicTime.Always;
    private int _answers;
    private int _throttled;
    private double _step;
    private int _good;
    private int _patience = 1;
    private int _ignored;

    /// <summary>Seconds at the lowered rate that were no better than the one before.</summary>
    private int _inVain;

    /// <summary>The rate before it was last lowered. It has helped where this share is accepted: half way from what chance would accept to what a limit by rate would. Null after a good second.</summary>
    private (double HelpedShare, double? Rate)? _lowered;

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
    /// <param name="took">How long ago it went out.</param>
    public void End(bool isThrottled, TimeSpan took, MonotonicTime now)
    {
        if (_since is { } since && now - since >= _window)
        {
            var before = PerSecond;
            if (before is not null || _answers >= MinAnswers)
                Judge();
            if (PerSecond != before)
                _changed = now;
            (_since, _answers, _throttled) = (null, 0, 0);
        }

        if (now - took < _changed)
            return;
        _since ??= now;
        _answers++;
        _throttled += isThrottled ? 1 : 0;
    }

    private void Judge()
    {
        if (_throttled <= 1 || _throttled <= _answers * FineShare) // one may be about its own record
        {
            _lowered = null;
            Rise();
            return;
        }

        var acceptedShare = 1 - (_throttled / (double)_answers);
        if (_lowered is { } before && acceptedShare < before.HelpedShare)
        {
            if (++_inVain < 2)
                return; // the destination may still count what went out before
            (PerSecond, _lowered, _good) = (before.Rate, null, 0);
            _ignored = _patience = Math.Min(MaxPatience, _patience * 8);
        }
        else if (_ignored > 0)
        {
            _ignored--;
            Rise();
        }
        else
        {
            _patience = _lowered is null ? _patience : 1;
            _lowered = ((acceptedShare + Math.Min(1, acceptedShare / Lower)) / 2, PerSecond);
            PerSecond = Math.Max(Least, Math.Min(PerSecond ?? double.MaxValue, _answers) * Lower);
            (_step, _good, _inVain) = (Math.Max(Least, PerSecond.Value * Raise), 0, 0);
        }
    }

    private void Rise()
    {
        if (PerSecond is { } perSecond)
            PerSecond = perSecond + (_step * ++_good) is var raised && raised > _answers * 2 ? null : raised;
    }
}
