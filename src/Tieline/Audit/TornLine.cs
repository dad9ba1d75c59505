using System.Text.Json;

namespace Tieline.Audit;

/// <summary>Tells what a crash, or a writer that has not finished, leaves at the end of a file from what a hand has changed there.</summary>
internal static class TornLine
{
    /// <param name="rest">What follows the last LF.</param>
    /// <returns>Whether it can be the beginning of a line, or a line that only lacks its LF; true when there is nothing.</returns>
    public static bool IsPlausible(ReadOnlySpan<byte> rest)
    {
        if (rest.Length == 0)
            return true;
        if (rest[0] != (byte)'{')
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
}
