namespace Tieline.Genesys;

/// <summary>How long to wait before a call that failed is made again. Pure.</summary>
internal static class DetailsBackOff
{
    /// <summary>A call is made again this many times.</summary>
    public const int MaxRetries = 6;

    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>Who is asked to wait longer than this does not wait, but gives up and says so: Genesys's daily limits ask for hours.</summary>
    public static readonly TimeSpan LongestRetryAfter = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan _unit = TimeSpan.FromSeconds(1);

    /// <param name="retry">From 0.</param>
    /// <param name="retryAfter">What the answer asked for; it goes first.</param>
    /// <param name="random">A random number in [0, 1).</param>
    /// <returns>min(1 s × 2^n, 30 s), or what was asked for, 1 s at least; and up to a second more, so that several do not come back at once.</returns>
    public static TimeSpan DelayAfter(int retry, TimeSpan? retryAfter, double random)
    {
        var jitter = _unit * random;
        if (retryAfter is { } asked)
            return (asked > _unit ? asked : _unit) + jitter;
        var delay = (_unit * Math.Pow(2, Math.Min(retry, MaxRetries))) + jitter;
        return delay < Longest ? delay : Longest;
    }
}
