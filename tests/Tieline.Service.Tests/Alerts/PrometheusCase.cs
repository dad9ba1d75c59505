using System.Globalization;
using System.Text.RegularExpressions;
using Tieline.Service.Alerts;
using Tieline.TestKit;

namespace Tieline.Service.Tests.Alerts;

/// <summary>A case of <c>deploy/prometheus/tieline.rules.test.yml</c>: what comes in, minute by minute, and what fires then.</summary>
internal sealed partial record PrometheusCase(string Name, IReadOnlyList<PrometheusCase.Input> Inputs, int Minute, string Alert, IReadOnlyDictionary<string, string>? Labels, IReadOnlyDictionary<string, string> Texts)
{
    public static IReadOnlyList<PrometheusCase> All { get; } =
        [.. File.ReadAllText(Repository.FileNamed("deploy/prometheus/tieline.rules.test.yml")).Split("  - name: ").Skip(1).Select(Of)];

    public static Dictionary<string, string> PairsOf(string text) => Pair().Matches(text).ToDictionary(pair => pair.Groups["name"].Value, pair => pair.Groups["value"].Value);

    private static PrometheusCase Of(string block)
    {
        var time = Time().Match(block);
        var expected = block[(block.IndexOf("exp_alerts:", StringComparison.Ordinal) + 11)..];
        return new PrometheusCase(
            block[..block.IndexOf('\n', StringComparison.Ordinal)].Trim(),
            [.. Series().Matches(block).Select(series => new Input(series.Groups["name"].Value, PairsOf(series.Groups["labels"].Value), Expand(series.Groups["values"].Value)))],
            int.Parse(time.Groups["count"].Value, CultureInfo.InvariantCulture) * (time.Groups["unit"].Value == "h" ? 60 : 1),
            AlertName().Match(block).Groups["name"].Value,
            ExpectedLabels().Match(expected) is { Success: true } labels ? PairsOf(labels.Value) : null,
            Text().Matches(expected).ToDictionary(text => text.Groups["name"].Value, text => text.Groups["value"].Value.Trim('"')));
    }

    /// <summary>Prometheus's shorthand; null where a value is left out.</summary>
    private static List<double?> Expand(string values)
    {
        var all = new List<double?>();
        foreach (var part in values.Split(' '))
        {
            var match = Shorthand().Match(part);
            match.Success.ShouldBeTrue(part);
            var times = match.Groups["times"] is { Success: true } given ? int.Parse(given.Value, CultureInfo.InvariantCulture) : 0;
            if (match.Groups["first"].Value == "_")
                all.AddRange(Enumerable.Repeat((double?)null, Math.Max(1, times)));
            else
                all.AddRange(Enumerable.Range(0, times + 1).Select(i => (double?)(Number(match.Groups["first"]) + (i * Number(match.Groups["step"])))));
        }

        return all;
    }

    private static double Number(Group group) => group.Success ? double.Parse(group.Value, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(@"^(?<first>_|[\d.]+(e\d+)?)(?<step>[+-][\d.]+(e\d+)?)?(x(?<times>\d+))?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Shorthand();

    [GeneratedRegex(@"series: '(?<name>\w+)\{(?<labels>[^}]*)\}', values: '(?<values>[^']*)'", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Series();

    [GeneratedRegex("""(?<name>\w+)(=|: )"(?<value>[^"]*)["]""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Pair();

    [GeneratedRegex(@"eval_time: (?<count>\d+)(?<unit>[mh])", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Time();

    [GeneratedRegex(@"alertname: (?<name>\w+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex AlertName();

    [GeneratedRegex(@"exp_labels: \{.*\}", RegexOptions.None, 1000)]
    private static partial Regex ExpectedLabels();

    [GeneratedRegex("(?<name>summary|description|runbook_url): (?<value>.*)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Text();

    internal sealed record Input(string Metric, IReadOnlyDictionary<string, string> Labels, IReadOnlyList<double?> Values)
    {
        /// <summary>As Tieline has them: Prometheus adds the two by itself.</summary>
        public AlertLabels Own => AlertLabels.Of(Labels.Where(label => label.Key is not ("instance" or "job")));
    }
}
