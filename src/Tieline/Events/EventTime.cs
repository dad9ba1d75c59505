using System.Globalization;

namespace Tieline.Events;

/// <summary>Times as Genesys writes them and as Tieline does.</summary>
internal static class EventTime
{
    /// <summary>UTC with milliseconds, as in payloads and audit lines.</summary>
    public const string Format = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    /// <summary>How far ahead of our clock a timestamp may be before it is taken for nonsense.</summary>
    public static readonly TimeSpan MaxAhead = TimeSpan.FromDays(1);

    /// <summary>The first and the last time that Tieline can have written, in milliseconds since 1970.</summary>
    public static readonly long FirstStored = new DateTimeOffset(1900, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    /// <inheritdoc cref="FirstStored"/>
    public static readonly long LastStored = new DateTimeOffset(2999, 12, 31, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    /// <summary>Bytes that <see cref="Write"/> needs while it writes.</summary>
    public const int WriteRoom = 28;

    private const int MillisecondsEnd = 23;
    private const int MinBytes = 16;
    private const int MaxBytes = 40;

    /// <summary>No event can have happened before.</summary>
    public static readonly DateTimeOffset Earliest = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Nobody asks for a time after this one.</summary>
    public static readonly DateTimeOffset Latest = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Reads <c>yyyy-MM-ddTHH:mm</c>, then as much as there is of <c>:ss</c>, a fraction and <c>Z</c>, <c>±hh</c>, <c>±hhmm</c> or <c>±hh:mm</c>; without an offset it is UTC. False for anything else.</summary>
    /// <remarks>Our own, since .NET's readers round a long fraction, and take much that is no ISO-8601 time.</remarks>
    /// <param name="time">UTC, cut to whole milliseconds.</param>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out DateTimeOffset time)
    {
        time = default;
        if (utf8.Length is < MinBytes or > MaxBytes || utf8[4] != '-' || utf8[7] != '-' || (utf8[10] | 0x20) != 't' || utf8[13] != ':')
            return false;
        var (year, month, day) = (Number(utf8[..4]), Number(utf8[5..7]), Number(utf8[8..10]));
        var (hour, minute, second, millisecond) = (Number(utf8[11..13]), Number(utf8[14..16]), 0, 0);
        var rest = utf8[MinBytes..];
        if (rest.Length > 0 && rest[0] == ':')
        {
            if (rest.Length < 3)
                return false;
            second = Number(rest[1..3]);
            rest = rest[3..];
            if (rest.Length > 0 && rest[0] == '.' && !TryReadFraction(ref rest, out millisecond))
                return false;
        }

        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour is < 0 or > 23 || minute is < 0 or > 59 || second is < 0 or > 59
            || !TryReadOffset(rest, out var offset))
            return false;
        var ticks = new DateTime(year, month, day, hour, minute, second, millisecond, DateTimeKind.Utc).Ticks - offset.Ticks;
        if (ticks < DateTimeOffset.MinValue.Ticks || ticks > DateTimeOffset.MaxValue.Ticks)
            return false;
        time = new DateTimeOffset(ticks, TimeSpan.Zero);
        return true;
    }

    /// <summary>Whether an event can have happened then: not before 2000, not more than <see cref="MaxAhead"/> after <paramref name="now"/>.</summary>
    public static bool IsPlausible(DateTimeOffset time, DateTimeOffset now) => time >= Earliest && time - now <= MaxAhead;

    /// <summary>Whether milliseconds since 1970 are a time that Tieline can have written.</summary>
    public static bool CanBeStored(long milliseconds) => milliseconds >= FirstStored && milliseconds <= LastStored;

    /// <summary>Reads milliseconds since 1970, whatever they are: what no clock can have told is the nearest that one can, far enough from the ends of time that any span may be added to it.</summary>
    public static DateTimeOffset OfStored(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(milliseconds, FirstStored, LastStored));

    public static string ToText(DateTimeOffset time) => time.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture);

    /// <summary>As <see cref="ToText"/>, for what is written for every event: .NET has a fast way for its round-trip format.</summary>
    /// <param name="utf8">Takes it; room for <see cref="WriteRoom"/>.</param>
    /// <returns>Bytes written.</returns>
    public static int Write(DateTimeOffset time, Span<byte> utf8)
    {
        time.UtcDateTime.TryFormat(utf8, out _, "O", CultureInfo.InvariantCulture);
        utf8[MillisecondsEnd] = (byte)'Z';
        return MillisecondsEnd + 1;
    }

    private static bool TryReadFraction(ref ReadOnlySpan<byte> rest, out int millisecond)
    {
        var digits = rest[1..];
        var end = digits.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        if (end >= 0)
            digits = digits[..end];
        millisecond = 0;
        for (var (index, unit) = (0, 100); index < digits.Length && unit > 0; index++, unit /= 10)
            millisecond += (digits[index] - '0') * unit;
        rest = rest[(1 + digits.Length)..];
        return digits.Length > 0;
    }

    private static bool TryReadOffset(ReadOnlySpan<byte> rest, out TimeSpan offset)
    {
        offset = TimeSpan.Zero;
        if (rest.IsEmpty || (rest.Length == 1 && (rest[0] | 0x20) == 'z'))
            return true;
        if (rest[0] is not ((byte)'+' or (byte)'-') || rest.Length is not (3 or 5 or 6) || (rest.Length == 6 && rest[3] != ':'))
            return false;
        var hours = Number(rest[1..3]);
        var minutes = rest.Length == 3 ? 0 : Number(rest[^2..]);
        if (hours is < 0 or > 23 || minutes is < 0 or > 59)
            return false;
        offset = new TimeSpan(hours, minutes, 0) * (rest[0] == '-' ? -1 : 1);
        return true;
    }

    /// <returns>-1 where it is not all digits.</returns>
    private static int Number(ReadOnlySpan<byte> digits)
    {
        var number = 0;
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9')
                return -1;
            number = (number * 10) + (digit - '0');
        }

        return number;
    }
}
