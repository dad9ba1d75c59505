namespace Tieline.Delivery;

/// <summary>How many requests may be in flight at once: additive increase, multiplicative decrease. Pure: told what happened, never asks.</summary>
/// <remarks>
/// One more per window of successes (as many as may be in flight), doubling per window where that many have been borne before: at the start and after an outage. When it adapts, a 429, a time-out or answers that
/// are slow beside what they usually are lower it, once per window. Steps it takes: <c>docs/adr/0020-breaker-limits-concurrency.md</c>.
/// </remarks>
internal sealed class ConcurrencyLimit
{
    private const double AfterRefusal = 0.7;
    private const double AfterSlowness = 0.9;

    /// <summary>Weights of one answer in the two averages of latency. The slow one follows downwards fast: a short latency is the destination's own, a long one may be our doing.</summary>
    private const double FastWeight = 0.1;
    private const double SlowWeight = 0.0005;
    private const double SlowWeightDown = 0.1;

    /// <summary>Answers are slow beyond the double of the usual and so much more, so that a millisecond's noise is none.</summary>
    private const double SlowFactor = 2;
    private const double SlackMs = 20;

    private const int MaxPatience = 64;

    private readonly int _max;
    private readonly bool _adapts;
    private double _level;
    private double _resume;
    private double _atSuccess;
    private double _fastMs;
    private double _slowMs;
    private int _successes;
    private int _settling;

    /// <summary>Where it was last refused, and how many windows of success it now takes to go there again.</summary>
    private int _ceiling = int.MaxValue;
    private int _patience = 1;
    private bool _lowered;

    public ConcurrencyLimit(int max, ConcurrencyMode mode)
    {
        (_max, _adapts) = (max, mode == ConcurrencyMode.Adaptive);
        _level = _adapts ? Least : max;
        (_resume, _atSuccess) = (max, max);
    }

    public int Level => (int)_level;

    /// <summary>A pause or an outage does not lower it below this.</summary>
    private double Least => Math.Min(RetryDefaults.MinConcurrency, _max);

    /// <summary>An answer that is no failure of the destination.</summary>
    public void Succeed(TimeSpan latency)
    {
        _atSuccess = Math.Max(_level, _resume);
        if (_settling > 0)
            _settling--;
        if (_adapts && IsSlow(latency.TotalMilliseconds) && _settling == 0)
        {
            Lower(AfterSlowness);
            return;
        }

        if (_level >= _max)
            return;
        if (_level < _resume)
        {
            _level = Math.Min(_level + 1, _resume);
        }
        else if (++_successes >= Level * (Level + 1 >= _ceiling ? _patience : 1))
        {
            _successes = 0;
            if (Level > _ceiling)
                (_ceiling, _patience) = (int.MaxValue, 1);
            _level = Math.Min(_level + 1, _max);
            _lowered &= !_adapts;
        }

        _lowered &= _level < _max;
    }

    /// <summary>A 429 that names no time, or no answer in time.</summary>
    public void Refuse()
    {
        if (_settling > 0)
            _settling--;
        else if (_adapts)
            LowerFrom(Level);
    }

    /// <summary>The destination asked for a pause: half, once, until success has raised it again.</summary>
    public void Hold()
    {
        if (_lowered)
            return;
        _lowered = true;
        _successes = 0;
        _level = Math.Min(_level, Math.Max(Least, Math.Floor(_level / 2)));
        _resume = _level;
    }

    /// <summary>The destination failed as a whole: few at first when it is back, then quickly up to what it bore before.</summary>
    public void Restart()
    {
        _resume = Math.Max(Least, _atSuccess); // time-outs on the way down say nothing of what it bears when it is up
        _level = Math.Min(_level, Least);
        (_successes, _settling) = (0, 0);
    }

    /// <summary>Refused again where it was before: what it takes to go there is four times as much, for each try may cost a time-out of all that is in flight.</summary>
    private void LowerFrom(int ceiling)
    {
        _patience = Math.Abs(ceiling - (long)_ceiling) <= Math.Max(1, ceiling / 4) ? Math.Min(MaxPatience, _patience * 4) : 1;
        _ceiling = ceiling;
        Lower(AfterRefusal);
    }

    private void Lower(double factor)
    {
        _settling = Level - 1; // the others in flight were sent before, and say nothing new
        _level = Math.Max(1, _level * factor);
        _resume = _level;
        _successes = 0;
    }

    private bool IsSlow(double milliseconds)
    {
        if (milliseconds <= 0)
            return false;
        if (_slowMs == 0)
            (_fastMs, _slowMs) = (milliseconds, milliseconds);
        _fastMs += (milliseconds - _fastMs) * FastWeight;
        _slowMs += (milliseconds - _slowMs) * (milliseconds < _slowMs ? SlowWeightDown : SlowWeight);
        return _fastMs > (_slowMs * SlowFactor) + SlackMs;
    }
}
