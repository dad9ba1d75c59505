using Tieline.Simulator.World;

namespace Tieline.Simulator.Details;

/// <summary>The agents of a record: who took a leg, and now and then one before who did not pick up.</summary>
internal sealed class AgentSessions(ParticipantPool people)
{
    private const int MostTogether = 20;

    /// <summary>By <see cref="Trait.TransferKind"/>: out of ten, five blind, three after asking, one each of the rare ones.</summary>
    private static readonly string[] TransferKinds =
    [
        "transfer", "transfer", "transfer", "transfer", "transfer",
        "consultTransfer", "consultTransfer", "consultTransfer", "conferenceTransfer", "forwardTransfer",
    ];

    private static readonly string[] MissedEnds = ["system", "noAnswerTransfer", "client", "transfer"];

    private static readonly string[] WrapUpCodes = ["4e13fbb7-6e0f-5ba4-9f87-e96cf2fb29e4", "9d0a7c55-3f62-5b7e-8a41-0c2f6b9e7d18", "ININ-WRAP-UP-TIMEOUT"];

    public static bool CustomerEnds(RecordDraft draft) => draft.Traits.Chance(Trait.EndedBy, 0.5);

    /// <param name="draft">What it is added to.</param>
    /// <param name="leg">Which leg.</param>
    /// <param name="answeredAt">Null: it only rings, if that.</param>
    /// <param name="completedAt">When the whole conversation was completed, if it was: no wrap-up lasts longer.</param>
    public void Add(RecordDraft draft, Leg leg, long? answeredAt, long? completedAt)
    {
        var offeredAt = leg.OfferedAt ?? (leg.QueuedAt is { } queued && answeredAt is { } at ? queued + ((at - queued) / 2) : null);
        if (offeredAt is null && answeredAt is null)
        {
            return;
        }
        var purpose = leg.QueuedAt is null && draft.Traits.Chance(Trait.User, 0.25) ? "user" : "agent";
        var session = draft.Session(purpose, people.Agents[leg.Agent], draft.Traits.Uuid(Trait.AgentSession, leg.Number), CourseSessions.ShapeOf(draft, people, leg));
        var queueId = leg.QueuedAt is null ? null : draft.QueueId(leg.Queue);
        if (offeredAt is { } rings)
        {
            var until = answeredAt ?? leg.EndedAt;
            draft.Add(session, new RecordSegment("alert", rings, until) { QueueId = queueId, DisconnectType = answeredAt is null ? "peer" : null });
            draft.Measure(session, "tAlert", (until ?? rings) - rings, until);
        }
        if (answeredAt is { } answered)
        {
            draft.Measure(session, "tAnswered", answered - (leg.QueuedAt ?? draft.Past.Start), answered);
            AddTalk(draft, session, leg, answered, queueId, completedAt);
        }
    }

    /// <summary>Somebody who lets it ring and is given a wrap-up all the same, as real records have it.</summary>
    /// <param name="draft">What it is added to.</param>
    /// <param name="leg">Which leg.</param>
    /// <param name="queuedAt">From when.</param>
    /// <param name="limit">When somebody took it or it was over; null: neither yet. Then nobody has let it ring so far: when he stopped depends on what
    /// is still to come, and what has once been told is never taken back.</param>
    public void AddMissed(RecordDraft draft, Leg leg, long queuedAt, long? limit)
    {
        var traits = draft.Traits;
        var from = queuedAt + 1;
        if (!traits.Chance(Trait.Missed, 0.2, leg.Number) || limit is not { } over || from >= over)
        {
            return;
        }
        var agent = (leg.Agent + 1 + traits.Below(Trait.MissedAgent, people.Agents.Length - 2, leg.Number)) % people.Agents.Length;
        var rung = Math.Min(from + 100 + traits.Below(Trait.MissedFor, 1500, leg.Number), over);
        var wrapped = Math.Min(rung + 200 + traits.Below(Trait.MissedFor, 900, leg.Number), over);
        var end = MissedEnds[traits.Below(Trait.MissedEnd, MissedEnds.Length, leg.Number)];
        var queueId = draft.QueueId(leg.Queue);
        var session = draft.Session("agent", people.Agents[agent], traits.Uuid(Trait.MissedSession, leg.Number));
        draft.Add(session, new RecordSegment("alert", from, rung)
        {
            QueueId = queueId,
            DisconnectType = end,
            ErrorCode = "error.ininedgecontrol.session.inactive",
        });
        draft.Add(session, new RecordSegment("wrapup", rung, wrapped)
        {
            QueueId = queueId,
            DisconnectType = end,
            WrapUpCode = "ININ-WRAP-UP-SKIPPED",
        });
        draft.Measure(session, "tAlert", rung - from, rung);
        draft.Measure(session, "tNotResponding", rung - from, rung);
        draft.Measure(session, "tAcw", wrapped - rung, wrapped);
        draft.Measure(session, "tHandle", wrapped - rung, wrapped);
    }

