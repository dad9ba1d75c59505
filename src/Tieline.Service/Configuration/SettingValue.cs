using System.Globalization;
using System.Text.RegularExpressions;

namespace Tieline.Service.Configuration;

/// <summary>Text to value and back, for every type that an option may have. Pure.</summary>
internal static partial class SettingValue
{
    private static readonly (string Unit, double Milliseconds)[] TimeUnits = [("ms", 1), ("s", 1e3), ("min", 6e4), ("m", 6e4), ("h", 3.6e6), ("d", 8.64e7)];

    private static readonly (string Unit, long Bytes)[] SizeUnits = [("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40)];

    public static bool IsSupported(Type type) =>
        type == typeof(string) || type == typeof(int) || type == typeof(long) || type == typeof(double) || type == typeof(bool)
        || type == typeof(TimeSpan) || type == typeof(Uri) || type == typeof(Secret) || type.IsEnum;

    /// <summary>What may be written for a value of this type, to follow <c>must be</c>.</summary>
    public static string Allowed(Type type) => type switch
    {
        _ when type == typeof(int) => "a whole number",
        _ when type == typeof(long) => "a whole number, or a size such as 64MiB",
        _ when type == typeof(double) => "a number",
        _ when type == typeof(bool) => "true or false",
        _ when type == typeof(TimeSpan) => "a time such as 00:00:05, 7.00:00:00 (days first), 500ms, 5s, 2min, 1h or 7d",
        _ when type == typeof(Uri) => "an absolute URL such as https://crm.example/hook",
        _ when type.IsEnum => "one of " + string.Join(", ", Enum.GetNames(type)),
        _ => "a text",
    };

    /// <summary>Null when the text is no value of the type.</summary>
    public static object? Parse(Type type, string text, GivenKind kind)
    {
        if (type == typeof(string) || type == typeof(Secret))
        {
            return kind is not (GivenKind.Text or GivenKind.Untyped) ? null : type == typeof(string) ? text : new Secret(text);
        }

        var trimmed = text.Trim();
        if (type == typeof(bool))
        {
            return bool.TryParse(trimmed, out var truth) ? truth : null;
        }

        if (kind == GivenKind.Boolean)
        {
            return null;
        }

        if (type == typeof(int))
        {
            return int.TryParse(trimmed, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
        }

        if (type == typeof(long))
        {
            return ParseSize(trimmed);
        }

        if (type == typeof(double))
        {
            return double.TryParse(trimmed, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;
        }

        if (kind == GivenKind.Number)
        {
            return null;
        }

        if (type == typeof(TimeSpan))
        {
            return ParseTime(trimmed);
        }

        if (type == typeof(Uri))
        {
            return Uri.TryCreate(trimmed, UriKind.Absolute, out var url) && url.Host.Length > 0 ? url : null;
        }

        // By name only: Enum.Parse would take "7", and "Form, Basic", for a value.
        var named = Enum.GetNames(type).FirstOrDefault(n => n.Equals(trimmed, StringComparison.OrdinalIgnoreCase));
        return named is null ? null : Enum.Parse(type, named);
    }

    /// <summary>As <c>config show</c> prints it; reads back as the same value, a secret apart.</summary>
    public static string Format(object? value) => value switch
    {
        null => "",
        TimeSpan time => time.ToString("c", CultureInfo.InvariantCulture),
        Uri url => WithoutCredentials(url.OriginalString),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    /// <summary>A URL may carry a secret as its user or in its query, and a mistyped one too.</summary>
    public static string WithoutCredentials(string url) => Query().Replace(User().Replace(url, "${before}***@"), "?***");

    // A bare number is refused: .NET would read "5" as five days.
    private static TimeSpan? ParseTime(string text)
    {
        if (text.Contains(':'))
        {
            return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time) ? time : null;
        }

        foreach (var (unit, milliseconds) in TimeUnits)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal)
                && double.TryParse(text[..^unit.Length].TrimEnd(), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)
                && Math.Abs(count * milliseconds) < TimeSpan.MaxValue.TotalMilliseconds)
            {
                return TimeSpan.FromMilliseconds(count * milliseconds);
            }
        }

        return null;
    }

    private static long? ParseSize(string text)
    {
        foreach (var (unit, bytes) in SizeUnits)
        {
            if (text.EndsWith(unit, StringComparison.OrdinalIgnoreCase))
            {
                return long.TryParse(text[..^unit.Length].TrimEnd(), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= long.MaxValue / bytes ? count * bytes : null;
            }
        }

        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    [GeneratedRegex("(?<before>^|://)[^/@?]*@", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex User();

    [GeneratedRegex(@"\?.*$", RegexOptions.ExplicitCapture | RegexOptions.Singleline, 1000)]
    private static partial Regex Query();
}
