namespace Tieline.Service.Web.History;

/// <summary>Durations since it was last taken, by classes a fifth apart: 0.1 ms to beyond an hour in a kilobyte. Safe from any thread.</summary>
internal sealed class DurationTally
{
    private const double Least = 1e-4;
    private const double Step = 1.2;
    private const int Classes = 96;

    private readonly long[] _counts = new long[Classes];

    public void Add(double seconds)
    {
        var at = seconds <= Least ? 0 : (int)Math.Ceiling(Math.Log(seconds / Least, Step));
        Interlocked.Increment(ref _counts[Math.Min(at, Classes - 1)]);
    }

    /// <summary>Empties it.</summary>
    /// <param name="shares">0.99 for the 99th percentile.</param>
    /// <returns>For each share the upper end of its class, in seconds: at most a fifth too much. NaN where nothing was added.</returns>
    public double[] Take(params ReadOnlySpan<double> shares)
    {
        var counts = new long[Classes];
        for (var i = 0; i < Classes; i++)
            counts[i] = Interlocked.Exchange(ref _counts[i], 0);
        var all = counts.Sum();
        var taken = new double[shares.Length];
        for (var i = 0; i < shares.Length; i++)
            taken[i] = all == 0 ? double.NaN : At(counts, Math.Max(1, (long)Math.Ceiling(all * shares[i])));
        return taken;
    }

    private static double At(long[] counts, long rank)
    {
        var seen = 0L;
        for (var i = 0; i < Classes; i++)
        {
            seen += counts[i];
            if (seen >= rank)
                return Least * Math.Pow(Step, i);
        }

        return double.NaN;
    }
}
