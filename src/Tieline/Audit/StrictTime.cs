using System.Globalization;
using System.Text;

namespace Tieline.Audit;

/// <summary>The one way in which the log writes a time: UTC, milliseconds.</summary>
internal static class StrictTime
{
    private const int TimeLength = 24;

    /// <summary>The day of the member's time, UTC.</summary>
    /// <exception cref="FormatException">It is none, or is written otherwise.</exception>
    public static DateOnly ReadDay(in StrictJson json)
    {
        var text = json.Text();
        Span<char> chars = stackalloc char[TimeLength];
        return text.Length == TimeLength && Encoding.UTF8.TryGetChars(text, chars, out var length) && length == TimeLength
            && DateTime.TryParseExact(chars, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var time)
            ? DateOnly.FromDateTime(time)
            : throw json.Wrong("no UTC time");
    }
}
