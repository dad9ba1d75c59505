using System.Globalization;

namespace Tieline.Service.Commands.Demo;

/// <summary>Reads single figures out of Prometheus's text format. Pure.</summary>
internal static class PrometheusText
{
    /// <returns>The sum over all label sets; null when there is no such metric.</returns>
    public static double? Sum(string text, string name)
    {
        double? sum = null;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (!line.StartsWith(name, StringComparison.Ordinal))
                continue;
            var rest = line[name.Length..];
            if (rest.Length > 0 && rest[0] == '{')
                rest = rest[(rest.LastIndexOf('}') + 1)..];
            if (rest.Length == 0 || rest[0] != ' ')
                continue;
            rest = rest[1..];
            var end = rest.IndexOf(' ');   // a timestamp may follow
            if (double.TryParse(end < 0 ? rest : rest[..end], NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
                sum = (sum ?? 0) + value;
        }

        return sum;
    }
}
