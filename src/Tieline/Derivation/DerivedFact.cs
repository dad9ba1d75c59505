using Tieline.Events;

namespace Tieline.Derivation;

/// <summary>A fact that a rule found, before it is an event.</summary>
/// <param name="Media">As the REST API calls it.</param>
internal sealed record DerivedFact(string Type, string State, DateTimeOffset OccurredAt, string? Media, string? QueueId)
{
    /// <summary>Of an end.</summary>
    public Episode? Episode { get; init; }
}
