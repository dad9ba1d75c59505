using System.Globalization;
using Tieline.Events;
using Tieline.Sequencing;

namespace Tieline.Backfill;

/// <summary>How long before a gap a conversation may have begun that is found by its time.</summary>
internal static class DetailsReach
{
    /// <summary>So many conversations are asked for by their ids, those heard of last first: a hundred calls.</summary>
    public const int MaxById = 5_000;

    private static readonly TimeSpan _voice = TimeSpan.FromHours(24);
    private static readonly TimeSpan _digital = TimeSpan.FromHours(48);

    /// <param name="media">Media types that are subscribed to; empty: all.</param>
    public static TimeSpan Of(IReadOnlyList<string> media, GapOptions? options = null) => options?.Reach ?? (media is ["voice"] ? _voice : _digital);

    /// <summary>What a read from here on does not find, in words. Genesys answers by the UTC day.</summary>
    /// <param name="leftOut">How many more conversations without an end there are than were asked for by their ids.</param>
    /// <param name="refused">How many that were asked for by their ids Genesys gave no answer about.</param>
    public static string NotAsked(DateTimeOffset from, long leftOut, long refused = 0)
    {
        var day = EventTime.ToText(new DateTimeOffset(from.UtcDateTime.Date, TimeSpan.Zero));
        var more = leftOut == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"; and {leftOut} more that may have been there, and were not asked for by their ids: at most {MaxById} are");
        return $"conversations that began before {day} and of which the journal has no event{more}{(refused == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"; and {refused} that Genesys refused to tell of"))}";
    }
}
