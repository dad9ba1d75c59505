namespace Tieline.Derivation;

/// <summary>Takes the legs of a snapshot into those that are known. Nothing is ever removed, and the first value of a time stays.</summary>
internal static class LegMerge
{
    /// <summary>The latest of all times that never go away again. What has less is an earlier moment.</summary>
    public static DateTimeOffset? ProgressOf(IReadOnlyList<SnapshotLeg> legs)
    {
        DateTimeOffset? latest = null;
        foreach (var leg in legs)
            latest = Later(Later(Later(latest, leg.ConnectedAt), Later(leg.EndedAt, leg.WrapUpStart)), leg.WrapUpEnd);
        return latest;
    }

    /// <summary>Whether the snapshot shows a moment before what is known: less progress, or a leg going on that had ended.</summary>
    public static bool IsStale(IReadOnlyList<SnapshotLeg> known, IReadOnlyList<SnapshotLeg> seen)
    {
        if (ProgressOf(seen) is var progress && (progress < ProgressOf(known) || (progress is null && ProgressOf(known) is not null)))
            return true;
        foreach (var leg in seen)
        {
            if (!leg.IsEnded && IndexOf(known, leg) is >= 0 and var index && known[index].IsEnded)
                return true;
        }

        return false;
    }

    public static List<SnapshotLeg> Merge(IReadOnlyList<SnapshotLeg> known, IReadOnlyList<SnapshotLeg> seen, bool isStale)
    {
        var merged = new List<SnapshotLeg>(Math.Max(known.Count, seen.Count));
        merged.AddRange(known);
        foreach (var leg in seen)
        {
            var index = IndexOf(merged, leg);
            if (index < 0)
                merged.Add(leg);
            else
                merged[index] = Merge(merged[index], leg, isStale);
        }

        return merged;
    }

    public static DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset? other) => one is null || other > one ? other ?? one : one;

    private static SnapshotLeg Merge(SnapshotLeg known, SnapshotLeg seen, bool isStale) => known with
    {
        CommunicationId = known.CommunicationId ?? seen.CommunicationId,
        Purpose = known.Purpose ?? seen.Purpose,
        UserId = known.UserId ?? seen.UserId,
        ExternalContactId = known.ExternalContactId ?? seen.ExternalContactId,
        QueueId = known.QueueId ?? seen.QueueId,
        Media = known.Media ?? seen.Media,
        IsWatching = known.IsWatching || seen.IsWatching,
        HasWatchingRole = known.HasWatchingRole || seen.HasWatchingRole,
        HasFullRole = known.HasFullRole || seen.HasFullRole,
        IsBarging = known.IsBarging || seen.IsBarging,
        StartedAt = known.StartedAt ?? seen.StartedAt,
        ConnectedAt = known.ConnectedAt ?? seen.ConnectedAt,
        EndedAt = known.EndedAt ?? seen.EndedAt,
        IsAnswered = known.IsAnswered || seen.IsAnswered,
        IsEnded = known.IsEnded || seen.IsEnded,
        IsScheduled = isStale ? known.IsScheduled : seen.IsScheduled,
        End = known.End == LegEnd.None ? seen.End : known.End,
        Outcome = known.Outcome == QueueOutcome.Unknown ? seen.Outcome : known.Outcome,
        WrapUp = (WrapUp)Math.Max((int)known.WrapUp, (int)seen.WrapUp),
        WrapUpStart = known.WrapUpStart ?? seen.WrapUpStart,
        WrapUpEnd = known.WrapUpEnd ?? seen.WrapUpEnd,
        WrapUpTimeout = known.WrapUpTimeout ?? seen.WrapUpTimeout,
    };

    /// <summary>Where the same leg is, or -1. A leg without a communication is the participant's last over its medium.</summary>
    private static int IndexOf(IReadOnlyList<SnapshotLeg> legs, SnapshotLeg leg)
    {
        for (var index = legs.Count - 1; index >= 0; index--)
        {
            var other = legs[index];
            if (other.ParticipantId == leg.ParticipantId && IsSameCommunication(other, leg))
                return index;
        }

        return -1;
    }

    private static bool IsSameCommunication(SnapshotLeg one, SnapshotLeg other) => one.CommunicationId is not null && other.CommunicationId is not null
        ? one.CommunicationId == other.CommunicationId
        : one.Media is null || other.Media is null || one.Media == other.Media;
}
