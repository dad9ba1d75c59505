using System.Text;
using System.Text.Json.Nodes;
using Tieline.Service.Web.Shell;

namespace Tieline.Service.Commands;

/// <summary>How Tieline stands, on one screen. Pure.</summary>
internal static class StatusText
{
    /// <param name="status">As <c>/api/v1/status</c> answers.</param>
    public static string Of(JsonObject status, Terminal terminal)
    {
        var (verdict, receiving, complete, delivering) = (status["verdict"]!, status["receiving"]!, status["complete"]!, status["delivering"]!);
        var text = new StringBuilder();
        var sentence = $"{verdict["sentence"]}";
        text.AppendLine($"{verdict["level"]}" switch { "good" => terminal.Good(sentence), "watch" => terminal.Watch(sentence), _ => terminal.Bad(sentence) });
        text.AppendLine($"{verdict["outlook"]}");
        text.AppendLine(terminal.Quiet(string.Join(" · ", verdict["evidence"]!.AsArray())));
        text.AppendLine();
        text.AppendLine($"Ready       {(status["ready"]!.GetValue<bool>() ? terminal.Good("yes") : terminal.Bad("no"))}");
        text.AppendLine($"Receiving   {Receiving(receiving)}");
        text.AppendLine($"Complete    {Complete(complete)}");
        text.AppendLine($"Delivering  {Delivering(delivering)}");
        foreach (var one in delivering["destinations"]!.AsArray())
            text.AppendLine($"  {one!["destination"],-20} {State(one, terminal)} {Count(one["waiting"])} waiting, oldest {Span(one["lagSeconds"])}, {one["inFlight"]} of {one["concurrency"]} in flight{(one["pause"] is { } pause ? $", by {pause["by"]}: {pause["reason"]}" : "")}");
        List(text, "Gaps", [.. status["gaps"]!.AsArray().Select(gap => $"{gap!["number"]} {gap["state"]} ({gap["reason"]}) {gap["from"] ?? "?"} to {gap["to"] ?? "?"}{(gap["problem"] is { } problem ? $": {problem}" : "")}")]);
        List(text, "Attention", [.. status["attention"]!.AsArray().Select(one => terminal.Watch($"{one}"))]);
        return text.ToString();
    }

    private static string Receiving(JsonNode now) => now["connectedSeconds"] is { } connected
        ? $"connected for {Span(connected)}, heard {Span(now["silenceSeconds"])} ago, {Show.Rate(now["receivedPerSecond"]?.GetValue<double>())}; {Count(now["received"])} received, {Count(now["dropped"])} not wanted, {Count(now["reconnections"])} reconnections"
        : $"not connected for {Span(now["downSeconds"])}{(now["problem"] is { } problem ? $": {problem}" : "")}";

    private static string Complete(JsonNode now) =>
        $"{Show.Percent(now["coveredShare"]?.GetValue<double>())} of the last 24 h, {(now["openGaps"]!.GetValue<int>() is var open && open == 0 ? "no open gap" : open == 1 ? "1 open gap" : $"{open} open gaps")}{(now["held"]?.GetValue<long>() is > 0 ? $", {Count(now["held"])} held behind it for {Span(now["heldSeconds"])}" : "")}";

    private static string Delivering(JsonNode now) =>
        $"{Show.Rate(now["deliveredPerSecond"]?.GetValue<double>())}, {Count(now["delivered"])} delivered, {Count(now["waiting"])} waiting, p50 {Show.Milliseconds(now["latencyP50Ms"]?.GetValue<double>())}, p99 {Show.Milliseconds(now["latencyP99Ms"]?.GetValue<double>())}; {Count(now["deadLetters"])} dead letters";

    private static string State(JsonNode one, Terminal terminal)
    {
        var state = $"{one["state"],-13}";
        return state.TrimEnd() switch { "open" => terminal.Good(state), "held" or "paused" => terminal.Watch(state), _ => terminal.Bad(state) };
    }

    private static void List(StringBuilder text, string title, IReadOnlyList<string> lines)
    {
        if (lines.Count == 0)
            return;
        text.AppendLine().AppendLine(title);
        foreach (var line in lines)
            text.AppendLine($"  {line}");
    }

    private static string Count(JsonNode? value) => Show.Count(value?.GetValue<double>());

    private static string Span(JsonNode? seconds) => Show.Span(seconds is null ? null : TimeSpan.FromSeconds(seconds.GetValue<double>()));
}
