using System.Collections.Frozen;
using Tieline.Events;

namespace Tieline.Derivation;

/// <summary>Takes one snapshot after another into what is known of a conversation, and tells what is new. Pure: time is a parameter.</summary>
internal static class SnapshotFold
{
    /// <summary>How long an end waits: the legs of one end come in frames of their own, and a requeue shows an instant in which nobody is there.</summary>
    public static readonly TimeSpan SettleDelay = TimeSpan.FromSeconds(2);

    /// <summary>How long a call or a chat may be silent before it is asked about.</summary>
    public static readonly TimeSpan SilenceOfCalls = TimeSpan.FromMinutes(15);

    /// <summary>How long an e-mail, a message or a callback may be silent before it is asked about.</summary>
    public static readonly TimeSpan SilenceOfTexts = TimeSpan.FromHours(24);

    /// <param name="before">Null where nothing is known of the conversation.</param>
    /// <param name="snapshot">Of the same conversation.</param>
    /// <param name="receivedAt">When the frame was there: of the events, and where the delay of an end begins.</param>
    public static SnapshotOutcome Apply(ConversationState? before, ConversationSnapshot snapshot, DateTimeOffset receivedAt, DateTimeOffset? latest = null)
    {
        var known = before ?? ConversationState.Of(snapshot.ConversationId);
        known = known with { HeardAt = Latest(known.HeardAt, receivedAt) };
        if (before is not null && !snapshot.IsPartial && known.IsWhole && known.LastHash == snapshot.Hash)
            return IsDue(known, receivedAt) ? Tell(known, receivedAt, latest, isStale: false, isRepeat: true) : new SnapshotOutcome(known, [], FrozenSet<EventId>.Empty, IsStale: false, IsRepeat: true, known.SettlesAt);
        var isStale = !snapshot.IsPartial && LegMerge.IsStale(known.Legs, snapshot.Legs);
        var legs = LegMerge.Merge(known.Legs, snapshot.Legs, isStale || snapshot.IsPartial);
        var merged = known with
        {
            Legs = legs,
            EndedAt = OverRule.EndOf(legs, known.EndedAt) ?? OverRule.EndOf(legs, snapshot.EndedAt),
            IsWhole = known.IsWhole || !snapshot.IsPartial,
            LastHash = isStale || snapshot.IsPartial ? known.LastHash : snapshot.Hash,
        };
        var isOver = OverRule.IsOver(merged);
        return Tell(merged with { OverSince = isOver ? merged.OverSince ?? Whole(receivedAt) : null, IsEndTold = merged.IsEndTold && isOver }, receivedAt, latest, isStale, isRepeat: false);
    }

    /// <summary>Tells the end, if it has been one for <see cref="SettleDelay"/> by now. May be called too early, or again.</summary>
    public static SnapshotOutcome Settle(ConversationState state, DateTimeOffset now, DateTimeOffset? latest = null) => Tell(state, now, latest, isStale: false, isRepeat: false);

    /// <summary>Tells the end without the wrap-ups that are pending: for when <see cref="ConversationState.WrapUpDeadline"/> has passed and REST knows no better. While anything else goes on, nothing changes.</summary>
    public static SnapshotOutcome GiveUpWrapUp(ConversationState state, DateTimeOffset now, DateTimeOffset? latest = null)
    {
        var given = state with { IsWrapUpGivenUp = true };
        return Settle(OverRule.IsOver(given) ? given with { OverSince = state.OverSince ?? Whole(now) - SettleDelay } : state, now, latest);
    }

    private static bool IsDue(ConversationState state, DateTimeOffset now) => state.SettlesAt <= now;

    private static SnapshotOutcome Tell(ConversationState state, DateTimeOffset now, DateTimeOffset? latest, bool isStale, bool isRepeat)
    {
        var isSettled = state.OverSince is not null && (state.IsEndTold || IsDue(state, now));
        var facts = EventDerivation.Derive(LegPhases.RecordOf(state, isSettled), now, EventOrigin.Live, latest);
        var told = state.Told.ToHashSet();
        var ends = FreshEnds(state, facts);
        var fresh = facts.Where(fact => IsEnd(fact) ? ends.Contains(fact.Id) : !told.Contains(fact.Id)).ToList();
        if (fresh.Count == 0)
            return new SnapshotOutcome(state, facts, FrozenSet<EventId>.Empty, isStale, isRepeat, state.SettlesAt);
        state = state with
        {
            Told = [.. state.Told, .. fresh.Where(fact => !IsEnd(fact)).Select(fact => fact.Id)],
            Ends = [.. state.Ends, .. fresh.Where(IsEnd).Select(fact => fact.OccurredAt)],
            IsEndTold = state.IsEndTold || EventDerivation.HasEnded(fresh),
        };
        return new SnapshotOutcome(state, facts, fresh.Select(fact => fact.Id).ToHashSet(), isStale, isRepeat, state.SettlesAt);
    }

    /// <summary>Ends that are none of those told, whatever their time is now: a wrap-up that came to light moves it.</summary>
    private static HashSet<EventId> FreshEnds(ConversationState state, IReadOnlyList<ConversationEvent> facts)
    {
        EpisodeSign[] signs = [.. facts.Select(fact => EpisodeSign.Of(fact))];
        var left = state.Ends.ToList();
        var fresh = new HashSet<EventId>();
        foreach (var end in facts.Where(IsEnd))
        {
            var sign = EpisodeSign.Of(end);
            var same = left.FindIndex(told => EpisodeRule.AreSame(sign, sign with { At = told, Since = null }, signs, TimeSpan.Zero));
            if (same >= 0)
                left.RemoveAt(same);
            else
                fresh.Add(end.Id);
        }

        return fresh;
    }

    private static bool IsEnd(ConversationEvent fact) => EventKinds.IsTerminal(fact.Type, fact.State);

    private static DateTimeOffset Latest(DateTimeOffset one, DateTimeOffset other) => Whole(other) is var whole && whole > one ? whole : one;

    /// <summary>Cut to milliseconds, as a state is written.</summary>
    private static DateTimeOffset Whole(DateTimeOffset time) => DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());
}
