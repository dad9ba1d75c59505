using Tieline.Events;

namespace Tieline.Journal;

/// <summary>Which dead letters are meant: those that fit all that is given.</summary>
/// <param name="From">Set aside from then on.</param>
/// <param name="To">Set aside before then.</param>
internal sealed record DeadLetterQuery(
    string? Destination = null,
    string? Cause = null,
    int? Status = null,
    DateTimeOffset? From = null,
    DateTimeOffset? To = null,
    string? Conversation = null,
    EventId? Id = null,
    JournalPosition? Position = null);
