using Tieline.Diagnostics;

namespace Tieline.Delivery;

/// <summary>Whether a destination may be sent to now, and how much at once: its circuit, its holds. Pure: told the time, never asks for it.</summary>
/// <remarks>Never drops anything: what may not go out waits.</remarks>
internal sealed class DestinationGate
{
    private readonly ConcurrencyLimit _limit;
    private readonly Queue<(MonotonicTime At, string? Failed)> _recent = new();

    /// <summary>Of the recent failures, how many each conversation had.</summary>
    private readonly Dictionary<string, int> _failing = new(StringComparer.Ordinal);

    /// <summary>Conversations whose answers since the last success said that the destination is set up wrongly; of more than enough the first.</summary>
    private readonly List<string> _accusers = [];
    private int _accusations;
    private int _recentFailures;
    private int _connectFailures;
    private int _failuresInRow;
    private string? _failedFirst;
    private bool _severalFail;
    private bool _wasDown;
    private int _probes;
    private bool _probing;

    /// <summary>Until when the destination has asked for a pause.</summary>
    private MonotonicTime _asked = MonotonicTime.Always;

    /// <summary>Since the last success: the longest pause that a conversation was asked for, and the longest that another was.</summary>
    private (string Conversation, MonotonicTime Until)? _longest;
    private MonotonicTime _second = MonotonicTime.Always;

    /// <param name="concurrency">Requests in flight at most, when all is well.</param>
    public DestinationGate(int concurrency, ConcurrencyMode mode = ConcurrencyMode.Fixed) => _limit = new ConcurrencyLimit(concurrency, mode);

    public GateState State { get; private set; } = GateState.Open;

    /// <summary>When sending, or the next probe, may go on; meaningless while open.</summary>
    public MonotonicTime Until { get; private set; }

    /// <summary>Since when the destination has been failing as a whole, or has asked for the pause that it is held for; meaningless while open.</summary>
    public MonotonicTime Since { get; private set; }

    /// <summary>Whether the one probe is out: until it ends, nothing else may go.</summary>
    public bool IsProbing => _probing;

    /// <summary>It counts as set up wrongly on the word of few: an entry of a conversation that has not said so may be the probe at once.</summary>
    public bool IsDoubtful => State == GateState.Misconfigured && _accusers.Count < RetryDefaults.Accusers;

    /// <summary>What the last failure was; null when it is open.</summary>
    public DeliveryOutcome.BackOff? Cause { get; private set; }

    /// <summary>Requests in flight at most.</summary>
    public int Level => _limit.Level;

    /// <summary>Until when the whole destination has asked for a pause, be it over or not; <see cref="MonotonicTime.Always"/> where it has not.</summary>
    public MonotonicTime AskedUntil => _asked;

    /// <summary>Whether this conversation has said, since the last success, that the destination is set up wrongly.</summary>
    public bool HasAccused(string conversation) => _accusers.Contains(conversation);

    /// <summary>How many more may go out now; while <see cref="IsDoubtful"/>, one of those that have not accused it may besides.</summary>
    public int Allows(int inFlight, MonotonicTime now) => State switch
    {
        GateState.Open => Level - inFlight,
        GateState.Held when now >= Until => Reopen(inFlight),
        GateState.Held => 0,
        _ => !_probing && now >= Until ? 1 : 0,
    };

    /// <summary>An earlier run was asked for a pause that is not over.</summary>
    public void Resume(MonotonicTime until, MonotonicTime now)
    {
        _asked = until;
        Close(GateState.Held, new DeliveryOutcome.BackOff(BackOffReason.Throttled, null, until - now), until, now);
    }

    /// <summary>An attempt has begun. Returns whether it is the probe.</summary>
    public bool Begin()
    {
        if (State is GateState.Open or GateState.Held)
            return false;
        _probing = true;
        return true;
    }

    /// <summary>Whether one who has not accused it may go now although nobody else may: what it is answered decides.</summary>
    public bool AllowsAnother(MonotonicTime now) => IsDoubtful && !_probing && now >= _asked;

    /// <summary>An attempt has ended. Returns true when that ended a failure of the destination as a whole: every delay that it caused may be lifted.</summary>
    /// <param name="conversation">Whose entry it was: that several fail, and nothing succeeds, tells a destination that is down from an event that is bad.</param>
    /// <param name="latency">How long the answer took.</param>
    public bool End(DeliveryOutcome outcome, string conversation, bool wasProbe, MonotonicTime now, TimeSpan latency = default)
    {
        if (wasProbe)
            _probing = false;
        if (outcome is DeliveryOutcome.Rejected { WasSent: false })
            return false;
        if ((outcome as DeliveryOutcome.BackOff ?? (outcome as DeliveryOutcome.Accepted)?.AboutAll) is { IsInProgress: false } backOff)
        {
            Fail(backOff, conversation, wasProbe, now);
            return false;
        }

        return Succeed(now, wasProbe, latency);
    }

    private bool Succeed(MonotonicTime now, bool wasProbe, TimeSpan latency)
    {
        _connectFailures = 0;
        _failuresInRow = 0;
        (_failedFirst, _severalFail) = (null, false);
        (_longest, _second) = (null, MonotonicTime.Always);
        var opens = wasProbe && State is (GateState.Down or GateState.Misconfigured);
        var lifts = opens && (_wasDown || !IsDoubtful); // in doubt it was those conversations' own failure, and they keep their delays
        _accusers.Clear();
        _accusations = 0;
        if (opens)
        {
            ForgetRecent();
            _probes = 0;
            _wasDown = false;
            (State, Cause) = _asked > now ? (GateState.Held, Cause) : (GateState.Open, null);
            Until = _asked;
        }

        Count(failed: null, now);
        if (State == GateState.Open)
            _limit.Succeed(latency);
        return lifts;
    }

