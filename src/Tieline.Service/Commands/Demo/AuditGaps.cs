using System.Text.Json;

namespace Tieline.Service.Commands.Demo;

/// <summary>Reads the gaps out of the audit files, from the format document alone (docs/formats/audit-log.md).</summary>
internal static class AuditGaps
{
    private const string Action = "\"action\":\"gap-detected\"";

    /// <param name="directory">The audit directory; it may still be written to, or not be there yet.</param>
    /// <param name="byTime">Whether the source has no numbers, so that gaps are of time. Else those that cost no number are left out.</param>
    public static IReadOnlyList<GapSpan> Read(string directory, bool byTime = false)
    {
        if (!Directory.Exists(directory))
            return [];
        var gaps = new List<GapSpan>();
        foreach (var path in Directory.EnumerateFiles(directory, "audit-*.jsonl").Order(StringComparer.Ordinal))
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(file);
            while (reader.ReadLine() is { } line)
            {
                // Most lines are about an event; the cheap look first.
                if (line.Contains(Action, StringComparison.Ordinal) && Parse(line, byTime) is { } gap)
                    gaps.Add(gap);
            }
        }

        return gaps;
    }

    /// <returns>Null for a line that is still being written.</returns>
    private static GapSpan? Parse(string line, bool byTime)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var detail = document.RootElement.GetProperty("detail");
            if (byTime)
                return new GapSpan(0, 0, 0, detail.GetProperty("reason").GetString()!) { From = detail.GetProperty("from").GetDateTimeOffset(), To = detail.GetProperty("to").GetDateTimeOffset() };
            return new GapSpan(
                detail.GetProperty("firstSequence").GetInt64(),
                detail.GetProperty("lastSequence").GetInt64(),
                detail.GetProperty("missing").GetInt64(),
                detail.TryGetProperty("reason", out var reason) ? reason.ToString() : "");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }
}
