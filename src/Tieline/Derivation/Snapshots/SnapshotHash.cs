namespace Tieline.Derivation;

/// <summary>FNV-1a over all that was read of a snapshot. Stored, so it is not .NET's own, which differs from run to run.</summary>
internal static class SnapshotHash
{
    private const ulong Basis = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    public static ulong Of(IReadOnlyList<SnapshotLeg> legs, DateTimeOffset? endedAt)
    {
        var hash = Add(Basis, endedAt);
        foreach (var leg in legs)
            hash = Add(hash, leg);
        return hash;
    }

    private static ulong Add(ulong hash, SnapshotLeg leg)
    {
        hash = Add(Add(Add(Add(hash, leg.ParticipantId), leg.CommunicationId), leg.Purpose), leg.UserId);
        hash = Add(Add(Add(hash, leg.ExternalContactId), leg.QueueId), leg.Media);
        hash = Add(Add(Add(hash, leg.StartedAt), leg.ConnectedAt), leg.EndedAt);
        hash = Add(Add(hash, leg.WrapUpStart), leg.WrapUpEnd);
        hash = Add(hash, leg.WrapUpTimeout?.Ticks ?? -1);
        hash = Add(Add(Add(Add(hash, leg.IsWatching), leg.HasWatchingRole), leg.HasFullRole), leg.IsBarging);
        hash = Add(Add(Add(hash, leg.IsAnswered), leg.IsEnded), leg.IsScheduled);
        return Add(Add(Add(hash, (long)leg.End), (long)leg.Outcome), (long)leg.WrapUp);
    }

    private static ulong Add(ulong hash, string? text)
    {
        foreach (var character in text ?? "\uffff")
            hash = (hash ^ character) * Prime;
        return hash * Prime;
    }

    private static ulong Add(ulong hash, DateTimeOffset? time) => Add(hash, time?.UtcTicks ?? -1);

    private static ulong Add(ulong hash, bool isSo) => Add(hash, isSo ? 1 : 0);

    private static ulong Add(ulong hash, long number) => (hash ^ (ulong)number) * Prime;
}
