using Tieline.Events;

namespace Tieline.Journal;

/// <summary>Which events are looked for: those that fit all that is given.</summary>
/// <param name="Destination">Only with <paramref name="Status"/>: at which destination.</param>
/// <param name="Status">Where it stands there: see <see cref="EventStatus"/>.</param>
/// <param name="From">Received from then on.</param>
/// <param name="To">Received before then.</param>
internal sealed record EventSearch(
    string? Conversation = null,
    EventId? Id = null,
    string? Type = null,
    string? State = null,
    string? Queue = null,
    DestinationNumber? Destination = null,
    EventStatus? Status = null,
    DateTimeOffset? From = null,
    DateTimeOffset? To = null)
{
    /// <summary>Whether an event is one of those, wherever it stands at a destination.</summary>
    public bool Fits(FoundEvent found) =>
        (Conversation is null || Conversation == found.ConversationId) && (Id is null || Id == found.Id) && (Type is null || Type == found.Type) && (State is null || State == found.State)
        && (From is null || found.ReceivedAt >= From) && (To is null || found.ReceivedAt < To) && (Queue is null || Queue == found.QueueId);
}

/// <summary>Where an event stands at a destination.</summary>
internal enum EventStatus
{
    Waiting,
    Delivered,
    DeadLettered,
}

/// <summary>An event as a list shows it.</summary>
internal sealed record FoundEvent(JournalPosition Position, EventId Id, string ConversationId, string Type, string? State, DateTimeOffset OccurredAt, DateTimeOffset ReceivedAt, EventOrigin Origin, string? MediaType, string? QueueId)
{
    /// <summary>A JSON array, redacted.</summary>
    public required string ParticipantsJson { get; init; }
}

/// <param name="Events">Newest first.</param>
/// <param name="Next">Where the next page goes on; null where all has been looked through.</param>
/// <param name="LookedBackTo">When what was looked through last was received; null where nothing was.</param>
internal sealed record FoundEvents(IReadOnlyList<FoundEvent> Events, JournalPosition? Next, DateTimeOffset? LookedBackTo);

/// <summary>A page of conversations.</summary>
/// <param name="Newest">Of each its newest event that fits, newest first.</param>
/// <param name="Next">Where the next page goes on; null where all has been looked through.</param>
/// <param name="LookedBackTo">When what was looked through last was received; null where nothing was.</param>
internal sealed record FoundConversations(IReadOnlyList<FoundEvent> Newest, ConversationCursor? Next, DateTimeOffset? LookedBackTo);

/// <summary>Where a destination stands to an entry that is for it.</summary>
/// <param name="Outcome">One of <see cref="Outcomes"/>; <see cref="Outcomes.Waiting"/> also where nothing has become of it yet.</param>
internal sealed record EntryStanding(DestinationPlace Destination, string Outcome);

/// <summary>How a destination settled an entry.</summary>
/// <param name="Outcome">One of <see cref="Outcomes"/>.</param>
internal sealed record SettledAs(string Outcome, int? Status, int Attempts, DateTimeOffset At);
