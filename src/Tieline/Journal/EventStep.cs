namespace Tieline.Journal;

/// <summary>Something that became of an event.</summary>
/// <param name="Fact">Its number in the journal.</param>
/// <param name="Action"><c>accepted</c>, <c>delivered</c> or <c>dead-lettered</c>.</param>
/// <param name="Destination">Where; null of one that was accepted.</param>
internal sealed record EventStep(long Fact, DateTimeOffset At, string Action, string? Destination, JournalPosition Position);
