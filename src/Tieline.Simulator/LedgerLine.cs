namespace Tieline.Simulator;

/// <summary>One event as its stream numbered it, whether or not anybody was listening.</summary>
/// <param name="Sequence">Its number in the stream; 0 for a fact, which has none.</param>
/// <param name="Id">Its event id (<c>docs/formats/event-id.md</c>); null for a number that was spent on a malformed frame.</param>
/// <param name="Type">As on the wire; <c>simulator.malformed</c> for a malformed frame.</param>
/// <param name="State">As on the wire; null when the event has none.</param>
/// <param name="ConversationId">As on the wire; null for a malformed frame.</param>
/// <param name="Timestamp">When it happened.</param>
/// <param name="Passes">Whether it is a <c>conversation.state</c> of completed, abandoned or transfer, or a <c>routing.queue</c>.</param>
/// <param name="Written">Whether the TCP connection of at least one socket took it; of a fact: the notification of it.</param>
/// <param name="WrittenAt">When the first did.</param>
public sealed record LedgerLine(
    long Sequence,
    string? Id,
    string Type,
    string? State,
    string? ConversationId,
    DateTimeOffset Timestamp,
    bool Passes,
    bool Written,
    DateTimeOffset? WrittenAt);
