namespace Tieline.Derivation;

/// <summary>A stretch of a leg: a segment of a details record.</summary>
/// <param name="Start">Null where it cannot be read.</param>
/// <param name="End">Null where the phase has not ended, or its end cannot be read.</param>
/// <param name="IsOpen">It has not ended.</param>
internal sealed record Phase(PhaseKind Kind, DateTimeOffset? Start, DateTimeOffset? End, bool IsOpen, string? QueueId, LegEnd Ended)
{
    public bool IsStartKnown => Start is not null;

    /// <summary>Whether it is known when it ended, or that it has not.</summary>
    public bool IsEndKnown => IsOpen || End is not null;

    /// <summary>The end; the latest possible time where there is none yet.</summary>
    public DateTimeOffset Until => End ?? DateTimeOffset.MaxValue;
}
