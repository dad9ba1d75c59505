using System.Globalization;

namespace Tieline.FunctionalTests.Support;

/// <summary>What a Prometheus server would read.</summary>
internal sealed class PrometheusText(string text)
{
    private readonly List<(string Series, double Value)> _samples =
    [
        .. text.Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split(' '))
            .Where(parts => parts.Length >= 2)
            .Select(parts => (string.Join(' ', parts[..^(parts.Length > 2 && parts[^2].Length > 0 && char.IsAsciiDigit(parts[^2][0]) ? 2 : 1)]),
                double.Parse(parts[^(parts.Length > 2 && parts[^2].Length > 0 && char.IsAsciiDigit(parts[^2][0]) ? 2 : 1)], CultureInfo.InvariantCulture))),
    ];

    /// <summary>The sum of a metric's series that carry this label; 0 where there is none.</summary>
    public double Sum(string name, string? label = null, string? value = null) => _samples
        .Where(sample => sample.Series == name || sample.Series.StartsWith(name + "{", StringComparison.Ordinal))
        .Where(sample => label is null || sample.Series.Contains($"{label}=\"{value}\"", StringComparison.Ordinal))
        .Sum(sample => sample.Value);

    /// <summary>One metric's lines, for a failure's message.</summary>
    public string Only(string name) => string.Join('\n', text.Split('\n').Where(line => line.StartsWith(name, StringComparison.Ordinal)));

    public override string ToString() => text;
}
