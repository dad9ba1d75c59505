using System.Globalization;
using System.Net.Http.Headers;
using Tieline.Events;
using Tieline.Journal;

namespace Tieline.Delivery;

/// <summary>From an entry to the request that delivers it. Pure but for the time it is given.</summary>
internal sealed class WebhookRequestFactory(DestinationOptions options, string version)
{
    private static readonly MediaTypeHeaderValue _json = new("application/json");

    private readonly string _userAgent = $"Tieline/{version}";

    public HttpRequestMessage Create(JournalEntry entry, ReadOnlyMemory<byte> body, DateTimeOffset now)
    {
        var id = entry.Id.ToString();
        var request = new HttpRequestMessage(HttpMethod.Post, options.Url) { Content = new ReadOnlyMemoryContent(body) };
        request.Content.Headers.ContentType = _json;
        var headers = request.Headers;
        headers.TryAddWithoutValidation("Idempotency-Key", id);
        headers.TryAddWithoutValidation("webhook-id", id);
        headers.TryAddWithoutValidation("webhook-timestamp", now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        if (entry.Origin == EventOrigin.Backfill)
            headers.TryAddWithoutValidation("Tieline-Origin", "backfill");
        headers.TryAddWithoutValidation("User-Agent", _userAgent);
        foreach (var (name, value) in options.Headers)
        {
            HttpHeaders target = IsContent(name) ? request.Content.Headers : headers;
            target.Remove(name);
            target.TryAddWithoutValidation(name, value.Reveal());
        }

        return request;
    }

    /// <summary>.NET keeps these apart, and throws where one is looked for among the others.</summary>
    private static bool IsContent(string name) =>
        name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Allow", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Expires", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Last-Modified", StringComparison.OrdinalIgnoreCase);
}
