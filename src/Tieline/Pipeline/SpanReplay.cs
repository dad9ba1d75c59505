using Tieline.Journal;

namespace Tieline.Pipeline;

/// <summary>What was received in a span and delivered to one destination is to go out again.</summary>
/// <param name="To">Before then.</param>
/// <param name="Destination">Which had accepted it.</param>
/// <param name="ToDestination">Which gets it.</param>
/// <param name="After">Only what stands behind this position.</param>
internal sealed record SpanReplay(DateTimeOffset From, DateTimeOffset To, string Destination, string ToDestination, JournalPosition After);
