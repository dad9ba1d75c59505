using Tieline.Events;

namespace Tieline.Journal;

/// <summary>An event as the journal has it, in the form in which it is delivered.</summary>
/// <param name="ParticipantsJson">The redacted participants: a JSON array, UTF-8, as it stands in the payload.</param>
/// <param name="Attempts">Failed attempts so far, and how long they made it wait; 0 for most.</param>
internal sealed record JournalEntry(
    JournalPosition Position,
    EventId Id,
    string ConversationId,
    string Type,
    string? State,
    DateTimeOffset OccurredAt,
    ReadOnlyMemory<byte> ParticipantsJson,
    EventOrigin Origin,
    DateTimeOffset ReceivedAt,
    int Attempts,
    TimeSpan Waited)
{
    /// <summary>Not delivered: what a destination's filter goes by.</summary>
    public string? MediaType { get; init; }

    /// <inheritdoc cref="MediaType"/>
    public string? QueueId { get; init; }

    /// <summary>Why it never goes out: it does not stand in the journal as it was written. Null: it does.</summary>
    public string? Damage { get; init; }

    /// <summary>It has waited behind a dead letter, or was one: the destination has gone past it.</summary>
    public bool HasWaited { get; init; }
}
