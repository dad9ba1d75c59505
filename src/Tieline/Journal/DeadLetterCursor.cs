namespace Tieline.Journal;

/// <summary>A place among dead letters, which are in the order of position, then destination.</summary>
internal readonly record struct DeadLetterCursor(JournalPosition Position, DestinationNumber Destination);
