using Tieline.Events;

namespace Tieline.Journal;

/// <summary>What the journal has of one conversation: as much of an event as tells whether another is the same fact.</summary>
internal sealed record KnownFact(EventId Id, string Type, string? State, DateTimeOffset OccurredAt, string? QueueId, EventOrigin Origin)
{
    /// <summary>When it came to us: what was fetched then had happened by then.</summary>
    public DateTimeOffset ReceivedAt { get; init; } = DateTimeOffset.MaxValue;

    /// <summary>It came with a number.</summary>
    public bool IsNumbered { get; init; }

    public bool IsTerminal => EventKinds.IsTerminal(Type, State);

    public EpisodeSign Sign => new(State, OccurredAt, IsTerminal, EpisodeSign.PathOf(Origin, IsNumbered), null);
}
