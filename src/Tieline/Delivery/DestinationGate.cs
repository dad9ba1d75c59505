namespace Tieline.Delivery;

/// <summary>Whether a destination may be sent to now, and how much at once: its circuit, its holds. Pure: told the time, never asks for it.</summary>
/// <remarks>Never drops anything: what may not go out waits.</remarks>
internal sealed class DestinationGate
{
    private readonly int _concurrency;
    private readonly Queue<(DateTimeOffset At, bool Failed)> _recent = new();
    private int _recentFailures;
    private int _connectFailures;
    private int _failuresInRow;
    private string? _failedFirst;
    private bool _severalFail;
    private int _probes;
    private bool _probing;
    private bool _lowered;
    private int _successes;
    private DateTimeOffset _asked = DateTimeOffset.MinValue;

    /// <param name="concurrency">Requests in flight at most, when all is well.</param>
    public DestinationGate(int concurrency) => Level = _concurrency = concurrency;

    public GateState State { get; private set; } = GateState.Open;

    /// <summary>When sending, or the next probe, may go on; meaningless while open.</summary>
    public DateTimeOffset Until { get; private set; }

    /// <summary>Since when the destination has been failing as a whole; meaningless while open or held.</summary>
    public DateTimeOffset Since { get; private set; }

    /// <summary>Whether the one probe is out: until it ends, nothing else may go.</summary>
    public bool IsProbing => _probing;

    /// <summary>What the last failure was; null when it is open.</summary>
    public DeliveryOutcome.BackOff? Cause { get; private set; }

    /// <summary>Requests in flight at most: lowered once by a hold, raised again by success.</summary>
    public int Level { get; private set; }

    /// <summary>How many more may go out now.</summary>
    public int Allows(int inFlight, DateTimeOffset now) => State switch
    {
        GateState.Open => Level - inFlight,
        GateState.Held when now >= Until => Reopen(inFlight),
        GateState.Held => 0,
        _ => !_probing && now >= Until ? 1 : 0,
    };

    /// <summary>An attempt has begun. Returns whether it is the probe.</summary>
    public bool Begin()
    {
        if (State is GateState.Open or GateState.Held)
            return false;
        _probing = true;
        return true;
    }

    /// <summary>An attempt has ended. Returns true when that closed the circuit: every delay that the failure caused may be lifted.</summary>
    /// <param name="conversation">Whose entry it was: that several fail, and nothing succeeds, tells a destination that is down from an event that is bad.</param>
    public bool End(DeliveryOutcome outcome, string conversation, bool wasProbe, DateTimeOffset now)
    {
        if (wasProbe)
            _probing = false;
        if (outcome is DeliveryOutcome.Rejected { WasSent: false })
            return false;
        if (outcome is DeliveryOutcome.BackOff backOff)
        {
            Fail(backOff, conversation, wasProbe, now);
            return false;
        }

        return Succeed(now, wasProbe);
    }

    private bool Succeed(DateTimeOffset now, bool wasProbe)
    {
        _connectFailures = 0;
        _failuresInRow = 0;
        (_failedFirst, _severalFail) = (null, false);
        var closes = wasProbe && State is (GateState.Down or GateState.Misconfigured);
        if (closes)
        {
            _recent.Clear();
            _recentFailures = 0;
            _probes = 0;
            (State, Cause) = _asked > now ? (GateState.Held, Cause) : (GateState.Open, null);
            Until = _asked;
        }

        Count(failed: false, now);
        if (State == GateState.Open && Level < _concurrency && ++_successes >= Level)
        {
            _successes = 0;
            Level++;
        }

        _lowered &= Level < _concurrency;
        return closes;
    }

    private void Fail(DeliveryOutcome.BackOff backOff, string conversation, bool wasProbe, DateTimeOffset now)
    {
        _failuresInRow++;
        _failedFirst ??= conversation;
        _severalFail |= conversation != _failedFirst;
        _connectFailures = backOff.Reason == BackOffReason.ConnectFailed ? _connectFailures + 1 : 0;
        Count(failed: true, now);
        if (backOff.Hold is { } asked && now + asked > _asked)
            _asked = now + asked;
        if (backOff.Reason == BackOffReason.Misconfigured)
        {
            Close(GateState.Misconfigured, backOff, now + RetryDefaults.MisconfiguredProbe, now);
            return;
        }

        if (State is GateState.Down or GateState.Misconfigured)
        {
            if (wasProbe)
                Close(GateState.Down, backOff, backOff.Hold is null ? now + NextProbe(backOff) : now, now);
            else if (_asked > Until)
                Until = _asked;
            return;
        }

        if (backOff.Hold is not null)
        {
            Close(GateState.Held, backOff, _asked, now);
        }
        else if (IsDown())
        {
            Close(GateState.Down, backOff, now + NextProbe(backOff), now);
        }
    }

    private bool IsDown() =>
        _connectFailures >= RetryDefaults.ConnectFailures
        || (_severalFail && _failuresInRow >= RetryDefaults.FailuresInRow)
        || (_recent.Count >= RetryDefaults.MinAttempts && _recentFailures >= _recent.Count * RetryDefaults.FailureShare);

    /// <summary>Whatever else closes it, nothing goes out before a <c>Retry-After</c> is over.</summary>
    private void Close(GateState state, DeliveryOutcome.BackOff cause, DateTimeOffset until, DateTimeOffset now)
    {
        if (State is GateState.Open or GateState.Held)
            Since = now;
        (State, Cause, Until) = (state, cause, until > _asked ? until : _asked);
        if (_lowered)
            return;
        _lowered = true;
        _successes = 0;
        Level = Math.Max(Math.Min(RetryDefaults.MinConcurrency, _concurrency), Level / 2);
    }

    private int Reopen(int inFlight)
    {
        (State, Cause) = (GateState.Open, null);
        _recent.Clear();
        _recentFailures = 0;
        return Level - inFlight;
    }

    private TimeSpan NextProbe(DeliveryOutcome.BackOff backOff)
    {
        var delay = RetryDefaults.Probes[Math.Min(_probes++, RetryDefaults.Probes.Count - 1)];
        return backOff.Status == 429 && delay < RetryDefaults.AfterThrottle ? RetryDefaults.AfterThrottle : delay;
    }

    private void Count(bool failed, DateTimeOffset now)
    {
        _recent.Enqueue((now, failed));
        _recentFailures += failed ? 1 : 0;
        while (_recent.Count > MaxCounted || (_recent.TryPeek(out var oldest) && now - oldest.At > RetryDefaults.Window))
            _recentFailures -= _recent.Dequeue().Failed ? 1 : 0;
    }

    /// <summary>Attempts that are remembered: at thousands a second the newest say enough.</summary>
    private const int MaxCounted = 200;
}
