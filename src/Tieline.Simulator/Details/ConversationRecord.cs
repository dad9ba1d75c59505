using Tieline.Simulator.World;

namespace Tieline.Simulator.Details;

/// <summary>A conversation as the details API tells it. Times are Unix milliseconds.</summary>
internal sealed class ConversationRecord(string id, long start, long? end)
{
    public string Id => id;

    public long Start => start;

    public long? End => end;

    public List<RecordParticipant> Participants { get; } = [];

    public IEnumerable<SegmentInPlace> Segments =>
        from participant in Participants
        from session in participant.Sessions
        from segment in session.Segments
        select new SegmentInPlace(participant, session, segment);
}

internal sealed class RecordParticipant(string id, string purpose, string? name)
{
    public string Id => id;

    public string Purpose => purpose;

    public string? Name => name;

    public string? UserId { get; init; }

    public string? ExternalContactId { get; init; }

    /// <summary>Free text that only a job returns.</summary>
    public (string Account, string Note)? Attributes { get; init; }

    public List<RecordSession> Sessions { get; } = [];
}

internal sealed class RecordSession(string id, string? peer)
{
    public string Id => id;

    public string? Peer => peer;

    public required MediaType Media { get; init; }

    /// <summary>Stands beside another session of the same stay, over another medium.</summary>
    public bool IsMore { get; init; }

    /// <summary>Who is being handed on, where this one is asked.</summary>
    public string? Consults { get; init; }

    public string? Monitors { get; init; }

    public string? Coaches { get; init; }

    public string? Barges { get; init; }

    public List<RecordSegment> Segments { get; } = [];

    public List<RecordMetric> Metrics { get; } = [];
}

/// <param name="Type">As the API names it.</param>
/// <param name="Start">When it began.</param>
/// <param name="End">Null: it goes on.</param>
internal sealed record RecordSegment(string Type, long Start, long? End)
{
    public string? QueueId { get; init; }

    public string? DisconnectType { get; init; }

    public string? WrapUpCode { get; init; }

    public string? WrapUpNote { get; init; }

    public string? ErrorCode { get; init; }
}

/// <param name="Name">Begins with <c>n</c> for a number of times, with <c>t</c> for milliseconds.</param>
/// <param name="Value">How many.</param>
/// <param name="At">When it was reported.</param>
internal readonly record struct RecordMetric(string Name, long Value, long At);
