using Tieline.Sequencing;

namespace Tieline.Journal;

/// <summary>The numbers that the writer counts, as of the last commit.</summary>
/// <param name="NextPosition">The position the next event gets.</param>
/// <param name="NextFact">The number the next fact gets.</param>
/// <param name="NextGap">The number the next gap gets.</param>
internal readonly record struct JournalCounters(Mark Mark, long NextPosition, long NextFact, long NextGap);
