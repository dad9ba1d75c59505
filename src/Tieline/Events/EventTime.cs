using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Tieline.Events;

/// <summary>Times as Genesys writes them and as Tieline does.</summary>
internal static class EventTime
{
    /// <summary>UTC with milliseconds, as in payloads and audit lines.</summary>
    public const string Format = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    /// <summary>How far ahead of our clock a timestamp may be before it is taken for nonsense.</summary>
    public static readonly TimeSpan MaxAhead = TimeSpan.FromDays(1);

    private static readonly DateTimeOffset _earliest = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Reads an ISO-8601 time; one without an offset is UTC. False for anything else.</summary>
    /// <param name="time">UTC, cut to whole milliseconds.</param>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out DateTimeOffset time)
    {
        if (utf8.Length is >= 20 and <= 40 && utf8[^1] == (byte)'Z' && Utf8Parser.TryParse(utf8, out DateTime utc, out var used, 'O') && used == utf8.Length)
        {
            time = Cut(new DateTimeOffset(DateTime.SpecifyKind(utc, DateTimeKind.Utc)));
            return true;
        }

        time = default;
        if (utf8.Length is < 10 or > 40 || utf8[4] != (byte)'-' || !DateTimeOffset.TryParse(
                Encoding.UTF8.GetString(utf8), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var parsed))
            return false;
        time = Cut(parsed);
        return true;
    }

    /// <summary>Whether an event can have happened then: not before 2000, not more than <see cref="MaxAhead"/> after <paramref name="now"/>.</summary>
    public static bool IsPlausible(DateTimeOffset time, DateTimeOffset now) => time >= _earliest && time - now <= MaxAhead;

    public static string ToText(DateTimeOffset time) => time.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture);

    private static DateTimeOffset Cut(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero);
}
