using Tieline.Simulator.World;

namespace Tieline.Simulator.Details;

/// <summary>Makes the record of a conversation from what had happened to it at a time. What the stream does not tell (a menu before the queue,
/// the agent of a transfer, somebody who did not pick up) is made up, the same each time, and never so that it adds or moves an event.</summary>
internal sealed class RecordBuilder(ParticipantPool people)
{
    private const int MostTogether = 20;
    private readonly AgentSessions _agents = new(people);
    private readonly CourseSessions _courses = new(people);

    /// <param name="past">The conversation.</param>
    /// <param name="asOf">The last millisecond that is told.</param>
    public ConversationRecord Build(PastConversation past, long asOf)
    {
        var draft = new RecordDraft(past, asOf, people, past.Id.ToString());
        var legs = Leg.Of(past, asOf);
        var last = legs.Count > 0 ? legs[^1] : null;
        draft.Peer = draft.Traits.Uuid(Trait.CustomerSession);
        AddCustomer(draft, legs);
        if (!past.IsDirect && past.Media != MediaType.Email && past.Course != Course.Callback)
        {
            AddMenu(draft);
        }
        var overAt = last?.End is EventKind.Completed or EventKind.Abandoned ? last.EndedAt : null;
        if (legs.Count > 0)
        {
            CourseSessions.Shape(past, legs, AnsweredAt(draft, legs[0]), people.Agents.Length);
        }
        foreach (var leg in legs)
        {
            AddLeg(draft, leg, overAt);
        }
        if (legs.Count > 0 && AnsweredAt(draft, legs[0]) is { } answered)
        {
            _courses.Add(draft, legs, answered, overAt);
        }
        return draft.Finish(past.EndAsOf(asOf));
    }

    private void AddCustomer(RecordDraft draft, List<Leg> legs)
    {
        var traits = draft.Traits;
        var early = traits.Chance(Trait.CustomerEarly, 0.25) ? 1 + traits.Below(Trait.CustomerEarly, 9, leg: 1) : 0;
        var last = legs.Count > 0 ? legs[^1] : null;
        var session = draft.Session("customer", people.Customers[draft.Past.Customer], draft.Peer);
        if (draft.Past.Course == Course.Callback)
        {
            CourseSessions.AddCallback(draft, session, legs);
            return;
        }
        if (draft.Past.Course == Course.Reopened)
        {
            AddStays(draft, session, legs, draft.Past.Start - early);
            return;
        }
        draft.Add(session, new RecordSegment("interact", draft.Past.Start - early, last is null ? null : draft.Past.Course == Course.ToNumber ? last.End == EventKind.Completed ? last.EndedAt : null : LeftAt(last))
        {
            QueueId = legs.Find(leg => leg.QueuedAt is not null) is { } queued ? draft.QueueId(queued.Queue) : null,
            DisconnectType = last?.End == EventKind.Abandoned || AgentSessions.CustomerEnds(draft) ? "endpoint" : "peer",
        });
    }

    /// <summary>The customer of one that is reopened comes as often as it has episodes: with the first thing that happens in each.</summary>
    private void AddStays(RecordDraft draft, RecordSession first, List<Leg> legs, long from)
    {
        var began = Begun(draft, from);
        for (var stay = 0; stay < began.Count; stay++)
        {
            var leg = stay < legs.Count ? legs[stay] : null;
            var session = stay == 0 ? first : draft.Session("customer", people.Customers[draft.Past.Customer], draft.Traits.Uuid(Trait.CustomerSession, stay));
            draft.Add(session, new RecordSegment("interact", began[stay], leg is null ? null : LeftAt(leg))
            {
                QueueId = leg is null ? null : draft.QueueId(leg.Queue),
                DisconnectType = leg?.End == EventKind.Abandoned || AgentSessions.CustomerEnds(draft) ? "endpoint" : "peer",
            });
        }
    }

    private static List<long> Begun(RecordDraft draft, long from)
    {
        var began = new List<long> { from };
        var isOver = false;
        foreach (ref readonly var fact in draft.Past.Until(draft.AsOf))
        {
            if (isOver)
            {
                began.Add(draft.Past.TimeOf(fact));
            }
            isOver = fact.Kind is EventKind.Completed or EventKind.Abandoned;
        }
        return began;
    }

    /// <returns>When the customer left; null: still there.</returns>
    private static long? LeftAt(Leg last) => last.End switch
    {
        EventKind.Abandoned => Math.Max(last.QueuedAt ?? 0, last.EndedAt!.Value - MostTogether),
        EventKind.Completed => last.WrapupAt ?? last.EndedAt,
        EventKind.Transfer => null,
        _ => last.WrapupAt,
    };

