using Tieline.Events;

namespace Tieline.Derivation;

/// <summary>The facts that one leg tells by itself. Each rests on what has happened up to its own time, so it does not change when the record grows.</summary>
internal static class LegRules
{
    /// <summary>The start of the wait in a queue: one per leg, when it first names its queue.</summary>
    public static DerivedFact? Queued(Leg leg)
    {
        if (leg.Kind != LegKind.Queue)
            return null;
        var named = leg.MediaPhases.Where(phase => phase.QueueId is not null).ToList();
        return named.Count > 0 && named.TrueForAll(phase => phase.IsStartKnown) && named.Min(phase => phase.Start) is { } start
            ? new DerivedFact(EventKinds.RoutingQueue, EventKinds.Queued, start, leg.Media, leg.FirstQueueId)
            : null;
    }

    /// <summary>A handler who had answered hands the conversation on. Not a queue's hand-off to an agent, a flow's end, or an agent who only alerted; nor one whose customer had gone.</summary>
    public static DerivedFact? Transferred(Leg leg, IReadOnlyList<Leg> all) =>
        leg is { Kind: LegKind.Handler, IsAnswered: true, Last: { Ended: LegEnd.Transferred, End: { } end } } && leg.MediaPhases.All(phase => phase.IsEndKnown) && HadCustomer(leg, end, all)
            ? new DerivedFact(EventKinds.ConversationState, EventKinds.Transfer, end, leg.Media, leg.LastQueueId)
            : null;

    /// <summary>Somebody was there to be handed on, as far as was known by then. (That they hung up right after takes no transfer back.)</summary>
    private static bool HadCustomer(Leg leg, DateTimeOffset end, IReadOnlyList<Leg> all)
    {
        // Nobody is on the line of these, so that nobody leaves it.
        if (leg.Media is MediaNames.Email or MediaNames.Callback)
            return true;
        var (customers, others) = (Presence.Nobody, Presence.Nobody);
        foreach (var other in all)
        {
            if (other.Media != leg.Media || other.Start > end || other.Last is not { } last)
                continue;
            var seen = last.Until > end ? Presence.There : Presence.Gone;
            if (other.Kind == LegKind.Customer)
                customers = (Presence)Math.Max((int)customers, (int)seen);
            else if (other.Kind == LegKind.External)
                others = (Presence)Math.Max((int)others, (int)seen);
        }

        return (customers == Presence.Nobody ? others : customers) != Presence.Gone;
    }

    private enum Presence
    {
        Nobody,
        Gone,
        There,
    }
}
