using Tieline.Events;

namespace Tieline.Pipeline;

/// <summary>One event that is not as it should be.</summary>
/// <param name="Kind"><c>missing</c>, <c>extra</c> or <c>conflicting</c>.</param>
/// <param name="Position">Where it stands in the journal; null where it does not.</param>
/// <param name="Destination">Which one lacks it; null where the journal does.</param>
internal sealed record ReconcileFinding(string Kind, string ConversationId, string Type, string? State, DateTimeOffset OccurredAt, EventId Id, long? Position, string? Destination)
{
    public const string Missing = "missing";
    public const string Extra = "extra";
    public const string Conflicting = "conflicting";

    /// <summary>It has been queued to be delivered.</summary>
    public bool IsRepaired { get; set; }
}
