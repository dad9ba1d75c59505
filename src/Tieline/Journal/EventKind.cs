using Tieline.Events;

namespace Tieline.Journal;

/// <summary>Of an event what filters go by, and what names it.</summary>
internal sealed record EventKind(JournalPosition Position, EventId Id, string ConversationId, string Type, string? State, string? MediaType, string? QueueId, DateTimeOffset ReceivedAt);
