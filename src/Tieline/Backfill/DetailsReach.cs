namespace Tieline.Backfill;

/// <summary>How long before a gap a conversation may have begun that ended in it.</summary>
internal static class DetailsReach
{
    private static readonly TimeSpan _voice = TimeSpan.FromHours(24);
    private static readonly TimeSpan _digital = TimeSpan.FromHours(48);

    /// <param name="media">Media types that are subscribed to; empty: all.</param>
    public static TimeSpan Of(IReadOnlyList<string> media) => media is ["voice"] ? _voice : _digital;
}
