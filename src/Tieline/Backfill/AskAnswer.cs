using Tieline.Diagnostics;

namespace Tieline.Backfill;

/// <summary>What an answer meant for one gap.</summary>
/// <param name="Asked">When asking began.</param>
/// <param name="New">Events of the gap's time that the journal did not have.</param>
/// <param name="Counted">Of these, those that count as this gap's: of gaps that overlap, each event counts once.</param>
/// <param name="Known">Events of the gap's time that the journal had.</param>
/// <param name="Problem">Why the answer is incomplete.</param>
/// <param name="RetryAfter">What Genesys asked for, if it did.</param>
internal sealed record AskAnswer(MonotonicTime Asked, bool IsComplete, bool IsSettling, long New, long Counted, long Known, string? Problem, TimeSpan? RetryAfter)
{
    /// <summary>Facts of the gap's time at all, also those that the filter drops.</summary>
    public long Told { get; init; }

    /// <summary>What was not looked at, in words.</summary>
    public string? NotAsked { get; init; }
}
