namespace Tieline.Simulator.Notifications;

/// <summary>A snapshot in which one leg is shown half ended.</summary>
internal static class Transitional
{
    /// <summary>An agent's leg and the customer's end within so many milliseconds.</summary>
    private const int Together = 20;

    /// <returns>The agent's whose end is the latest thing that happened; null: it is not.</returns>
    public static SnapshotLeg? LegOf(Snapshot snapshot)
    {
        var latest = snapshot.Legs.Max(leg => Math.Max(leg.EndedAt ?? 0, Math.Max(leg.ConnectedAt ?? 0, leg.AcwTo ?? 0)));
        return snapshot.Legs.LastOrDefault(leg => leg is { IsAgent: true, ConnectedAt: not null, EndedAt: { } end } && end >= latest - Together);
    }

    /// <returns>What is out of the ordinary about one leg, when the snapshot has <paramref name="oddity"/>.</returns>
    public static Oddity Of(SnapshotLeg leg, SnapshotLeg? halfEnded, Oddity oddity) =>
        oddity != Oddity.Transitional ? oddity
        : ReferenceEquals(leg, halfEnded) ? Oddity.Transitional
        : Oddity.None;
}
