using Tieline.Simulator.World;

namespace Tieline.Simulator.Notifications;

/// <summary>A participant of a snapshot with its one communication: who came back is there twice. Times are Unix milliseconds.</summary>
/// <param name="Id">The participant's; that of the frames and records for its first stay.</param>
/// <param name="Purpose">As the API names it.</param>
/// <param name="CommunicationId">The session's of the record.</param>
/// <param name="StartedAt">When it was first there.</param>
internal sealed record SnapshotLeg(string Id, string Purpose, string CommunicationId, long StartedAt)
{
    public required MediaType Media { get; init; }

    public string? Name { get; init; }

    public string? UserId { get; init; }

    public string? QueueId { get; init; }

    public string? ExternalContactId { get; init; }

    public (string Account, string Note)? Attributes { get; init; }

    /// <summary>The customer's communication; null: it is that.</summary>
    public string? PeerId { get; init; }

    /// <summary>Null: it only rang, or still does.</summary>
    public long? ConnectedAt { get; init; }

    /// <summary>A callback that is not due yet.</summary>
    public bool IsScheduled { get; init; }

    /// <summary>It is being dialled.</summary>
    public bool IsDialing { get; init; }

    /// <summary>The answer is being sent.</summary>
    public bool IsTransmitting { get; init; }

    /// <summary>When it was last laid aside; null: never.</summary>
    public long? ParkedAt { get; init; }

    /// <summary>When it was taken up again; null: it was not.</summary>
    public long? ResumedAt { get; init; }

    public string? Consults { get; init; }

    public string? Monitors { get; init; }

    public string? Coaches { get; init; }

    public string? Barges { get; init; }

    /// <summary>Null: not on hold.</summary>
    public long? HeldSince { get; init; }

    /// <summary>Null: it goes on.</summary>
    public long? EndedAt { get; init; }

    /// <summary>How it ended, lower case with dots.</summary>
    public string? DisconnectType { get; init; }

    /// <summary>When its after-call work began; null: it has none, or none yet.</summary>
    public long? AcwFrom { get; init; }

    /// <summary>Null: it goes on.</summary>
    public long? AcwTo { get; init; }

    public string? WrapUpCode { get; init; }

    public string? WrapUpNote { get; init; }

    public bool IsAgent => Purpose is "agent" or "user";
}
