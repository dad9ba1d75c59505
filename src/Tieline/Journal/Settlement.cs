namespace Tieline.Journal;

/// <summary>The end of one entry at one destination.</summary>
/// <param name="Status">The HTTP status that decided; null where none did.</param>
/// <param name="DeadLetterReason">Why it was set aside; null when it was delivered.</param>
/// <param name="SettledThrough">Every entry of that destination up to here is settled, this one counted in.</param>
internal sealed record Settlement(
    DestinationNumber Destination,
    JournalPosition Position,
    int? Status,
    int Attempts,
    string? DeadLetterReason,
    JournalPosition SettledThrough)
{
    /// <summary>The attempt that decided, where it is set aside.</summary>
    public AttemptRecord? Attempt { get; init; }

    /// <summary>It is not at its end: it waits behind a dead letter of its conversation, and the destination goes past it.</summary>
    public bool Waits { get; init; }

    /// <summary>It went out in a batch, and another stands for the request: what counts requests does not count this one's last.</summary>
    public bool IsInBatch { get; init; }

    /// <summary>It had been waiting so.</summary>
    public bool HadWaited { get; init; }
}

/// <summary>One entry's failed attempts at one destination, kept so that a restart goes on with them.</summary>
internal sealed record RetryRecord(DestinationNumber Destination, JournalPosition Position, int Attempts, TimeSpan Waited)
{
    /// <summary>The newest of them.</summary>
    public AttemptRecord? Attempt { get; init; }
}

/// <summary>Names a destination in the journal; its name stands beside it.</summary>
internal readonly record struct DestinationNumber(long Value);