    private void AddTalk(RecordDraft draft, RecordSession session, Leg leg, long answered, string? queueId, long? completedAt)
    {
        var kind = TransferKinds[draft.Traits.Below(Trait.TransferKind, TransferKinds.Length, leg.Number)];
        kind = CourseSessions.TransferKind(draft.Past.Course) ?? kind;
        var requeued = draft.Past.Course == Course.Requeued && leg.MovedAt is not null;
        var end = leg.End == EventKind.Transfer ? kind : requeued ? "error" : CustomerEnds(draft) ? "peer" : "client";
        var parts = draft.Past.Course == Course.Parked ? CourseSessions.Parked(draft, answered) : Parts(leg, answered);
        var mediaEnd = requeued ? leg.MovedAt : MediaEnd(draft, leg, draft.Past.Course == Course.Parked ? answered : parts[^1].From);
        parts.RemoveAll(part => part.From > answered && part.From >= mediaEnd);
        var (talked, held) = (0L, 0L);
        for (var i = 0; i < parts.Count; i++)
        {
            var isLast = i == parts.Count - 1;
            long? until = isLast ? mediaEnd : parts[i + 1].From;
            draft.Add(session, new RecordSegment(parts[i].Type, parts[i].From, until)
            {
                QueueId = queueId,
                DisconnectType = isLast ? end : null,
            });
            (parts[i].Type == "hold" ? ref held : ref talked) += (until ?? parts[i].From) - parts[i].From;
        }
        draft.Measure(session, "tTalk", talked, mediaEnd);
        if (held > 0)
        {
            draft.Measure(session, "tHeld", held, mediaEnd);
        }
        if (leg.End == EventKind.Transfer)
        {
            draft.Measure(session, "nTransferred", 1, mediaEnd);
            draft.Measure(session, kind is "transfer" or "forwardTransfer" ? "nBlindTransferred" : "nConsultTransferred", 1, mediaEnd);
        }
        AddWrapup(draft, session, leg, end, queueId, completedAt);
    }

    private static List<(long From, string Type)> Parts(Leg leg, long answered)
    {
        var parts = new List<(long From, string Type)> { (answered, "interact") };
        foreach (var (at, held) in leg.Changes)
        {
            var type = held ? "hold" : "interact";
            if (at > answered && type != parts[^1].Type)
            {
                parts.Add((at, type));
            }
        }
        return parts;
    }

    public static long? MediaEnd(RecordDraft draft, Leg leg, long lastChange) => leg.End switch
    {
        EventKind.Completed when leg.WrapupAt is null =>
            leg.EndedAt - Math.Min(draft.Traits.Below(Trait.EndTogether, MostTogether), (leg.EndedAt!.Value - lastChange) / 2),
        EventKind.Transfer => leg.EndedAt,
        _ => leg.WrapupAt,
    };

    private void AddWrapup(RecordDraft draft, RecordSession session, Leg leg, string end, string? queueId, long? completedAt)
    {
        var traits = draft.Traits;
        var from = leg.End == EventKind.Transfer ? leg.EndedAt : leg.WrapupAt;
        if (from is null || (leg.End == EventKind.Transfer && !traits.Chance(Trait.WrapupAfterTransfer, 0.7, leg.Number)))
        {
            return;
        }
        var to = leg.End == EventKind.Transfer
            ? Math.Min(from.Value + 200 + traits.Below(Trait.WrapupAfterTransfer, 8000, leg.Number), completedAt ?? long.MaxValue)
            : leg.EndedAt;
        draft.Add(session, new RecordSegment("wrapup", from.Value, to)
        {
            QueueId = queueId,
            DisconnectType = end,
            WrapUpCode = WrapUpCodes[traits.Below(Trait.WrapupAfterTransfer, WrapUpCodes.Length, leg.Number)],
            WrapUpNote = people.Customers[draft.Past.Customer].Person.Note,
        });
        draft.Measure(session, "tAcw", (to ?? from.Value) - from.Value, to);
    }
}
