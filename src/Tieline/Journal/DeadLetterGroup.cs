using Tieline.Events;

namespace Tieline.Journal;

/// <summary>Dead letters of one destination that have one cause.</summary>
/// <param name="First">When the first of them was set aside.</param>
/// <param name="Last">When the last was.</param>
/// <param name="Example">The oldest of them.</param>
internal sealed record DeadLetterGroup(
    string Destination, DeadLetterCause Cause, int? Status, long Count, DateTimeOffset First, DateTimeOffset Last, EventId Example, JournalPosition ExamplePosition);
