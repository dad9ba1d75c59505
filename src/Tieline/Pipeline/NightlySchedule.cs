using System.Globalization;

namespace Tieline.Pipeline;

/// <summary>When the next night's reconciliation is due, and of which day. Pure: told the time.</summary>
internal static class NightlySchedule
{
    private const string Format = "HH:mm";

    public static bool TryParse(string text, out TimeOnly at) => TimeOnly.TryParseExact(text, Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out at);

    /// <summary>The next such time of day, UTC, after <paramref name="now"/>.</summary>
    public static DateTimeOffset Next(TimeOnly at, DateTimeOffset now)
    {
        var today = DayOf(now) + at.ToTimeSpan();
        return today > now ? today : today.AddDays(1);
    }

    /// <summary>The UTC day before.</summary>
    public static (DateTimeOffset From, DateTimeOffset To) DayBefore(DateTimeOffset due) => (DayOf(due).AddDays(-1), DayOf(due));

    private static DateTimeOffset DayOf(DateTimeOffset time) => new(time.UtcDateTime.Date, TimeSpan.Zero);
}
