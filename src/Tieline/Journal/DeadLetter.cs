using Tieline.Events;

namespace Tieline.Journal;

/// <summary>An event that a destination did not take, and that a person has to decide on.</summary>
/// <param name="Status">The HTTP status that decided; null where none did.</param>
/// <param name="Attempts">How many were made.</param>
/// <param name="At">When it was set aside.</param>
internal sealed record DeadLetter(
    string Destination,
    JournalPosition Position,
    EventId Id,
    string ConversationId,
    string Type,
    string? State,
    DateTimeOffset OccurredAt,
    int? Status,
    string Reason,
    int Attempts,
    DateTimeOffset At,
    DeadLetterCause Cause);
