namespace Tieline.Genesys;

/// <summary>How long to wait before the n-th attempt in a row. Pure.</summary>
/// <remarks>min(1 s × 2^n + jitter of 0 to 1 s, 30 s), with n from 1, as the specification has it: 2-3 s, 4-5, 8-9, 16-17, then 30.</remarks>
internal static class ReconnectSchedule
{
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>From the fifth on 2^n s is over <see cref="Longest"/> in any case.</summary>
    private const int MaxDoublings = 5;

    private static readonly TimeSpan _unit = TimeSpan.FromSeconds(1);

    /// <param name="attempt">Failures in a row, from 1.</param>
    /// <param name="random">A random number in [0, 1).</param>
    public static TimeSpan DelayAfter(int attempt, double random)
    {
        var delay = (_unit * Math.Pow(2, Math.Clamp(attempt, 1, MaxDoublings))) + (_unit * random);
        return delay < Longest ? delay : Longest;
    }
}
