using System.Globalization;

namespace Tieline.Journal;

/// <summary>Which of the events that the journal has are a new destination's. A journal that knows the destination does not ask.</summary>
/// <param name="Since">Those received since then; null: those to come.</param>
internal readonly record struct StartPoint(DateTimeOffset? Since)
{
    /// <summary>What may be written for it, to follow <c>must be</c>.</summary>
    public const string Allowed = "Now, Beginning, or a time with its offset such as 2026-03-02T09:00:00Z";

    public static StartPoint Now => default;

    /// <summary>All that retention has left.</summary>
    public static StartPoint Beginning { get; } = new(DateTimeOffset.MinValue);

    /// <summary><see cref="Allowed"/>.</summary>
    public static bool TryParse(string text, out StartPoint point)
    {
        point = Now;
        if (text.Equals("Now", StringComparison.OrdinalIgnoreCase))
            return true;
        if (text.Equals("Beginning", StringComparison.OrdinalIgnoreCase))
            point = Beginning;
        else if (DateTimeOffset.TryParseExact(text, ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFK", "yyyy-MM-dd'T'HH:mmK"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) && HasOffset(text))
            point = new StartPoint(time);
        else
            return false;
        return true;
    }

    /// <summary>A time without one would be another on each machine.</summary>
    private static bool HasOffset(string text) => text[^1] == 'Z' || text.LastIndexOfAny(['+', '-']) > text.IndexOf('T', StringComparison.Ordinal);
}
