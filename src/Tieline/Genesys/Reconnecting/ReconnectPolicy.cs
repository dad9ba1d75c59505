using Tieline.Diagnostics;

namespace Tieline.Genesys;

/// <summary>How long to wait after a failed attempt or a close, given all that came before. No clock, no I/O; one loop's own.</summary>
/// <param name="random">Numbers in [0, 1), for the jitter.</param>
internal sealed class ReconnectPolicy(Func<double> random)
{
    /// <summary>From this many refusals in a row on, credentials are taken for wrong rather than unlucky.</summary>
    public const int RefusalsBeforeSlow = 3;

    /// <summary>The pace from then on: often enough that a corrected secret recovers by itself, rare enough not to hammer.</summary>
    public static readonly TimeSpan Slow = TimeSpan.FromMinutes(1);

    /// <summary>After a graceful close (1000). The specification wants no back-off and no immediate reconnect; a service that is meant to run waits this long.</summary>
    public static readonly TimeSpan Calm = TimeSpan.FromSeconds(5);

    /// <summary>A socket that lived this long has been a success even if it heard no event.</summary>
    public static readonly TimeSpan Stable = TimeSpan.FromSeconds(60);

    /// <summary>A <c>Retry-After</c> is obeyed up to this.</summary>
    public static readonly TimeSpan LongestRetryAfter = TimeSpan.FromMinutes(5);

    /// <summary>A wait up to this is never ended early.</summary>
    public static readonly TimeSpan LongestFixed = TimeSpan.FromSeconds(5);

    private int _tokenRefusals;
    private int _handshakeRefusals;
    private int _expiries;

    /// <summary>How many of <see cref="Attempt"/> were before the series of waits that goes on now.</summary>
    private int _earlier;
    private bool _signUsed;
    private MonotonicTime _returnedAt = MonotonicTime.Always;

    /// <summary>Failures in a row since the last success.</summary>
    public int Attempt { get; private set; }

    /// <summary>Whether fresh tokens have been refused so often that someone must look at the client's rights.</summary>
    public bool HandshakeIsRefused => _handshakeRefusals >= RefusalsBeforeSlow;

    /// <summary>Whether a sign that Genesys is back may end the wait that was told last. Not where Genesys refuses us, or has said itself how long to wait.</summary>
    public bool MayEndEarly { get; private set; }

    /// <param name="failure">Anything but <see cref="ConnectOutcome.Opened"/>.</param>
    /// <param name="elapsed">Since the attempt began: a hanging attempt does not add to the wait.</param>
    /// <returns>How long to wait from now.</returns>
    public TimeSpan AfterFailure(ConnectOutcome failure, TimeSpan elapsed)
    {
        var wait = WaitAfter(failure, elapsed);
        MayEndEarly = failure is ConnectOutcome.Failed { RetryAfter: null } && wait > LongestFixed;
        return wait;
    }

    /// <summary>A socket is open: the credentials and the token are good. The back-off goes on until the socket has proved itself.</summary>
    public void Opened()
    {
        _tokenRefusals = 0;
        _handshakeRefusals = 0;
        MayEndEarly = false;
    }

    /// <param name="heardEvent">Whether an event came over the socket.</param>
    /// <param name="alive">How long it was open.</param>
    /// <returns>How long to wait from the close on.</returns>
    public TimeSpan AfterClose(int code, bool heardEvent, TimeSpan alive)
    {
        if (heardEvent || alive >= Stable)
        {
            (Attempt, _earlier) = (0, 0);
            _expiries = 0;
            _signUsed = false;
        }

        var wait = code switch
        {
            CloseCodes.Normal => Calm,
            CloseCodes.TokenExpired when _expiries++ == 0 => TimeSpan.Zero,
            _ => Next(refusals: 0),
        };
        MayEndEarly = wait > LongestFixed;
        return wait;
    }

    /// <summary>Whether what REST calls show ends the wait that was told last.</summary>
    /// <param name="failedAt">When the attempt before that wait had failed: what went out sooner says nothing.</param>
    /// <remarks>REST that failed and answers again is a return: the series of waits begins anew, once in <see cref="ReconnectSchedule.Longest"/>. REST that merely answers counts once: where the stream is refused all the same, it says nothing about
    /// the stream, and the doubling goes on.</remarks>
    public bool TakeSign(RestSign sign, MonotonicTime failedAt)
    {
        if (!MayEndEarly || !(sign.AnsweredAt > failedAt))
            return false;
        if (sign.ReturnedAt is { } returned && returned > failedAt && returned - _returnedAt >= ReconnectSchedule.Longest)
            (_returnedAt, _earlier) = (returned, Attempt);
        else if (_signUsed)
            return false;
        (_signUsed, MayEndEarly) = (true, false);
        return true;
    }

    /// <summary>Whether a sign could end the wait that was told last: asking for one is of use.</summary>
    /// <param name="isDown">Whether REST calls fail at present.</param>
    public bool AwaitsSign(bool isDown) => MayEndEarly && (isDown || !_signUsed);

    private TimeSpan WaitAfter(ConnectOutcome failure, TimeSpan elapsed)
    {
        switch (failure)
        {
            case ConnectOutcome.TokenRefused:
                return Rest(Next(++_tokenRefusals), elapsed);
            case ConnectOutcome.HandshakeRefused { Fresh: false }:
                _tokenRefusals = 0;
                return TimeSpan.Zero; // the token had died of age; the next attempt has a fresh one
            case ConnectOutcome.HandshakeRefused:
                _tokenRefusals = 0;
                return Rest(Next(++_handshakeRefusals), elapsed);
            case ConnectOutcome.Failed failed:
                if (failed.HadToken)
                    _tokenRefusals = 0;
                var wait = Rest(Next(refusals: 0), elapsed);
                var asked = failed.RetryAfter < LongestRetryAfter ? failed.RetryAfter.Value : LongestRetryAfter;
                return failed.RetryAfter is not null && asked > wait ? asked : wait;
            default:
                throw new ArgumentOutOfRangeException(nameof(failure), failure, "is no failure");
        }
    }

    private TimeSpan Next(int refusals)
    {
        Attempt++;
        return refusals >= RefusalsBeforeSlow ? Slow : ReconnectSchedule.DelayAfter(Attempt - _earlier, random());
    }

    private static TimeSpan Rest(TimeSpan delay, TimeSpan elapsed) => delay > elapsed ? delay - elapsed : TimeSpan.Zero;
}
