using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Tieline.Service.Http;

/// <summary>Who wants Prometheus's text. Pure.</summary>
internal static class MetricsNegotiation
{
    private const string Json = "application/json";

    private static readonly string[] PrometheusTypes = ["text/plain", "application/openmetrics-text", "application/vnd.google.protobuf"];

    /// <returns>
    /// True when text is asked for by name and claims more than JSON does; a wildcard speaks for JSON, but less than a name does for text.
    /// So Prometheus, which names both text formats and ends with <c>*/*;q=0.1</c>, gets text; curl (<c>*/*</c>) and browsers get JSON.
    /// </returns>
    public static bool WantsPrometheus(StringValues accept)
    {
        if (!MediaTypeHeaderValue.TryParseList(accept, out var ranges))
        {
            return false;
        }

        var text = ranges.Where(r => PrometheusTypes.Any(t => r.MediaType.Equals(t, StringComparison.OrdinalIgnoreCase))).Select(Quality).DefaultIfEmpty(0).Max();
        var named = ranges.Where(r => r.MediaType.Equals(Json, StringComparison.OrdinalIgnoreCase)).Select(Quality).DefaultIfEmpty(0).Max();
        var wildcard = ranges.Where(r => r.MatchesAllTypes || r.MediaType.Equals("application/*", StringComparison.OrdinalIgnoreCase)).Select(Quality).DefaultIfEmpty(0).Max();
        return text > 0 && text > named && text >= wildcard;
    }

    private static double Quality(MediaTypeHeaderValue range) => range.Quality ?? 1;
}
