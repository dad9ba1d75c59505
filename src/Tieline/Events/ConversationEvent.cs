namespace Tieline.Events;

/// <summary>One fact about one conversation, as it came: <see cref="Participant.Identity"/> may still name a person. Never stored; see <see cref="RedactedEvent"/>.</summary>
/// <param name="State">Null where the event has none.</param>
/// <param name="OccurredAt">When it happened, by Genesys's clock, UTC, cut to milliseconds.</param>
/// <param name="Sequence">The stream's number; null where the source has none.</param>
/// <param name="ReceivedAt">When Tieline had the whole frame.</param>
/// <param name="PayloadHash">The first 8 bytes, big-endian, of SHA-256 over the original bytes.</param>
internal sealed record ConversationEvent(
    EventId Id,
    string ConversationId,
    string Type,
    string? State,
    DateTimeOffset OccurredAt,
    string? MediaType,
    string? QueueId,
    IReadOnlyList<Participant> Participants,
    long? Sequence,
    EventOrigin Origin,
    DateTimeOffset ReceivedAt,
    ulong PayloadHash)
{
    /// <summary>Of an end that was read from a record or a snapshot: what that shows of its episode. Not stored.</summary>
    public Episode? Episode { get; init; }
}