    private static void AddMenu(RecordDraft draft)
    {
        var from = draft.Past.Start + (draft.Past.Lead / 50);
        var to = draft.Past.Start + draft.Past.Lead;
        var isCall = draft.Past.Media == MediaType.Voice;
        var session = isCall
            ? draft.Session("ivr", "Main IVR", Trait.FlowParticipant, Trait.FlowSession)
            : draft.Session("workflow", "Message flow", Trait.FlowParticipant, Trait.FlowSession);
        draft.Add(session, new RecordSegment(isCall ? "ivr" : "interact", from, to) { DisconnectType = "transfer" });
        draft.Measure(session, "nFlow", 1, from);
    }

    private void AddLeg(RecordDraft draft, Leg leg, long? completedAt)
    {
        var mayFlowOut = draft.Past.Media == MediaType.Voice && leg is { QueuedAt: not null, OfferedAt: null, ActiveAt: null, End: EventKind.Completed };
        var flowsOut = mayFlowOut && (draft.Past.Course == Course.Voicemail || (draft.Past.Course == Course.Usual && draft.Traits.Chance(Trait.FlowOut, 0.125, leg.Number)));
        var answeredAt = flowsOut ? null : AnsweredAt(draft, leg);
        if (leg.QueuedAt is { } queuedAt)
        {
            AddQueue(draft, leg, queuedAt, answeredAt, flowsOut);
            _agents.AddMissed(draft, leg, queuedAt, answeredAt ?? leg.MovedAt ?? leg.EndedAt);
        }
        if (!flowsOut && !(draft.Past.Course == Course.ToNumber && leg.Number > 0))
        {
            _agents.Add(draft, leg, answeredAt, completedAt);
        }
    }

    /// <summary>When an agent took it: as streamed, else at some time before it was passed on or completed.</summary>
    private static long? AnsweredAt(RecordDraft draft, Leg leg)
    {
        if (leg is { MovedAt: { } moved, QueuedAt: { } queued })
        {
            return draft.Past.Course == Course.MovedOn ? null : queued + ((moved - queued) * (30 + draft.Traits.Below(Trait.AnsweredAfter, 40, leg.Number)) / 100);
        }
        if (leg.ActiveAt is not null || leg.End is not (EventKind.Transfer or EventKind.Completed))
        {
            return leg.ActiveAt;
        }
        var from = leg.OfferedAt ?? leg.QueuedAt ?? draft.Past.Start;
        return from + ((leg.EndedAt!.Value - from) * (30 + draft.Traits.Below(Trait.AnsweredAfter, 40, leg.Number)) / 100);
    }

    private void AddQueue(RecordDraft draft, Leg leg, long queuedAt, long? answeredAt, bool flowsOut)
    {
        var abandoned = leg.End == EventKind.Abandoned;
        long? end = answeredAt is { } answered ? Math.Min(answered + 30, leg.WrapupAt ?? leg.EndedAt ?? long.MaxValue)
            : abandoned ? leg.EndedAt
            : leg.MovedAt is { } moved ? moved
            : flowsOut ? queuedAt + ((leg.EndedAt!.Value - queuedAt) / 2)
            : null;
        var session = draft.Session("acd", people.Queues[leg.Queue], draft.Traits.Uuid(Trait.QueueSession, leg.Number));
        draft.Add(session, new RecordSegment("interact", queuedAt, end)
        {
            QueueId = draft.QueueId(leg.Queue),
            DisconnectType = abandoned ? "peer" : "transfer",
        });
        draft.Measure(session, "nOffered", 1, queuedAt);
        var waited = (end ?? queuedAt) - queuedAt;
        draft.Measure(session, "tAcd", waited, end);
        if (abandoned)
        {
            draft.Measure(session, "tAbandon", waited, end);
            if (draft.Past.Course == Course.ShortWait)
            {
                draft.Measure(session, "tShortAbandon", waited, end);
            }
        }
        if (answeredAt is null && leg.MovedAt is not null)
        {
            draft.Measure(session, "tFlowOut", waited, end);
        }
        if (flowsOut)
        {
            draft.Measure(session, "tFlowOut", waited, end);
            var box = draft.Session("voicemail", "Voicemail", Trait.VoicemailParticipant, Trait.VoicemailSession);
            draft.Add(box, new RecordSegment("voicemail", end!.Value, leg.EndedAt) { DisconnectType = "peer" });
        }
    }
}
