using System.Text.Json.Nodes;
using Tieline.Events;

namespace Tieline.Journal;

/// <summary>One line's worth of what the audit log must say, numbered in the transaction that made it true. Members as in <c>docs/formats/audit-log.md</c>.</summary>
/// <param name="Number">Rising by one, from 1; each becomes exactly one line.</param>
/// <param name="PayloadHash">The first 8 bytes of the hash, big-endian; null where the line is not about an event.</param>
internal sealed record AuditFact(
    long Number,
    DateTimeOffset Timestamp,
    long? Sequence,
    string? ConversationId,
    string? EventType,
    ulong? PayloadHash,
    EventId? Id,
    string Action,
    string? Destination,
    JsonObject? Detail)
{
    /// <summary>What of it could not be read any more, as its <c>detail</c> says too; null where all could.</summary>
    public string? Lost { get; init; }
}
