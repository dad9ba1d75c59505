using System.Text.Json.Serialization;

namespace Tieline.Derivation;

/// <summary>What is known of one participant's part over one communication. Holds no name, number, address, note or attribute.</summary>
/// <remarks>All of it only grows, and the first value stays, so that the order of snapshots decides nothing and a fact once told keeps its time; but for <see cref="IsScheduled"/>, which a stale snapshot does not touch.</remarks>
internal sealed record SnapshotLeg
{
    /// <summary>One per leg of the conversation: the same agent alerted again is another participant.</summary>
    [JsonPropertyName("p")]
    public string? ParticipantId { get; init; }

    /// <summary>Null where a topic of one medium showed it, whose participants are flat: it is then told by <see cref="Media"/>.</summary>
    [JsonPropertyName("c")]
    public string? CommunicationId { get; init; }

    [JsonPropertyName("r")]
    public string? Purpose { get; init; }

    [JsonPropertyName("u")]
    public string? UserId { get; init; }

    [JsonPropertyName("x")]
    public string? ExternalContactId { get; init; }

    /// <summary>Never of a customer: theirs is the latest queue of the conversation, not their own.</summary>
    [JsonPropertyName("q")]
    public string? QueueId { get; init; }

    /// <summary>As the REST API calls it; see <see cref="MediaNames"/>.</summary>
    [JsonPropertyName("m")]
    public string? Media { get; init; }

    /// <summary>Names a participant whom it monitors or coaches.</summary>
    [JsonPropertyName("iw")]
    public bool IsWatching { get; init; }

    /// <summary>Has the role of one who monitors or coaches.</summary>
    [JsonPropertyName("rw")]
    public bool HasWatchingRole { get; init; }

    /// <summary>Has the role of one who takes part.</summary>
    [JsonPropertyName("rf")]
    public bool HasFullRole { get; init; }

    /// <summary>Names a participant whom it barged in on.</summary>
    [JsonPropertyName("ib")]
    public bool IsBarging { get; init; }

    /// <summary>When it was first offered, where that is told: a topic of conversations does not.</summary>
    [JsonPropertyName("ts")]
    public DateTimeOffset? StartedAt { get; init; }

    [JsonPropertyName("tc")]
    public DateTimeOffset? ConnectedAt { get; init; }

    /// <summary>Null while it goes on, and where the end has no time.</summary>
    [JsonPropertyName("te")]
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>It is, or ever was, connected.</summary>
    [JsonPropertyName("a")]
    public bool IsAnswered { get; init; }

    [JsonPropertyName("e")]
    public bool IsEnded { get; init; }

    /// <summary>A callback that is not due yet.</summary>
    [JsonPropertyName("d")]
    public bool IsScheduled { get; init; }

    [JsonPropertyName("y")]
    public LegEnd End { get; init; }

    [JsonPropertyName("o")]
    public QueueOutcome Outcome { get; init; }

    [JsonPropertyName("w")]
    public WrapUp WrapUp { get; init; }

    [JsonPropertyName("ws")]
    public DateTimeOffset? WrapUpStart { get; init; }

    [JsonPropertyName("we")]
    public DateTimeOffset? WrapUpEnd { get; init; }

    [JsonPropertyName("wt")]
    public TimeSpan? WrapUpTimeout { get; init; }

    public LegKind Kind => (Purpose, IsWatching || (HasWatchingRole && !HasFullRole), IsBarging) switch
    {
        (_, true, _) => LegKind.Supervisor,
        (_, _, true) => LegKind.Barger,
        ("customer", _, _) => LegKind.Customer,
        ("external", _, _) => LegKind.External,
        ("acd", _, _) => LegKind.Queue,
        ("agent" or "user", _, _) => LegKind.Handler,
        _ => LegKind.Other,
    };

    /// <summary>A wrap-up is waited for. One of who never answered is not.</summary>
    public bool IsWrapUpPending => WrapUp == WrapUp.Pending && IsEnded && IsAnswered && Kind is LegKind.Handler or LegKind.Barger;
}
