namespace Tieline.Pipeline;

/// <summary>When a conversation that Genesys refuses is asked about again. Pure.</summary>
internal static class SweepSchedule
{
    /// <summary>So many refusals, and it is given up: they take 8.5 hours.</summary>
    public const int MaxRefusals = 10;

    /// <summary>Where one after the other is refused, the cause is not theirs, and none is given up for it.</summary>
    public static readonly TimeSpan WhileAllAreRefused = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan _first = TimeSpan.FromMinutes(1);

    /// <param name="refusals">In a row, from 1.</param>
    /// <returns>A minute, and twice as long after each further refusal.</returns>
    public static TimeSpan DelayAfter(int refusals) => _first * Math.Pow(2, Math.Min(refusals, MaxRefusals) - 1);
}
