namespace CrmReceiver;

/// <summary>One webhook, validated: <see cref="Id"/> names the fact and is the same on every copy of it.</summary>
/// <param name="State">Null where the event has none.</param>
/// <param name="Timestamp">When it happened, UTC.</param>
/// <param name="Origin"><c>live</c>, or what the <c>Tieline-Origin</c> header says.</param>
internal sealed record Delivery(
    string Id,
    string ConversationId,
    string Type,
    string? State,
    DateTimeOffset Timestamp,
    IReadOnlyList<DeliveryParticipant> Participants,
    string Origin);
