namespace Tieline.Journal;

/// <summary>How far a destination has come.</summary>
/// <param name="StartsAfter">What stands up to here is not its: it was configured later.</param>
/// <param name="SettledThrough">Everything from there up to here is settled.</param>
internal sealed record DestinationPlace(string Name, DestinationNumber Number, JournalPosition StartsAfter, JournalPosition SettledThrough);
