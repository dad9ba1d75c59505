using System.Text.RegularExpressions;
using Tieline.TestKit;

namespace Tieline.Service.Tests.Alerts;

/// <summary>A rule as <c>deploy/prometheus/tieline.rules.yml</c> has it.</summary>
internal sealed partial record PrometheusRule(string Name, string For, string Severity, string Summary, string Description, string Runbook, IReadOnlyList<string> Metrics)
{
    public static IReadOnlyList<PrometheusRule> All { get; } =
        [.. File.ReadAllText(Repository.FileNamed("deploy/prometheus/tieline.rules.yml")).Split("- alert: ").Skip(1).Select(Of)];

    private static PrometheusRule Of(string block) => new(
        block[..block.IndexOf('\n', StringComparison.Ordinal)].Trim(),
        Patience().Match(block) is { Success: true } found ? found.Groups["time"].Value : "0m",
        Urgency().Match(block).Groups["severity"].Value,
        Text(block, "summary"),
        Text(block, "description"),
        Link().Match(block).Groups["link"].Value,
        [.. Metric().Matches(Label().Replace(block[..block.IndexOf("labels:", StringComparison.Ordinal)], "")).Select(metric => metric.Value).Distinct()]);

    private static string Text(string block, string name) =>
        Regex.Match(block, $"""{name}: "(?<text>([^"\\]|\\.)*)"\n""", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["text"].Value.Replace("\\\"", "\"", StringComparison.Ordinal);

    [GeneratedRegex(@"^        for: (?<time>\w+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Patience();

    [GeneratedRegex(@"severity: (?<severity>\w+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Urgency();

    [GeneratedRegex(@"runbook_url: (?<link>\S+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Link();

    [GeneratedRegex(@"\{[^}]*\}|by \([^)]*\)", RegexOptions.None, 1000)]
    private static partial Regex Label();

    [GeneratedRegex(@"\btieline_\w+", RegexOptions.None, 1000)]
    private static partial Regex Metric();
}
