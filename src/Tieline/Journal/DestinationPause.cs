namespace Tieline.Journal;

/// <summary>Somebody has decided that nothing goes to a destination until they say otherwise. It outlives a restart.</summary>
/// <param name="At">Since when.</param>
/// <param name="By">Who decided.</param>
/// <param name="Reason">Why; it stands in the audit log.</param>
internal sealed record DestinationPause(DateTimeOffset At, string By, string Reason);
