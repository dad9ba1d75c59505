namespace Tieline.Delivery;

/// <summary>How long to wait after the n-th failure in a row. Pure: no clock, no state, no I/O.</summary>
internal static class RetrySchedule
{
    /// <param name="attempt">Failures in a row, from 1.</param>
    /// <param name="unit">A random number in [0, 1).</param>
    /// <returns>Full jitter: at least <see cref="RetryOptions.MinDelay"/>, below its double per failure, at most <see cref="RetryOptions.MaxDelay"/>.</returns>
    public static TimeSpan DelayAfter(int attempt, double unit, RetryOptions options)
    {
        var ceiling = options.MinDelay * Math.Pow(2, Math.Min(attempt, RetryDefaults.MaxDoublings));
        ceiling = ceiling < options.MaxDelay ? ceiling : options.MaxDelay;
        return options.MinDelay + (unit * (ceiling - options.MinDelay));
    }
}
