using System.Text.Json.Nodes;

namespace Tieline.Service.Commands;

/// <summary>Dead letters as people read them.</summary>
internal static class DeadLetterText
{
    private const int MaxCause = 60;

    public static void WriteGroups(JsonArray groups, TextWriter output)
    {
        var table = ResultTable.Create("count", "destination", "status", "cause", "first", "last", "example", "answer");
        foreach (var group in groups)
            table.Add(group!["count"], group["destination"], group["status"], group["cause"], group["first"], group["last"], group["example"], Short(group["causeText"]));
        ResultTable.Write(table, output);
    }

    public static void WriteEach(JsonArray letters, TextWriter output)
    {
        var table = ResultTable.Create("position", "id", "destination", "status", "cause", "set aside", "conversation", "event");
        foreach (var letter in letters)
        {
            table.Add(
                letter!["position"], letter["id"], letter["destination"], letter["status"], letter["cause"], letter["at"], letter["conversationId"], $"{letter["type"]} {letter["state"]}".TrimEnd());
        }

        ResultTable.Write(table, output);
    }

    public static void WriteWhole(JsonObject letter, TextWriter output)
    {
        output.WriteLine($"{letter["id"]} at position {letter["position"]}, a dead letter of '{letter["destination"]}' since {letter["at"]}");
        output.WriteLine($"  {letter["reason"]} (cause {letter["cause"]})");
        output.WriteLine($"  conversation {letter["conversationId"]}: {letter["type"]} {letter["state"]} of {letter["timestamp"]}");
        foreach (var participant in letter["participants"] as JsonArray ?? [])
            output.WriteLine($"  participant {participant!["id"]} {participant["role"]} {participant["identity"]}");
        if (letter["waitingBehind"]?.GetValue<long>() is > 0 and var waiting)
            output.WriteLine($"  {waiting:N0} later events of the conversation wait behind it");
        output.WriteLine();
        foreach (var attempt in letter["log"]!.AsArray())
        {
            output.WriteLine($"attempt {attempt!["attempt"]}  {attempt["at"]}  {attempt["outcome"]}  {attempt["status"]}  {attempt["seconds"]} s");
            if (attempt["answer"]?.GetValue<string>() is { } answer)
            {
                foreach (var line in answer.ReplaceLineEndings("\n").Split('\n'))
                    output.WriteLine("    " + line);
            }
        }
    }

    private static string Short(JsonNode? text) => text?.GetValue<string>() is { } cause ? cause.Length <= MaxCause ? cause : cause[..(MaxCause - 1)] + "…" : "";
}
