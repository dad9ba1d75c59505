using Tieline.Diagnostics;

namespace Tieline.Derivation;

/// <summary>Whether a conversation goes on, and what for. Pure; <see cref="EndRule"/> says how it ended.</summary>
internal static class OverRule
{
    private static readonly TimeSpan _wrapUpTime = TimeSpan.FromMinutes(30);

    private static readonly TimeSpan _wrapUpGrace = TimeSpan.FromSeconds(60);

    /// <summary>Nobody is there or awaited any more, and every wrap-up is over or given up.</summary>
    public static bool IsOver(ConversationState state) => IsLeft(state) && (state.IsWrapUpGivenUp || !state.Legs.Any(leg => leg.IsWrapUpPending));

    /// <summary>The end that REST told, unless somebody has come since: then it is an earlier episode's.</summary>
    public static DateTimeOffset? EndOf(IReadOnlyList<SnapshotLeg> legs, DateTimeOffset? told) =>
        legs.Any(leg => leg.Kind != LegKind.Supervisor && ((leg.StartedAt ?? leg.ConnectedAt) > told || leg.ConnectedAt > told)) ? null : told;

    /// <summary>When the last of them left, wrap-ups apart; null where no time of it is known.</summary>
    public static DateTimeOffset? LeftAt(ConversationState state)
    {
        if (state.EndedAt is { } told)
            return told;
        DateTimeOffset? latest = null;
        foreach (var leg in state.Legs)
        {
            if (leg.Kind != LegKind.Supervisor)
                latest = LegMerge.Later(latest, leg.EndedAt);
        }

        return latest ?? LegMerge.ProgressOf(state.Legs);
    }

    /// <returns>Null unless a wrap-up is all that is waited for.</returns>
    public static DateTimeOffset? WrapUpDeadline(ConversationState state)
    {
        if (!IsLeft(state))
            return null;
        DateTimeOffset? deadline = null;
        foreach (var leg in state.Legs)
        {
            if (leg.IsWrapUpPending)
                deadline = LegMerge.Later(deadline, BeganAt(leg, state).Plus(leg.WrapUpTimeout ?? _wrapUpTime).Plus(_wrapUpGrace));
        }

        return deadline;
    }

    /// <summary>At the latest when it was heard of, whatever the frame says: no clock that is wrong puts it off.</summary>
    private static DateTimeOffset BeganAt(SnapshotLeg leg, ConversationState state) => (leg.WrapUpStart ?? leg.EndedAt) is { } began && began < state.HeardAt ? began : state.HeardAt;

    /// <summary>Something that ends within minutes goes on, a call or a chat; where nothing does, it is about one.</summary>
    public static bool HasCall(ConversationState state) => state.Legs.Any(leg => !leg.IsEnded && IsCall(leg))
        || (state.Legs.All(leg => leg.IsEnded) && state.Legs.Any(IsCall));

    private static bool IsCall(SnapshotLeg leg) => leg is { Media: MediaNames.Voice or MediaNames.Chat, Kind: not LegKind.Supervisor };

    private static bool IsLeft(ConversationState state)
    {
        if (state.EndedAt is not null)
            return true;
        var legs = state.Legs.Where(leg => leg.Kind != LegKind.Supervisor).ToList();
        var isCallbackOver = IsCallbackOver(legs);
        if (legs.Count == 0 || !legs.TrueForAll(leg => leg.IsEnded || (isCallbackOver && IsCallersCallback(leg))))
            return false;

        // Of detail events alone it is not known who else is there: that the customer left is the sign.
        return state.IsWhole || legs.Exists(leg => leg is { IsEnded: true, Kind: LegKind.Customer or LegKind.External });
    }

    /// <summary>Genesys never ends the customer's own leg of a callback. It is over when it was handed to an agent who has ended it.</summary>
    private static bool IsCallbackOver(List<SnapshotLeg> legs)
    {
        var waits = legs.Where(leg => leg is { Kind: LegKind.Queue, Media: MediaNames.Callback }).ToList();
        return waits.Count > 0
            ? waits.MaxBy(leg => (leg.ConnectedAt, leg.EndedAt))!.End == LegEnd.Transferred
            : legs.Exists(leg => leg is { Kind: LegKind.Handler, Media: MediaNames.Callback, IsAnswered: true, IsEnded: true });
    }

    private static bool IsCallersCallback(SnapshotLeg leg) => leg is { Kind: LegKind.Customer or LegKind.External, Media: MediaNames.Callback, IsScheduled: false };
}
