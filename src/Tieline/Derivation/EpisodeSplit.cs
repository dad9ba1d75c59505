namespace Tieline.Derivation;

/// <summary>Splits a conversation into its episodes: everybody has left, every wrap-up is over, and later somebody begins again. Pure.</summary>
/// <remarks>Only what lies behind an instant decides where it is split, so an episode that was told once stays. Where a time cannot be read, all is one episode.</remarks>
internal static class EpisodeSplit
{
    /// <summary>So long nobody is there between two episodes, at least: as long as a snapshot's end waits to be told. A requeue shows a shorter instant.</summary>
    public static readonly TimeSpan MinPause = TimeSpan.FromSeconds(2);

    /// <param name="legs">Of one conversation, supervisors left out.</param>
    /// <returns>At least one; each in the order in which its legs began, but for the last, where a leg may have no time.</returns>
    public static IReadOnlyList<IReadOnlyList<Leg>> Of(IReadOnlyList<Leg> legs)
    {
        if (!legs.All(leg => leg.IsReadable))
            return [legs];
        var episodes = new List<IReadOnlyList<Leg>>();
        var episode = new List<Leg>();
        DateTimeOffset? over = null;
        foreach (var leg in legs.Where(leg => leg.Phases.Count > 0).OrderBy(leg => leg.IsOffered ? leg.Last?.Until : leg.PresentFrom))
        {
            if (leg.IsOffered)
            {
                episode.Add(leg); // a snapshot does not tell since when, so it neither begins an episode nor keeps one going
                continue;
            }

            if (leg.PresentFrom is { } start && over is { } since && since != DateTimeOffset.MaxValue && start - since >= MinPause && !IsHandedOn(episode))
            {
                episodes.Add(episode);
                episode = [];
                over = null;
            }

            episode.Add(leg);
            if (leg.Phases.Count > 0 && leg.Phases.Max(phase => phase.Until) is var end && !(end < over))
                over = end;
        }

        episode.AddRange(legs.Where(leg => leg.Phases.Count == 0)); // who has not come yet is of what goes on
        episodes.Add(episode);
        return episodes;
    }

    /// <summary>Whoever left last handed the conversation on: it is on its way to somebody, and not over.</summary>
    private static bool IsHandedOn(List<Leg> episode)
    {
        var last = episode.Where(leg => leg is { Kind: not (LegKind.Customer or LegKind.External), Last: not null } && !WasTakenFrom(leg, episode)).MaxBy(leg => leg.Last!.Until);
        return last?.Last!.Ended is LegEnd.Transferred or LegEnd.MovedOn;
    }

    /// <summary>A handler answered out of this queue. The queue's leg ends some milliseconds after the answer, and so may outlast a handler who leaves at once.</summary>
    private static bool WasTakenFrom(Leg queue, List<Leg> episode) =>
        queue.Kind == LegKind.Queue && episode.Exists(leg => leg is { Kind: LegKind.Handler, IsAnswered: true } && leg.PresentFrom >= queue.Start && leg.PresentFrom <= queue.Last!.Until);
}
