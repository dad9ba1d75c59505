using Tieline.Journal;

namespace Tieline.Pipeline;

/// <summary>What has been done so far of what was asked for.</summary>
/// <param name="Done">Events that go out again, or were discarded.</param>
/// <param name="Passed">Events that somebody else had decided on meanwhile, or that are gone.</param>
/// <param name="Last">The last that was looked at; null before the first. What was asked for goes on behind it.</param>
internal sealed record DeskReport(long Done, long Passed, JournalPosition? Last);
