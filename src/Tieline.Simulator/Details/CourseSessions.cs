using Tieline.Simulator.World;

namespace Tieline.Simulator.Details;

/// <summary>What the course of a conversation adds to its record: those who are asked, listen in or break in, other media, and the party outside. Times
/// that are made up hang on what is known by then, so that what was told once stays.</summary>
internal sealed class CourseSessions(ParticipantPool people)
{
    /// <summary>How those who hand over leave; null: as chance has it.</summary>
    public static string? TransferKind(Course course) => course switch
    {
        Course.ConsultAgent or Course.ConsultQueue => "consultTransfer",
        Course.Conference => "conferenceTransfer",
        Course.ToAgent or Course.ToNumber => "transfer",
        _ => null,
    };

    /// <summary>Puts into the legs what the events do not tell of them.</summary>
    /// <param name="past">The conversation.</param>
    /// <param name="legs">Its legs so far; one more may be added.</param>
    /// <param name="answeredAt">When the first of them was answered.</param>
    /// <param name="agents">How many agents there are.</param>
    public static void Shape(PastConversation past, List<Leg> legs, long? answeredAt, int agents)
    {
        var first = legs[0];
        var traits = new Traits(past.Id);
        long? handedAt = first.End == EventKind.Transfer ? first.EndedAt : null;
        if (past.Course == Course.ConsultQueue && first.MovedAt is { } askedAt)
        {
            first.Hold(askedAt);
        }
        else if (Courses.AsksFirst(past.Course) && answeredAt is { } answered)
        {
            var from = Math.Min(answered + 1 + traits.Below(Trait.OtherFrom, 3_000), handedAt ?? long.MaxValue);
            var until = Math.Min(from + 1 + traits.Below(Trait.OtherFor, 1_500), handedAt ?? long.MaxValue);
            Second().Ask(from, until);
            if (past.Course == Course.ConsultAgent && from != handedAt)
            {
                first.Hold(from);
            }
        }
        else if (past.Course is Course.ToAgent or Course.ToNumber && handedAt is { } at)
        {
            Second().Ask(at, answeredAt: null);
        }

        Leg Second()
        {
            if (legs.Count == 1)
            {
                legs.Add(Leg.Handed(first, Courses.OtherAgent(first.Agent, past.Id, agents)));
            }
            return legs[1];
        }
    }

    /// <returns>What is to be said of an agent's session; null: nothing.</returns>
    public static RecordSession? ShapeOf(RecordDraft draft, ParticipantPool people, Leg leg) =>
        leg.Number == 1 && draft.Past.Course is Course.ConsultAgent or Course.ConsultQueue ? Shape(draft, consults: draft.IdOf(people.Customers[draft.Past.Customer])) : null;

    /// <summary>An e-mail that is laid aside, taken up again and sent.</summary>
    public static List<(long From, string Type)> Parked(RecordDraft draft, long answered)
    {
        var aside = answered + 1 + draft.Traits.Below(Trait.OtherFrom, 2_000);
        var again = aside + 1 + draft.Traits.Below(Trait.ParkedFor, 20_000);
        return [(answered, "interact"), (aside, "parked"), (again, "interact"), (again + 200, "transmitting"), (again + 400, "interact")];
    }

    /// <summary>The customer's own leg of a callback, which nobody ever ends.</summary>
    public static void AddCallback(RecordDraft draft, RecordSession session, List<Leg> legs)
    {
        var due = legs.Find(leg => leg.QueuedAt is not null)?.QueuedAt;
        draft.Add(session, new RecordSegment("scheduled", draft.Past.Start, due));
        if (due is { } at)
        {
            draft.Add(session, new RecordSegment("interact", at, null) { QueueId = draft.QueueId(legs[0].Queue) });
        }
    }

    /// <param name="draft">What it is added to.</param>
    /// <param name="legs">The legs of the conversation, shaped.</param>
    /// <param name="answered">When the first was answered.</param>
    /// <param name="overAt">When the conversation was over.</param>
    public void Add(RecordDraft draft, List<Leg> legs, long answered, long? overAt)
    {
        var first = legs[0];
        var lastChange = first.Changes.FindLast(change => change.At > answered).At;
        var limit = first.End is null && first.WrapupAt is null ? null : AgentSessions.MediaEnd(draft, first, Math.Max(answered, lastChange));
        var agent = people.Agents[first.Agent];
        switch (draft.Past.Course)
        {
            case Course.ConsultCancelled:
                AddOther(draft, first, answered, limit, "interact", "peer", Shape(draft, consults: draft.IdOf(people.Customers[draft.Past.Customer])), rings: true);
                break;
            case Course.ConferenceLeft:
                AddOther(draft, first, answered, limit, "interact", "client", shape: null, rings: true);
                break;
            case Course.Supervised:
                AddOther(draft, first, answered, limit, "monitoring", "client", Shape(draft, monitors: draft.IdOf(agent)), rings: false);
                AddOther(draft, first, answered + 20, limit, "coaching", "client", Shape(draft, coaches: draft.IdOf(agent)), rings: false, number: 1);
                break;
            case Course.Barged:
                AddOther(draft, first, answered, limit, "barging", "client", Shape(draft, barges: draft.IdOf(agent)), rings: false);
                break;
            case Course.Callback:
                AddCall(draft, agent, answered, limit);
                break;
            case Course.Cobrowse or Course.ChatAndCall:
                AddMore(draft, agent, answered, limit, Courses.More(draft.Past.Course)!.Value);
                break;
            case Course.ToNumber when legs.Count > 1:
                AddOutsider(draft, legs[1], overAt);
                break;
        }
    }

