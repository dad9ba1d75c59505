namespace Tieline.Journal;

/// <summary>What a destination has not been delivered.</summary>
/// <param name="IsRemoved">It is no longer configured: nobody delivers it, and it is kept until the destination is back, or it is discarded.</param>
/// <param name="Events">Accepted and not settled; what waits behind dead letters is counted in, they are not.</param>
/// <param name="OldestAt">When the first of them was received; null where there is none.</param>
internal sealed record DestinationBacklog(string Name, DestinationNumber Number, bool IsRemoved, long Events, long DeadLetters, DateTimeOffset? OldestAt);
