using Tieline.Events;

namespace Tieline.Derivation;

/// <summary>Whether and how each episode of a conversation ended: <c>abandoned</c> in its last queue, or else <c>completed</c>.</summary>
internal static class EndRule
{
    /// <returns>One for each episode that is over, in their order. None of the last while it goes on or a wrap-up is open, and none where a time that the answer rests on cannot be read.</returns>
    public static IEnumerable<DerivedFact> Ends(ConversationRecord record)
    {
        var episodes = EpisodeSplit.Of([.. record.Legs.Where(leg => leg.Kind != LegKind.Supervisor)]);
        for (var index = 0; index < episodes.Count; index++)
        {
            var isLast = index == episodes.Count - 1;
            if (Ended(episodes[index], isLast ? record.End : LeftAt(episodes[index])) is { } end)
                yield return end with { Episode = new Episode(BeganAt(episodes[index]), IsReopened: !isLast) };
        }
    }

    private static DateTimeOffset? LeftAt(IReadOnlyList<Leg> episode) => episode.Where(leg => !leg.IsOffered).Max(leg => leg.Last?.End);

    /// <summary>Neither a wrap-up alone nor an offer begins one.</summary>
    private static DateTimeOffset? BeganAt(IReadOnlyList<Leg> episode) => episode.Where(leg => leg.MediaPhases.Any()).Min(leg => leg.PresentFrom);

    private static DerivedFact? Ended(IReadOnlyList<Leg> legs, DateTimeOffset? end)
    {
        var wrapUps = legs.SelectMany(leg => leg.Phases).Where(phase => phase.Kind == PhaseKind.WrapUp).ToList();
        if (end is not { } ended || wrapUps.Exists(wrapUp => wrapUp.End is null))
            return null;
        var queues = legs.Where(leg => leg is { Kind: LegKind.Queue, Phases.Count: > 0 }).ToList();
        var answered = legs.Where(leg => leg is { Kind: LegKind.Handler, IsAnswered: true }).ToList();
        if (queues.Count > 0 && !queues.Concat(answered).All(leg => leg.IsReadable))
            return null;
        var at = wrapUps.Select(wrapUp => wrapUp.End).Append(ended).Max()!.Value;
        var last = LastOf(queues);
        var state = last is not null && IsAbandoned(last, answered, legs) ? EventKinds.Abandoned : EventKinds.Completed;
        var main = last ?? LastOf(answered) ?? LastOf(legs.Where(leg => leg.Kind == LegKind.Customer)) ?? LastOf(legs);
        return new DerivedFact(EventKinds.ConversationState, state, at, main?.Media, main?.FirstQueueId);
    }

    /// <summary>The customer was lost while waiting in the last queue.</summary>
    private static bool IsAbandoned(Leg queue, List<Leg> answered, IReadOnlyList<Leg> legs)
    {
        // Neither can be abandoned by hanging up: nobody is on the line.
        if (queue.Media is MediaNames.Email or MediaNames.Callback || answered.Exists(handler => HasCustomerAfter(handler, queue)))
            return false;
        return queue.Outcome switch
        {
            QueueOutcome.Abandoned => true,
            QueueOutcome.FlowedOut => false,
            _ => queue.Last is { } wait && (wait.IsOpen || wait.Ended == LegEnd.Disconnected || CustomerEnd(legs) <= wait.End),
        };
    }

    /// <summary>Answered out of that queue; or on the line before, and still there when the wait was over, as one who only asked the queue for advice.</summary>
    private static bool HasCustomerAfter(Leg handler, Leg queue) =>
        handler.Phases.Any(phase => phase.Kind == PhaseKind.Interact && phase.Start >= queue.Start)
        || (handler.Media == queue.Media && handler.Last?.Until >= queue.Last?.Until);

    /// <summary>When the last customer left; null where that is not known. A callback's own leg of the customer is never ended by Genesys.</summary>
    private static DateTimeOffset? CustomerEnd(IReadOnlyList<Leg> legs)
    {
        var kind = legs.Any(leg => leg.Kind == LegKind.Customer) ? LegKind.Customer : LegKind.External;
        var ends = legs.Where(leg => leg.Kind == kind && leg.Media != MediaNames.Callback).Select(leg => leg.Last?.End).ToList();
        return ends.Contains(null) ? null : ends.Max();
    }

    /// <summary>The last to begin. Among legs that began together any order will do, as long as it is always the same.</summary>
    private static Leg? LastOf(IEnumerable<Leg> legs) => legs
        .OrderBy(leg => leg.Start)
        .ThenBy(leg => leg.Last?.Until)
        .ThenBy(leg => leg.Last?.Ended)
        .ThenBy(leg => leg.Outcome)
        .ThenBy(leg => leg.Media, StringComparer.Ordinal)
        .ThenBy(leg => leg.FirstQueueId, StringComparer.Ordinal)
        .LastOrDefault();
}
