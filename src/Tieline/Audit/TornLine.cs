using System.Text.Json;

namespace Tieline.Audit;

/// <summary>Tells what a crash, or a writer that has not finished, leaves at the end of a file from what a hand has changed there. docs/formats/audit-log.md, "A torn end".</summary>
internal static class TornLine
{
    /// <param name="rest">What follows the last LF.</param>
    /// <returns>Whether it can be the beginning of a line, or a line that only lacks its LF; true when there is nothing.</returns>
    public static bool IsPlausible(ReadOnlySpan<byte> rest)
    {
        if (rest.Length == 0)
            return true;
        var begin = "{\"timestamp\":\""u8;
        var common = Math.Min(begin.Length, rest.Length);
        if (!rest[..common].SequenceEqual(begin[..common]) || HasWhiteSpace(rest))
            return false;
        var reader = new Utf8JsonReader(rest, isFinalBlock: false, default);
        try
        {
            while (reader.Read())
            {
            }

            return reader.CurrentDepth > 0 || reader.BytesConsumed == rest.Length && rest[^1] == (byte)'}';
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool HasWhiteSpace(ReadOnlySpan<byte> json)
    {
        var (inString, escaped) = (false, false);
        foreach (var one in json)
        {
            if (!inString && one <= (byte)' ')
                return true;
            if (one == (byte)'"' && !escaped)
                inString = !inString;
            escaped = inString && one == (byte)'\\' && !escaped;
        }

        return false;
    }
}
