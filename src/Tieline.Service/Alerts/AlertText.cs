using System.Globalization;
using System.Text.RegularExpressions;

namespace Tieline.Service.Alerts;

/// <summary>Fills in the texts of rules: as much of Prometheus's template language as they use. Pure.</summary>
internal static partial class AlertText
{
    private static readonly string[] _prefixes = ["", "m", "u", "n"];

    /// <param name="labels">Of the alert, the instance among them.</param>
    public static string Of(string template, AlertLabels labels, double value) => Field().Replace(template, field => field.Groups["label"] is { Success: true } label
        ? labels[label.Value] ?? ""
        : field.Groups["filter"].Value switch
        {
            "humanizeDuration" => Duration(value),
            "humanizePercentage" => $"{Short(value * 100)}%",
            _ => value.ToString("0", CultureInfo.InvariantCulture),
        });

    private static string Duration(double seconds)
    {
        if (seconds >= 60)
        {
            var span = TimeSpan.FromSeconds(Math.Floor(seconds));
            return span.Days > 0 ? $"{span.Days}d {span.Hours}h {span.Minutes}m {span.Seconds}s"
                : span.Hours > 0 ? $"{span.Hours}h {span.Minutes}m {span.Seconds}s"
                : $"{span.Minutes}m {span.Seconds}s";
        }

        var at = 0;
        while (seconds is > 0 and < 1 && at < _prefixes.Length - 1)
            (seconds, at) = (seconds * 1000, at + 1);
        return $"{Short(seconds)}{_prefixes[at]}s";
    }

    /// <summary>Four digits, as <c>%.4g</c>.</summary>
    private static string Short(double value) => value.ToString("G4", CultureInfo.InvariantCulture);

    [GeneratedRegex("""\{\{ \$(labels\.(?<label>\w+)|value \| (?<filter>humanizeDuration|humanizePercentage|printf "%\.0f")) \}\}""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Field();
}
