namespace Tieline.Genesys;

/// <summary>How long to wait before a call that failed is made again. Pure.</summary>
internal static class DetailsBackOff
{
    /// <summary>A call is made again this many times.</summary>
    public const int MaxRetries = 6;

    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>Who is asked to wait longer than this does not wait, but gives up and says so: Genesys's daily limits ask for hours.</summary>
    public static readonly TimeSpan LongestRetryAfter = TimeSpan.FromMinutes(3);

    /// <summary>Jitter on what was asked for: who waits for delivery's sake waits no longer than is fair.</summary>
    private const double AskedJitter = 0.1;

    private static readonly TimeSpan _unit = TimeSpan.FromSeconds(1);

    /// <param name="failures">Failures in a row that named no time, from 0: what was asked for is no reason to wait longer next time.</param>
    /// <param name="retryAfter">What the answer asked for; it goes first.</param>
    /// <param name="random">A random number in [0, 1).</param>
    /// <returns>min(1 s × 2^n, 30 s) and up to a second more, or what was asked for, 1 s at least, and up to a tenth and a second more: so that several do not come back at once.</returns>
    public static TimeSpan DelayAfter(int failures, TimeSpan? retryAfter, double random)
    {
        if (retryAfter is { } asked)
        {
            var wait = asked > _unit ? asked : _unit;
            return wait + (random * (wait * AskedJitter < _unit ? wait * AskedJitter : _unit));
        }

        var delay = (_unit * Math.Pow(2, Math.Min(failures, MaxRetries))) + (_unit * random);
        return delay < Longest ? delay : Longest;
    }
}
