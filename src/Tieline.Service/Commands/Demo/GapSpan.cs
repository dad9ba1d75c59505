namespace Tieline.Service.Commands.Demo;

/// <summary>A gap as Tieline's audit log tells it: of numbers or, where the source has none, of time.</summary>
internal sealed record GapSpan(long FirstSequence, long LastSequence, long Missing, string Reason)
{
    /// <summary>When the time begins in which nobody listened; null for a gap of numbers.</summary>
    public DateTimeOffset? From { get; init; }

    public DateTimeOffset? To { get; init; }

    public bool Holds(LedgerRow row) => From is null
        ? row.Sequence >= FirstSequence && row.Sequence <= LastSequence
        : row.Timestamp >= From - DemoDefaults.InFlight && row.Timestamp <= To + DemoDefaults.InFlight;
}
