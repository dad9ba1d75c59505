using System.Text.Json;

namespace Tieline.Service.Commands.Demo;

/// <summary>The summary for scripts. Pure.</summary>
internal static class SummaryJson
{
    private static readonly JsonSerializerOptions _options = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <param name="directory">Null when it has been removed.</param>
    public static string Format(DemoSummary summary, string? directory) => JsonSerializer.Serialize(
        new
        {
            good = summary.IsGood,
            seconds = Math.Round(summary.Lasted.TotalSeconds, 1),
            firstEventSeconds = summary.FirstEventAfter is { } first ? Math.Round(first.TotalSeconds, 2) : (double?)null,
            sent = summary.Comparison.Sent,
            filtered = summary.Comparison.Filtered,
            delivered = summary.Comparison.Delivered,
            fetched = summary.Comparison.Fetched,
            inGaps = summary.Comparison.InGaps,
            missing = summary.Comparison.Missing,
            gaps = summary.Comparison.Gaps,
            beyondLedger = summary.Comparison.Unproven,
            duplicates = summary.Comparison.Duplicates,
            outOfOrder = summary.Comparison.OutOfOrder,
            p99Ms = summary.P99Ms,
            personalData = new { hits = summary.PersonalData, searchedBytes = summary.SearchedBytes, proven = summary.SearchProven },
            auditVerified = summary.AuditVerified,
            disturbances = summary.Disturbances.Select(disturbance => new { disturbance.What, disturbance.At, disturbance.Until }),
            differing = summary.Comparison.Differences.Count,
            differences = summary.Comparison.Differences.Take(DemoDefaults.MaxDifferences),
            problems = summary.Problems,
            directory,
        },
        _options);
}
