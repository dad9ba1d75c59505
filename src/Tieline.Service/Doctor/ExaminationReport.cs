using System.Text.Json.Nodes;
using Tieline.Service.Commands;

namespace Tieline.Service.Doctor;

/// <summary>All that was found, for people and for scripts.</summary>
internal sealed record ExaminationReport(IReadOnlyList<Finding> Findings)
{
    private const int SeenColumn = 2;

    public bool IsGood => Count(Verdict.Fail) == 0;

    /// <param name="width">Of the window that it is read in; null in a pipe.</param>
    public void Write(TextWriter output, int? width)
    {
        var table = ResultTable.Create("", "check", "seen", "what to do");
        foreach (var column in table.Columns.Skip(SeenColumn))
            column.NoWrap = false;
        foreach (var finding in Findings)
            table.Add(Finding.NameOf(finding.Verdict), finding.Subject is { } subject ? $"{finding.Check} {subject}" : finding.Check, finding.Seen, finding.Advice ?? "");
        ResultTable.Write(table, output, width);
        output.WriteLine($"{Count(Verdict.Pass)} passed, {Count(Verdict.Warn)} warned, {Count(Verdict.Fail)} failed, {Count(Verdict.Skip)} skipped.");
    }

    public JsonObject ToJson() => new()
    {
        ["good"] = IsGood,
        ["passed"] = Count(Verdict.Pass),
        ["warned"] = Count(Verdict.Warn),
        ["failed"] = Count(Verdict.Fail),
        ["skipped"] = Count(Verdict.Skip),
        ["checks"] = new JsonArray([.. Findings.Select(finding => finding.ToJson())]),
    };

    private int Count(Verdict verdict) => Findings.Count(finding => finding.Verdict == verdict);
}
