using Tieline.Simulator.Details;

namespace Tieline.Simulator.Notifications;

/// <summary>A conversation as a notification tells it: all of it at one instant, made from the record that the details API would give then.</summary>
internal sealed class Snapshot
{
    private Snapshot(PastConversation past, ConversationRecord record, List<SnapshotLeg> legs)
    {
        Past = past;
        Record = record;
        Legs = legs;
    }

    public PastConversation Past { get; }

    public ConversationRecord Record { get; }

    /// <summary>In the order in which they came.</summary>
    public IReadOnlyList<SnapshotLeg> Legs { get; }

    /// <param name="past">The conversation.</param>
    /// <param name="record">Its record as of the instant.</param>
    public static Snapshot Of(PastConversation past, ConversationRecord record)
    {
        var legs = new List<SnapshotLeg>();
        foreach (var participant in record.Participants)
        {
            foreach (var session in participant.Sessions)
            {
                legs.Add(Leg(participant, session, isFirst: ReferenceEquals(session, participant.Sessions[0])));
            }
        }
        var inOrder = legs.OrderBy(leg => leg.StartedAt).ToList();   // stable: the customer stays before what came in the same millisecond
        var latest = inOrder.FindLast(leg => leg.Purpose == "acd")?.QueueId;
        for (var i = 0; i < inOrder.Count; i++)
        {
            if (inOrder[i].Purpose == "customer")
            {
                inOrder[i] = inOrder[i] with { QueueId = latest };   // the customer's is the queue it came to last
            }
        }
        return new Snapshot(past, record, inOrder);
    }

    private static SnapshotLeg Leg(RecordParticipant participant, RecordSession session, bool isFirst)
    {
        var wrapup = session.Segments.Find(segment => segment.Type == "wrapup");
        var last = session.Segments.FindLast(segment => segment.Type != "wrapup")!;
        // One leg, one participant: who comes back has a new id, as on the platform.
        var id = isFirst || session.IsMore ? participant.Id : participant.Id[..24] + session.Id[24..];
        var parked = session.Segments.FindLast(segment => segment.Type == "parked");
        return new SnapshotLeg(id, participant.Purpose, session.Id, session.Segments[0].Start)
        {
            Media = session.Media,
            IsScheduled = last is { Type: "scheduled", End: null },
            IsDialing = last is { Type: "dialing", End: null },
            IsTransmitting = last is { Type: "transmitting", End: null },
            ParkedAt = parked?.Start,
            ResumedAt = parked?.End,
            Consults = session.Consults,
            Monitors = session.Monitors,
            Coaches = session.Coaches,
            Barges = session.Barges,
            Name = participant.Name,
            UserId = participant.UserId,
            QueueId = session.Segments.Find(segment => segment.QueueId is not null)?.QueueId,
            ExternalContactId = participant.ExternalContactId,
            Attributes = participant.Attributes,
            PeerId = session.Peer,
            ConnectedAt = session.Segments.Find(segment => segment.Type is not ("alert" or "dialing" or "scheduled" or "wrapup"))?.Start,
            HeldSince = last is { Type: "hold", End: null } ? last.Start : null,
            EndedAt = last.End,
            DisconnectType = last.End is null ? null : Dotted(last.DisconnectType),
            AcwFrom = wrapup?.Start,
            AcwTo = wrapup?.End,
            WrapUpCode = wrapup?.WrapUpCode,
            WrapUpNote = wrapup?.WrapUpNote,
        };
    }

    private static string? Dotted(string? disconnectType) => disconnectType switch
    {
        "consultTransfer" => "transfer.consult",
        "conferenceTransfer" => "transfer.conference",
        "forwardTransfer" => "transfer.forward",
        "noAnswerTransfer" => "transfer.noanswer",
        _ => disconnectType,
    };
}
