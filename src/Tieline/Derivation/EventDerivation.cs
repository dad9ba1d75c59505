using Tieline.Events;

namespace Tieline.Derivation;

/// <summary>Turns one conversation into the events that the stream would have sent of it, as far as the default filter asks for them. Pure.</summary>
internal static class EventDerivation
{
    /// <returns>Ordered by time, each id once. A fact whose time is no plausible one is left out, as the stream's own would be.</returns>
    /// <param name="latest">By the clock that the record is dated by; null: by ours.</param>
    public static IReadOnlyList<ConversationEvent> Derive(ConversationRecord record, DateTimeOffset receivedAt, EventOrigin origin, DateTimeOffset? latest = null)
    {
        var ended = new HashSet<string>(StringComparer.Ordinal);
        return
        [
            .. FactsOf(record)
                .Where(fact => EventTime.IsPlausible(fact.OccurredAt, latest ?? receivedAt))
                .OrderBy(fact => fact.OccurredAt)
                .ThenBy(RankOf)
                .ThenBy(fact => fact.QueueId, StringComparer.Ordinal)
                .ThenBy(fact => fact.Media, StringComparer.Ordinal)
                .Select(fact => EventOf(record, fact, IdOf(record, fact, ended), receivedAt, origin))
                .DistinctBy(made => made.Id),
        ];
    }

    /// <summary>Whether these facts, all of a conversation, say that it is over: it has ended, and has not been reopened.</summary>
    public static bool HasEnded(IEnumerable<ConversationEvent> facts) => facts.Any(fact => EventKinds.IsTerminal(fact.Type, fact.State) && fact.Episode?.IsReopened != true);

    /// <param name="ended">States in which an earlier episode ended; takes this one's.</param>
    private static EventId IdOf(ConversationRecord record, DerivedFact fact, HashSet<string> ended) => EventKinds.IsTerminal(fact.Type, fact.State) && !ended.Add(fact.State)
        ? EventId.OfEpisode(record.ConversationId, fact.Type, fact.State, fact.OccurredAt)
        : EventId.Of(record.ConversationId, fact.Type, fact.State, fact.OccurredAt);

    private static IEnumerable<DerivedFact> FactsOf(ConversationRecord record) =>
        record.Legs.Select(LegRules.Queued)
            .Concat(record.Legs.Select(leg => LegRules.Transferred(leg, record.Legs)))
            .OfType<DerivedFact>()
            .Concat(EndRule.Ends(record));

    /// <summary>Within one millisecond: who leaves comes before the queue they left to, and the end comes last.</summary>
    private static int RankOf(DerivedFact fact) => fact switch
    {
        { State: EventKinds.Transfer } => 0,
        { Type: EventKinds.RoutingQueue } => 1,
        _ => 2,
    };

    private static ConversationEvent EventOf(ConversationRecord record, DerivedFact fact, EventId id, DateTimeOffset receivedAt, EventOrigin origin)
    {
        var made = new ConversationEvent(
            id,
            record.ConversationId,
            fact.Type,
            fact.State,
            fact.OccurredAt,
            MediaNames.Of(fact.Media),
            fact.QueueId,
            ParticipantsAt(record, fact.OccurredAt),
            Sequence: null,
            origin,
            receivedAt,
            PayloadHash: 0)
        { Episode = fact.Episode };
        return made with { PayloadHash = CanonicalEvent.HashOf(made) };
    }

    /// <summary>Those who had joined by then, left or not: what a snapshot of that moment would list. In the order they came.</summary>
    private static Participant[] ParticipantsAt(ConversationRecord record, DateTimeOffset time) =>
    [
        .. record.Legs
            .Where(leg => leg is { Kind: not LegKind.Supervisor, Phases.Count: > 0 } && !(leg.Start > time))
            .OrderBy(leg => leg.Start)
            .ThenBy(leg => leg.ParticipantId, StringComparer.Ordinal)
            .ThenBy(leg => leg.Purpose, StringComparer.Ordinal)
            .ThenBy(IdentityOf, StringComparer.Ordinal)
            .Select(leg => new Participant(leg.ParticipantId, leg.Purpose, IdentityOf(leg)))
            .Distinct(),
    ];

    private static string? IdentityOf(Leg leg) => leg switch
    {
        { UserId: { } user } => $"user:{user}",
        { ExternalContactId: { } contact } => $"contact:{contact}",
        _ => null,
    };
}
