using System.Globalization;

namespace Tieline.Service.Web.Shell;

/// <summary>Figures and times as people read them. Nothing that is not known is shown as a zero.</summary>
internal static class Show
{
    public const string Unknown = "–";

    public static string Count(double? value) => value is { } number && double.IsFinite(number) ? Math.Round(number).ToString("N0", CultureInfo.InvariantCulture) : Unknown;

    /// <param name="noun">In the singular; its plural ends in s.</param>
    public static string Counted(long value, string noun) => $"{Count(value)} {noun}{(value == 1 ? "" : "s")}";

    public static string Rate(double? perSecond) => perSecond is { } rate && double.IsFinite(rate) ? (rate is > 0 and < 10 ? rate.ToString("0.0", CultureInfo.InvariantCulture) : Count(rate)) + "/s" : Unknown;

    public static string Milliseconds(double? value) => value is { } number && double.IsFinite(number)
        ? number switch { < 10 => number.ToString("0.0", CultureInfo.InvariantCulture) + " ms", < 1000 => Count(number) + " ms", _ => Span(TimeSpan.FromMilliseconds(number)) }
        : Unknown;

    public static string Bytes(double? value) => value is { } bytes && double.IsFinite(bytes)
        ? bytes switch
        {
            < 1024 => $"{bytes:0} B",
            < 1024 * 1024 => (bytes / 1024).ToString("0.0", CultureInfo.InvariantCulture) + " KiB",
            < 1024d * 1024 * 1024 => (bytes / 1024 / 1024).ToString("0.0", CultureInfo.InvariantCulture) + " MiB",
            _ => (bytes / 1024 / 1024 / 1024).ToString("0.0", CultureInfo.InvariantCulture) + " GiB",
        }
        : Unknown;

    /// <summary>Two units at most: <c>3 m 12 s</c>.</summary>
    public static string Span(TimeSpan? span) => span is not { } time ? Unknown : time switch
    {
        { TotalSeconds: < 0 } => "0 s",
        { TotalSeconds: < 10 } => time.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture) + " s",
        { TotalMinutes: < 1 } => $"{time.Seconds} s",
        { TotalHours: < 1 } => time.Seconds == 0 ? $"{time.Minutes} m" : $"{time.Minutes} m {time.Seconds} s",
        { TotalDays: < 1 } => time.Minutes == 0 ? $"{time.Hours} h" : $"{time.Hours} h {time.Minutes} m",
        _ => time.Hours == 0 ? $"{(int)time.TotalDays} d" : $"{(int)time.TotalDays} d {time.Hours} h",
    };

    public static string Percent(double? share) => share is { } value && double.IsFinite(value)
        // 99.999 % is not 100 %.
        ? (Math.Floor(value * 10_000) / 100).ToString("0.##", CultureInfo.InvariantCulture) + " %"
        : Unknown;

    /// <summary><c>14:02:11</c> today, else with the date.</summary>
    public static string Time(DateTimeOffset? time, TimeZoneInfo zone, DateTimeOffset now)
    {
        if (time is not { } at)
            return Unknown;
        var there = TimeZoneInfo.ConvertTime(at, zone);
        return there.ToString(there.Date == TimeZoneInfo.ConvertTime(now, zone).Date ? "HH:mm:ss" : "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
    }

    /// <summary>To the millisecond, with its zone: for copying.</summary>
    public static string Exact(DateTimeOffset time, TimeZoneInfo zone)
    {
        var there = TimeZoneInfo.ConvertTime(time, zone);
        return there.ToString(there.Offset == TimeSpan.Zero ? "yyyy-MM-dd HH:mm:ss.fff 'UTC'" : "yyyy-MM-dd HH:mm:ss.fff zzz", CultureInfo.InvariantCulture);
    }
}
