using System.Text;

namespace Tieline.Service.Commands.Demo;

/// <summary>The summary for people. Pure.</summary>
internal static class SummaryText
{
    public static string Format(DemoSummary summary)
    {
        var text = new StringBuilder();
        var comparison = summary.Comparison;
        text.AppendLine($"Compared by id, the simulator's ledger with the CRM's records, after {summary.Lasted.TotalSeconds:0} s:").AppendLine();
        Row("sent by the simulator", comparison.Sent);
        Row("= filtered", comparison.Filtered);
        Row("+ delivered", comparison.Delivered, comparison.Fetched == 0 ? "" : $"{comparison.Fetched:N0} of them missed, and fetched from the details API");
        Row("+ in gaps", comparison.InGaps, comparison.Gaps == 0 ? "" : $"in {Count(comparison.Gaps, "gap")} that Tieline lists; {(comparison.Missing == 0 ? "none" : $"{comparison.Missing:N0}")} of them for the CRM");
        if (comparison.Unproven > 0)
            Row("beyond the ledger", comparison.Unproven, "delivered from the last moments of a simulator that was killed, and took its own record of them along");
        text.AppendLine();
        Row("duplicates by id", comparison.Duplicates, comparison.Duplicates > 0 && !summary.IsUndisturbed ? "sent again under the same id: the answer to the first was never seen" : "");
        Row("out of order", comparison.OutOfOrder, "within a conversation");
        Row("personal data", summary.PersonalData.Count, SearchNote(summary));
        Word("audit chain", summary.AuditVerified ? "verified" : "NOT VERIFIED", "tieline audit verify");
        Word("delay, p99", LiveLine.Milliseconds(summary.P99Ms), "from the event to the CRM, last thousand");
        if (summary.FirstEventAfter is { } first)
            Word("first event", $"{first.TotalSeconds:0.0} s", "after the start");
        text.AppendLine();
        AppendDisturbances(text, summary);
        AppendVerdict(text, summary);
        return text.ToString().TrimEnd();

        void Row(string name, int value, string note = "") => Word(name, $"{value:N0}", note);
        void Word(string name, string value, string note) => text.AppendLine($"  {name,-24}{value,12}   {note}".TrimEnd());
    }

    private static string SearchNote(DemoSummary summary) =>
        $"in {summary.SearchedBytes / 1e6:0.0} MB of CRM bodies, journal, audit log, logs and metrics; "
        + (summary.SearchProven ? "the same search finds it in the simulator's frames" : "BUT THE SEARCH IS NOT PROVEN: it did not find it in the simulator's frames");

    private static void AppendDisturbances(StringBuilder text, DemoSummary summary)
    {
        foreach (var disturbance in summary.Disturbances)
            text.AppendLine($"  {disturbance.At:HH:mm:ss}  {disturbance.What}");
        if (summary.Disturbances.Count > 0)
            text.AppendLine();
    }

    private static void AppendVerdict(StringBuilder text, DemoSummary summary)
    {
        if (summary.IsGood)
        {
            text.AppendLine(summary.Comparison.InGaps == 0
                ? "Every event was delivered or filtered."
                : "Every event was delivered, filtered, or is in a gap that Tieline knows of and lists.");
            return;
        }

        text.AppendLine("SOMETHING IS WRONG:");
        foreach (var difference in summary.Comparison.Differences.Take(DemoDefaults.MaxDifferences))
            text.AppendLine($"  {difference.Id}  {(difference.Sequence is { } sequence ? $"sequence {sequence}" : "no sequence")}  {difference.What}");
        if (summary.Comparison.Differences.Count > DemoDefaults.MaxDifferences)
            text.AppendLine($"  … and {summary.Comparison.Differences.Count - DemoDefaults.MaxDifferences:N0} more");
        foreach (var hit in summary.PersonalData.Take(DemoDefaults.MaxDifferences))
            text.AppendLine($"  personal data: '{hit.Marker}' in {hit.Where} at byte {hit.Offset:N0}");
        foreach (var problem in summary.Problems)
            text.AppendLine($"  {problem}");
        if (summary.Comparison.Sent == 0)
            text.AppendLine("  no event was sent at all");
        if (summary.IsUndisturbed && summary.Comparison.InGaps + summary.Comparison.Duplicates > 0)
            text.AppendLine("  the demo saw nothing disturbed, so there should be no event in a gap and no duplicate (unless the simulator was told to fail by its control API)");
        if (!summary.AuditVerified)
            text.AppendLine("  tieline audit verify says:").AppendLine(summary.AuditOutput);
    }

    private static string Count(int count, string thing) => count == 1 ? $"1 {thing}" : $"{count:N0} {thing}s";
}
