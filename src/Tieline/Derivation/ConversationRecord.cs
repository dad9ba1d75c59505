namespace Tieline.Derivation;

/// <summary>One conversation as a details record shows it, cut down to what the rules need.</summary>
/// <param name="Start">Null where it is missing or cannot be read.</param>
/// <param name="End">Null while the conversation goes on, or where it cannot be read.</param>
/// <param name="Legs">In no order: the rules look at their times.</param>
/// <param name="Faults">How many times could not be read. A fact that rests on one of them is left out.</param>
internal sealed record ConversationRecord(string ConversationId, DateTimeOffset? Start, DateTimeOffset? End, IReadOnlyList<Leg> Legs, int Faults);
