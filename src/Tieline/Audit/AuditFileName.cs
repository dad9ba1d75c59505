using System.Globalization;
using System.Runtime.InteropServices;

namespace Tieline.Audit;

/// <summary>The name of one file of the log. Their order is the chain's.</summary>
/// <param name="Day">UTC.</param>
/// <param name="Number">From 1 within the day.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct AuditFileName(DateOnly Day, int Number)
{
    public const string Pattern = "audit-*.jsonl";

    private const string DayFormat = "yyyyMMdd";
    private const int DayStart = 6;
    private const int NumberStart = 15;
    private const string Extension = ".jsonl";

    /// <summary>The name of the file that follows one, when a line of this day is to be its first.</summary>
    /// <remarks>A clock that was set back does not set the names back.</remarks>
    public static AuditFileName After(AuditFileName? last, DateOnly day) => last is { } file && file.Day >= day ? file with { Number = file.Number + 1 } : new(day, 1);

    public static bool TryParse(string text, out AuditFileName name)
    {
        name = default;
        if (text.Length < NumberStart + 4 + Extension.Length
            || !DateOnly.TryParseExact(text.AsSpan(DayStart, DayFormat.Length), DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            || !int.TryParse(text.AsSpan(NumberStart..^Extension.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return false;
        name = new AuditFileName(day, number);
        return number > 0 && name.ToString() == text;
    }

    /// <summary>The log's files, in order; empty where there is no directory.</summary>
    public static IReadOnlyList<AuditFileName> List(string directory)
    {
        if (!Directory.Exists(directory))
            return [];
        var names = new List<AuditFileName>();
        foreach (var path in Directory.EnumerateFiles(directory, Pattern))
        {
            if (TryParse(Path.GetFileName(path), out var name))
                names.Add(name);
        }

        names.Sort(Compare);
        return names;
    }

    /// <summary>Their order in the chain.</summary>
    public static int Compare(AuditFileName one, AuditFileName other) => one.Day == other.Day ? one.Number.CompareTo(other.Number) : one.Day.CompareTo(other.Day);

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"audit-{Day.ToString(DayFormat, CultureInfo.InvariantCulture)}-{Number:D4}{Extension}");
}
