using System.Text;
using Tieline.Simulator.World;

namespace Tieline.Simulator.Details;

/// <summary>A record in the making. It takes what is still to come as well, and keeps of it what had happened at its time.</summary>
internal sealed class RecordDraft(PastConversation past, long asOf, ParticipantPool people, string id)
{
    private readonly List<RecordParticipant> _participants = [];

    public string Id => id;

    /// <summary>The last millisecond that is told.</summary>
    public long AsOf => asOf;

    public Traits Traits { get; } = new(past.Id);

    public PastConversation Past => past;

    /// <summary>The customer's session, which all others face.</summary>
    public string Peer { get; set; } = "";

    public string QueueId(int queue) => Encoding.ASCII.GetString(people.QueueIds[queue]);

    /// <summary>A session of a queue, an agent or a customer of the streamed frames; a second one of the same joins the first.</summary>
    /// <param name="purpose">As the API names it.</param>
    /// <param name="who">Whose.</param>
    /// <param name="sessionId">Its id.</param>
    /// <param name="shape">What else is to be said of it; null: nothing.</param>
    public RecordSession Session(string purpose, ParticipantText who, string sessionId, RecordSession? shape = null)
    {
        var person = who.Person;
        var participantId = person.IdIn(id);
        var participant = _participants.Find(known => known.Id == participantId);
        if (participant is null)
        {
            participant = new RecordParticipant(participantId, purpose, person.Name)
            {
                UserId = purpose is "agent" or "user" ? person.Identity : null,
                ExternalContactId = purpose == "customer" ? person.Identity : null,
                Attributes = purpose == "customer" ? (person.Account, person.Note) : null,
            };
            _participants.Add(participant);
        }
        return Session(participant, sessionId, shape);
    }

    /// <summary>The id of a participant of the streamed frames.</summary>
    public string IdOf(ParticipantText who) => who.Person.IdIn(id);

    /// <summary>A session of somebody who is in no frame, and is not the one who is.</summary>
    public RecordSession Session(string purpose, ParticipantText who, Trait participant, Trait session, MediaType media)
    {
        var made = new RecordParticipant(Traits.Uuid(participant), purpose, who.Person.Name);
        _participants.Add(made);
        return Session(made, Traits.Uuid(session), new RecordSession("", null) { Media = media });
    }

    /// <summary>A session of something that is in no frame: a menu, a voicemail box.</summary>
    public RecordSession Session(string purpose, string name, Trait participant, Trait session)
    {
        var made = new RecordParticipant(Traits.Uuid(participant), purpose, name);
        _participants.Add(made);
        return Session(made, Traits.Uuid(session), shape: null);
    }

    /// <summary>Adds a segment, unless it is still to come; one that goes on has neither an end nor what comes with it.</summary>
    /// <param name="to">The session it is of.</param>
    /// <param name="segment">As it will be in the end.</param>
    public void Add(RecordSession to, RecordSegment segment)
    {
        if (segment.Start > asOf)
        {
            return;
        }
        to.Segments.Add(segment.End <= asOf
            ? segment
            : segment with { End = null, DisconnectType = null, WrapUpCode = null, WrapUpNote = null, ErrorCode = null });
    }

    public void Measure(RecordSession of, string name, long value, long? at)
    {
        if (at <= asOf)
        {
            of.Metrics.Add(new RecordMetric(name, value, at.Value));
        }
    }

    public ConversationRecord Finish(long? end)
    {
        var record = new ConversationRecord(id, past.Start, end);
        foreach (var participant in _participants)
        {
            participant.Sessions.RemoveAll(session => session.Segments.Count == 0);
            if (participant.Sessions.Count > 0)
            {
                record.Participants.Add(participant);
            }
        }
        return record;
    }

    private RecordSession Session(RecordParticipant participant, string sessionId, RecordSession? shape)
    {
        var session = new RecordSession(sessionId, sessionId == Peer ? null : Peer)
        {
            Media = shape?.Media ?? past.MainMedia,
            IsMore = shape?.IsMore ?? false,
            Consults = shape?.Consults,
            Monitors = shape?.Monitors,
            Coaches = shape?.Coaches,
            Barges = shape?.Barges,
        };
        participant.Sessions.Add(session);
        return session;
    }
}
