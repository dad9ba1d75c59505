namespace Tieline.Events;

/// <summary>Whether two ends of a conversation are one end that was told twice, or the ends of two episodes. Pure. The rule and its reasons: <c>docs/adr/0044-an-end-belongs-to-an-episode.md</c>.</summary>
/// <remarks>It looks at nothing but times and paths, and treats both ends alike: which of them was known first decides nothing.</remarks>
internal static class EpisodeRule
{
    /// <param name="one">An end of the conversation.</param>
    /// <param name="other">Another, of the same conversation.</param>
    /// <param name="signs">All that is known of the conversation, in any order; ends among them are not looked at.</param>
    /// <param name="within">How far apart two paths may date the same event (<c>Gaps:SameWithin</c>).</param>
    public static bool AreSame(EpisodeSign one, EpisodeSign other, IReadOnlyList<EpisodeSign> signs, TimeSpan within)
    {
        var (earlier, later) = one.At <= other.At ? (one, other) : (other, one);
        if (earlier.Path == EpisodePath.Stream && later.Path == EpisodePath.Stream && (earlier.State != later.State || later.At - earlier.At > within))
            return false;
        if (later.Since - earlier.At > within)
            return false;
        for (var index = 0; index < signs.Count; index++)
        {
            var sign = signs[index];
            if (sign.IsActivity && sign.At <= later.At && sign.At - earlier.At > Tolerance(earlier, later, sign, within))
                return false;
        }

        return true;
    }

    /// <summary>What came live over one path is dated by one clock: the least time between two events of it counts.</summary>
    private static TimeSpan Tolerance(in EpisodeSign earlier, in EpisodeSign later, in EpisodeSign sign, TimeSpan within) =>
        earlier.Path == later.Path && earlier.Path == sign.Path && sign.Path != EpisodePath.Fetched ? TimeSpan.Zero : within;
}