    private static RecordSession Shape(RecordDraft draft, string? consults = null, string? monitors = null, string? coaches = null, string? barges = null) =>
        new("", null) { Media = draft.Past.MainMedia, Consults = consults, Monitors = monitors, Coaches = coaches, Barges = barges };

    /// <summary>One more agent, who comes and goes while the first is there.</summary>
    private void AddOther(RecordDraft draft, Leg leg, long answered, long? limit, string segment, string end, RecordSession? shape, bool rings, int number = 0)
    {
        var traits = draft.Traits;
        var from = answered + 1 + traits.Below(Trait.OtherFrom, 2_000, number);
        if (from >= limit)
        {
            return;
        }
        var taken = rings ? Clamp(from + 1 + traits.Below(Trait.OtherFor, 1_000, number), limit) : from;
        var until = Clamp(taken + 1 + traits.Below(Trait.OtherFor, 5_000, number + 2), limit);
        var agent = people.Agents[(Courses.OtherAgent(leg.Agent, draft.Past.Id, people.Agents.Length) + number) % people.Agents.Length];
        var session = draft.Session("agent", agent, traits.Uuid(Trait.OtherSession, number), shape);
        if (taken > from)
        {
            draft.Add(session, new RecordSegment("alert", from, taken) { DisconnectType = taken == limit ? end : null });
        }
        if (taken != limit)
        {
            draft.Add(session, new RecordSegment(segment, taken, until) { DisconnectType = end });
        }
    }

    /// <summary>The call that a callback leads to: another session of the agent's, another participant of the customer's.</summary>
    private void AddCall(RecordDraft draft, ParticipantText agent, long answered, long? limit)
    {
        var dials = answered + 1 + draft.Traits.Below(Trait.OtherFrom, 500);
        if (dials >= limit)
        {
            return;
        }
        var talks = Clamp(dials + 1 + draft.Traits.Below(Trait.OtherFor, 2_000), limit);
        var session = draft.Session("agent", agent, draft.Traits.Uuid(Trait.MoreSession), More(MediaType.Voice));
        draft.Add(session, new RecordSegment("dialing", dials, talks) { DisconnectType = talks == limit ? "client" : null });
        if (talks == limit)
        {
            return;
        }
        draft.Add(session, new RecordSegment("interact", talks, limit) { DisconnectType = "peer" });
        var customer = draft.Session("customer", people.Customers[draft.Past.Customer], Trait.CallParticipant, Trait.MoreCustomerSession, MediaType.Voice);
        draft.Add(customer, new RecordSegment("interact", talks, limit) { DisconnectType = "endpoint" });
    }

    /// <summary>Agent and customer meet over another medium as well.</summary>
    private void AddMore(RecordDraft draft, ParticipantText agent, long answered, long? limit, MediaType media)
    {
        var from = answered + 1 + draft.Traits.Below(Trait.OtherFrom, 1_000);
        if (from >= limit)
        {
            return;
        }
        var until = Clamp(from + 1 + draft.Traits.Below(Trait.OtherFor, 6_000), limit);
        var customer = draft.Session("customer", people.Customers[draft.Past.Customer], draft.Traits.Uuid(Trait.MoreCustomerSession), More(media));
        draft.Add(customer, new RecordSegment(media == MediaType.Voice ? "interact" : "sharing", from, until) { DisconnectType = "endpoint" });
        var session = draft.Session("agent", agent, draft.Traits.Uuid(Trait.MoreSession), More(media));
        draft.Add(session, new RecordSegment(media == MediaType.Voice ? "interact" : "sharing", from, until) { DisconnectType = "peer" });
    }

    /// <summary>The party outside whom the customer was handed to.</summary>
    private void AddOutsider(RecordDraft draft, Leg leg, long? overAt)
    {
        var from = leg.OfferedAt!.Value;
        long? talks = leg.ActiveAt ?? (overAt is { } over ? from + ((over - from) / 2) : null);
        var session = draft.Session("external", people.Customers[(draft.Past.Customer + 1) % people.Customers.Length], Trait.Outsider, Trait.OutsiderSession, draft.Past.MainMedia);
        draft.Add(session, new RecordSegment("dialing", from, talks));
        if (talks is { } at)
        {
            draft.Add(session, new RecordSegment("interact", at, overAt) { DisconnectType = AgentSessions.CustomerEnds(draft) ? "peer" : "endpoint" });
        }
    }

    private static RecordSession More(MediaType media) => new("", null) { Media = media, IsMore = true };

    private static long Clamp(long time, long? limit) => Math.Min(time, limit ?? long.MaxValue);
}
