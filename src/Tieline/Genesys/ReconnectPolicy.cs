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

    private int _tokenRefusals;
    private int _handshakeRefusals;
    private int _expiries;

    /// <summary>Failures in a row since the last success.</summary>
    public int Attempt { get; private set; }

    /// <summary>Whether fresh tokens have been refused so often that someone must look at the client's rights.</summary>
    public bool HandshakeIsRefused => _handshakeRefusals >= RefusalsBeforeSlow;

    /// <param name="failure">Anything but <see cref="ConnectOutcome.Opened"/>.</param>
    /// <param name="elapsed">Since the attempt began: a hanging attempt does not add to the wait.</param>
    /// <returns>How long to wait from now.</returns>
    public TimeSpan AfterFailure(ConnectOutcome failure, TimeSpan elapsed)
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

    /// <summary>A socket is open: the credentials and the token are good. The back-off goes on until the socket has proved itself.</summary>
    public void Opened()
    {
        _tokenRefusals = 0;
        _handshakeRefusals = 0;
    }

    /// <param name="heardEvent">Whether an event came over the socket.</param>
    /// <param name="alive">How long it was open.</param>
    /// <returns>How long to wait from the close on.</returns>
    public TimeSpan AfterClose(int code, bool heardEvent, TimeSpan alive)
    {
        if (heardEvent || alive >= Stable)
        {
            Attempt = 0;
            _expiries = 0;
        }

        return code switch
        {
            CloseCodes.Normal => Calm,
            CloseCodes.TokenExpired when _expiries++ == 0 => TimeSpan.Zero,
            _ => Next(refusals: 0),
        };
    }

    private TimeSpan Next(int refusals)
    {
        Attempt++;
        return refusals >= RefusalsBeforeSlow ? Slow : ReconnectSchedule.DelayAfter(Attempt, random());
    }

    private static TimeSpan Rest(TimeSpan delay, TimeSpan elapsed) => delay > elapsed ? delay - elapsed : TimeSpan.Zero;
}
