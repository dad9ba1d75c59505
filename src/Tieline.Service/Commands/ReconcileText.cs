using System.Text.Json.Nodes;

namespace Tieline.Service.Commands;

/// <summary>A reconciliation's report as people read it.</summary>
internal static class ReconcileText
{
    /// <summary>So many findings are listed; <c>--json</c> has more.</summary>
    private const int MaxFindings = 50;

    private static readonly (string Name, string Label, bool IsAlways)[] _figures =
    [
        ("conversations", "conversations checked", true),
        ("expected", "events expected", true),
        ("delivered", "delivered", true),
        ("waiting", "waiting", true),
        ("deadLettered", "dead-lettered", true),
        ("missing", "missing", true),
        ("repaired", "  of these sent now", false),
        ("extra", "extra", true),
        ("conflicting", "ends that differ", false),
        ("expired", "too old to tell (retention)", false),
        ("notDue", "accepted before a destination was there", false),
        ("beforeStart", "from before Tieline's first event (not counted; 'tieline backfill' fetches them)", false),
        ("unreadable", "records that cannot be read", false),
    ];

    private static readonly string[] _perDestination = ["delivered", "waiting", "deadLettered", "missing"];

    public static void Write(JsonObject report, TextWriter output)
    {
        output.WriteLine($"{report["from"]} to {report["to"]}");
        var figures = ResultTable.Create("", "events");
        foreach (var (name, label, isAlways) in _figures)
        {
            if (isAlways || Number(report, name) > 0)
                figures.Add(label, $"{Number(report, name):N0}");
        }

        ResultTable.Write(figures, output);
        if (report["destinations"]!.AsArray() is { Count: > 1 } destinations)
            WriteDestinations(destinations, output);
        WriteFindings(report, output);
        output.WriteLine(Verdict(report));
        if (report["provisional"]!.GetValue<bool>())
            output.WriteLine("Provisional: Genesys's records of the last minutes may still grow.");
        if (report["notAsked"] is { } notAsked)
            output.WriteLine($"Not asked for: {notAsked} (Gaps:Reach).");
    }

    private static string Verdict(JsonObject report)
    {
        if (!report["complete"]!.GetValue<bool>())
            return $"Incomplete: {report["problem"]}";
        if (!report["good"]!.GetValue<bool>())
            return Number(report, "missing") > Number(report, "repaired") ? "Not everything has arrived. --repair sends what is missing." : "What Genesys's records say and what was accepted differ.";
        return Number(report, "missing") > 0 ? "What was missing is on its way." : "Everything is accounted for.";
    }

    private static void WriteDestinations(JsonArray destinations, TextWriter output)
    {
        var table = ResultTable.Create(["destination", .. _perDestination]);
        foreach (var destination in destinations)
            table.Add([destination!["name"], .. _perDestination.Select(name => $"{Number(destination.AsObject(), name):N0}")]);
        ResultTable.Write(table, output);
    }

    private static void WriteFindings(JsonObject report, TextWriter output)
    {
        var findings = report["findings"]!.AsArray();
        if (findings.Count == 0)
            return;
        var table = ResultTable.Create("", "when", "event", "conversation", "id", "where", "");
        foreach (var finding in findings.Take(MaxFindings))
        {
            table.Add(
                finding!["kind"], finding["timestamp"], finding["state"] ?? finding["type"], finding["conversationId"], finding["id"],
                finding["destination"] is { } destination ? $"at {destination}, position {finding["position"]}" : finding["position"] is { } position ? $"position {position}" : "not in the journal",
                finding["repaired"]!.GetValue<bool>() ? "sent" : "");
        }

        ResultTable.Write(table, output);
        var more = findings.Count - MaxFindings + Number(report, "findingsLeftOut");
        if (more > 0)
            output.WriteLine($"and {more:N0} more; --json lists up to {findings.Count:N0}.");
    }

    private static long Number(JsonObject json, string name) => json[name]?.GetValue<long>() ?? 0;
}
