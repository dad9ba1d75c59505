namespace Tieline.Journal;

/// <summary>A fact of a conversation as the journal has it.</summary>
/// <param name="Positions">Where its event stands: more than once if it was replayed; nowhere while it is held.</param>
internal sealed record JournaledFact(KnownFact Fact, IReadOnlyList<JournalPosition> Positions);
