using Tieline.Simulator.World;

namespace Tieline.Simulator.Details;

/// <summary>One stay with a queue and the agent who took it, or with an agent alone when the call was direct. Times are Unix milliseconds.</summary>
internal sealed class Leg(int number, Fact from)
{
    /// <summary>Which of the conversation, from 0.</summary>
    public int Number => number;

    public int Queue => from.Queue;

    public int Agent => from.Agent;

    /// <summary>Null: it never was in a queue.</summary>
    public long? QueuedAt { get; init; }

    /// <summary>When it came to another queue while in this one.</summary>
    public long? MovedAt { get; private set; }

    public long? OfferedAt { get; private set; }

    public long? ActiveAt { get; private set; }

    /// <summary>Talk and hold, as they changed.</summary>
    public List<(long At, bool Held)> Changes { get; } = [];

    public long? WrapupAt { get; private set; }

    public long? EndedAt { get; private set; }

    public EventKind? End { get; private set; }

    /// <returns>Its legs, by what had happened to it at a time.</returns>
    public static List<Leg> Of(PastConversation past, long asOf)
    {
        var legs = new List<Leg>();
        Leg? leg = null;
        foreach (ref readonly var fact in past.Until(asOf))
        {
            var at = past.TimeOf(fact);
            if (fact.Kind == EventKind.Transfer && past.Course == Course.ConsultQueue)
            {
                legs[0].Take(fact.Kind, at);   // who asked leaves; who was asked stays
                continue;
            }
            if (fact.Kind == EventKind.RoutingQueue || (leg is null && (IsAgent(fact.Kind) || (legs.Count > 0 && fact.Kind == EventKind.Waiting))))
            {
                if (leg is not null)
                {
                    leg.MovedAt = at;
                }
                leg = new Leg(legs.Count, fact) { QueuedAt = fact.Kind == EventKind.RoutingQueue ? at : null };
                legs.Add(leg);
            }
            leg?.Take(fact.Kind, at);
            leg = leg?.End is null ? leg : null;
        }
        return legs;
    }

    /// <summary>One who comes without a queue, and of whom no event has told so far.</summary>
    public static Leg Handed(Leg from, int agent) => new(from.Number + 1, new Fact(0, EventKind.Waiting, (byte)from.Queue, (byte)agent));

    /// <summary>Says when they were offered it, and when they took it, if that is not as the events have it.</summary>
    public void Ask(long offeredAt, long? answeredAt) => (OfferedAt, ActiveAt) = (offeredAt, answeredAt ?? ActiveAt);

    /// <summary>A hold that no event tells of.</summary>
    public void Hold(long from)
    {
        Changes.RemoveAll(change => change.At >= from);
        Changes.Add((from, true));
    }

    private static bool IsAgent(EventKind kind) => kind is EventKind.Active or EventKind.Completed;

    private void Take(EventKind kind, long at)
    {
        switch (kind)
        {
            case EventKind.Waiting: OfferedAt ??= at; break;
            case EventKind.Active: ActiveAt ??= at; break;
            case EventKind.Talk or EventKind.Hold: Changes.Add((at, kind == EventKind.Hold)); break;
            case EventKind.Wrapup: WrapupAt ??= at; break;
            case EventKind.Transfer or EventKind.Completed or EventKind.Abandoned: (EndedAt, End) = (at, kind); break;
        }
    }
}
