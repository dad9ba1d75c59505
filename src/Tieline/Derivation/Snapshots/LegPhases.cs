namespace Tieline.Derivation;

/// <summary>Turns what is known of a conversation into the record that Genesys would give of it, so that one derivation makes the events of both.</summary>
internal static class LegPhases
{
    /// <param name="isSettled">The end may be told: without, the record has none.</param>
    public static ConversationRecord RecordOf(ConversationState state, bool isSettled)
    {
        var left = isSettled ? OverRule.LeftAt(state) : null;
        return new ConversationRecord(state.ConversationId, null, left, [.. state.Legs.Select(leg => LegOf(leg, left, state.IsWrapUpGivenUp))], 0);
    }

    /// <param name="left">When everybody had left: stands for an end that has no time.</param>
    private static Leg LegOf(SnapshotLeg leg, DateTimeOffset? left, bool isWrapUpGivenUp)
    {
        var phases = new List<Phase>(3);
        var isHandler = leg.Kind is LegKind.Handler or LegKind.Barger;
        var end = leg.IsEnded ? leg.EndedAt ?? left : null;

        // A hand-off whose time is not known is no fact.
        var ended = leg.EndedAt is null && leg.IsEnded ? LegEnd.Disconnected : leg.End;
        if (isHandler)
            AddHandled(phases, leg, end, ended);
        else if (leg.ConnectedAt is { } connected)
            phases.Add(new Phase(PhaseKind.Interact, connected, end, !leg.IsEnded, leg.QueueId, ended));
        if (isHandler && leg.IsWrapUpPending && !isWrapUpGivenUp)
            phases.Add(new Phase(PhaseKind.WrapUp, leg.WrapUpStart, null, true, null, LegEnd.None));
        else if (isHandler && leg is { WrapUp: WrapUp.Over, WrapUpEnd: { } over })
            phases.Add(new Phase(PhaseKind.WrapUp, leg.WrapUpStart ?? over, over, false, null, LegEnd.None));
        return new Leg(leg.Kind, leg.ParticipantId, leg.Purpose, leg.UserId, leg.ExternalContactId, leg.Media, leg.Outcome, phases);
    }

    /// <summary>First offered, then answered. When they were offered a topic does not tell, so that who never answered is there from the end of that.</summary>
    private static void AddHandled(List<Phase> phases, SnapshotLeg leg, DateTimeOffset? end, LegEnd ended)
    {
        if (!leg.IsAnswered)
        {
            if ((leg.StartedAt ?? end) is { } offered)
                phases.Add(new Phase(PhaseKind.Other, offered, end, !leg.IsEnded, leg.QueueId, ended));
            return;
        }

        if ((leg.ConnectedAt ?? leg.StartedAt ?? end) is not { } answered)
            return;
        if (leg.StartedAt < answered)
            phases.Add(new Phase(PhaseKind.Other, leg.StartedAt, answered, false, leg.QueueId, LegEnd.None));
        phases.Add(new Phase(PhaseKind.Interact, answered, end, !leg.IsEnded, leg.QueueId, ended));
    }
}
