namespace Tieline.Diagnostics;

/// <summary>The reasons as they are counted: <c>tieline.duplicate.reason</c>.</summary>
internal static class RepeatReasons
{
    private static readonly string[] _names = ["number", "recent_id", "journal", "same_end", "other_end"];

    private static readonly KeyValuePair<string, object?>[] _tags = Array.ConvertAll(_names, name => new KeyValuePair<string, object?>("tieline.duplicate.reason", name));

    public static int Count => _tags.Length;

    public static KeyValuePair<string, object?> TagOf(RepeatReason reason) => _tags[(int)reason];
}