    private void Fail(DeliveryOutcome.BackOff backOff, string conversation, bool wasProbe, MonotonicTime now)
    {
        _failuresInRow++;
        _failedFirst ??= conversation;
        _severalFail |= conversation != _failedFirst;
        _connectFailures = backOff.Reason == BackOffReason.ConnectFailed ? _connectFailures + 1 : 0;
        Count(conversation, now);
        if (backOff.Hold is { } hold)
            Ask(now + hold, conversation, backOff.IsAboutAll);
        if (backOff.Reason == BackOffReason.Misconfigured && (IsMisconfigured(conversation) || backOff.IsAboutAll))
        {
            Close(GateState.Misconfigured, backOff, now + RetryDefaults.MisconfiguredProbe, now);
            return;
        }

        if (State is GateState.Down or GateState.Misconfigured)
        {
            if (wasProbe)
                Close(GateState.Down, backOff, now + NextProbe(backOff), now);
            else if (_asked > Until)
                Until = _asked;
            return;
        }

        if (backOff is { Reason: BackOffReason.TimedOut } or { IsThrottledWithoutTime: true })
            _limit.Refuse();
        var isDown = IsDown();
        if (backOff.Hold is not null && (backOff.IsAboutAll || isDown || State == GateState.Held))
        {
            if (!backOff.IsAboutAll && _second > _asked)
                _asked = _second;
            if (_asked > now)
                Close(GateState.Held, backOff, _asked, now);
        }
        else if (isDown && State == GateState.Open) // while held it is found out when it is asked again
        {
            Close(GateState.Down, backOff, now + NextProbe(backOff), now);
        }
    }

    /// <summary>One conversation's word is its own: the destination is held by the longest pause but one of those that different conversations were asked for. What ends sooner, those who were asked wait out by themselves.</summary>
    private void Ask(MonotonicTime until, string conversation, bool isAboutAll)
    {
        if (_longest is not { } longest)
            _longest = (conversation, until);
        else if (longest.Conversation == conversation)
            _longest = (conversation, MonotonicTime.Max(longest.Until, until));
        else if (until > longest.Until)
            (_longest, _second) = ((conversation, until), longest.Until);
        else
            _second = MonotonicTime.Max(_second, until);
        if (isAboutAll)
            _asked = MonotonicTime.Max(_asked, until);
        else if (State is GateState.Down or GateState.Misconfigured)
            _asked = MonotonicTime.Max(_asked, _second);
    }

    /// <summary>One conversation's word is not enough, unless there is no other that could be asked: such an answer may be about its own record.</summary>
    private bool IsMisconfigured(string conversation)
    {
        _accusations++;
        if (_accusers.Count < RetryDefaults.Accusers && !_accusers.Contains(conversation))
            _accusers.Add(conversation);
        return _accusers.Count > 1 || _accusations >= RetryDefaults.Accusers || State is GateState.Down or GateState.Misconfigured;
    }

    private bool IsDown() =>
        _connectFailures >= RetryDefaults.ConnectFailures
        || (_severalFail && _failuresInRow >= RetryDefaults.FailuresInRow)
        || (_recent.Count >= RetryDefaults.MinAttempts && _failing.Count > 1 && _recentFailures >= _recent.Count * RetryDefaults.FailureShare);

    /// <summary>Whatever else closes it, nothing goes out before a <c>Retry-After</c> is over.</summary>
    private void Close(GateState state, DeliveryOutcome.BackOff cause, MonotonicTime until, MonotonicTime now)
    {
        if (State is GateState.Open or GateState.Held)
            Since = now;
        _wasDown |= state == GateState.Down;
        (State, Cause, Until) = (state, cause, until > _asked ? until : _asked);
        if (state == GateState.Held)
            _limit.Hold();
        else
            _limit.Restart();
    }

    private int Reopen(int inFlight)
    {
        (State, Cause) = (GateState.Open, null);
        ForgetRecent();
        return Level - inFlight;
    }

    private void ForgetRecent()
    {
        _recent.Clear();
        _failing.Clear();
        _recentFailures = 0;
    }

    private TimeSpan NextProbe(DeliveryOutcome.BackOff backOff)
    {
        var delay = RetryDefaults.Probes[Math.Min(_probes++, RetryDefaults.Probes.Count - 1)];
        return backOff.IsThrottledWithoutTime && delay < RetryDefaults.AfterThrottle ? RetryDefaults.AfterThrottle : delay;
    }

    /// <param name="failed">Whose attempt failed; null where it succeeded.</param>
    private void Count(string? failed, MonotonicTime now)
    {
        _recent.Enqueue((now, failed));
        if (failed is not null)
        {
            _recentFailures++;
            _failing[failed] = _failing.GetValueOrDefault(failed) + 1;
        }

        while (_recent.Count > MaxCounted || (_recent.TryPeek(out var oldest) && now - oldest.At > RetryDefaults.Window))
        {
            if (_recent.Dequeue().Failed is { } gone)
                Uncount(gone);
        }
    }

    private void Uncount(string conversation)
    {
        _recentFailures--;
        if (--_failing[conversation] == 0)
            _failing.Remove(conversation);
    }

    /// <summary>Attempts that are remembered: at thousands a second the newest say enough.</summary>
    private const int MaxCounted = 200;
}
