using System.Globalization;
using System.Net.Http.Headers;
using Tieline.Events;
using Tieline.Journal;

namespace Tieline.Delivery;

/// <summary>From an entry to the request that delivers it. Pure but for the time it is given.</summary>
/// <param name="contentType">Of the bodies; null: of <see cref="PlainFormat"/>.</param>
/// <param name="signing">Null where requests are not signed.</param>
internal sealed class WebhookRequestFactory(DestinationOptions options, string version, MediaTypeHeaderValue? contentType = null, SigningKeys? signing = null)
{
    private readonly MediaTypeHeaderValue _contentType = contentType ?? PlainFormat.Instance.ContentType;
    private readonly HttpMethod _method = options.Method switch { WebhookMethod.Put => HttpMethod.Put, WebhookMethod.Patch => HttpMethod.Patch, _ => HttpMethod.Post };
    private readonly string? _urlWithId = options.HasIdInUrl ? options.Url!.OriginalString : null;
    private readonly string _userAgent = $"Tieline/{version}";

    /// <summary>Whether bodies are JSON, so that a page for people is no answer to them.</summary>
    public bool IsJson => _contentType.MediaType is { } type && (type.Equals("application/json", StringComparison.OrdinalIgnoreCase) || type.EndsWith("+json", StringComparison.OrdinalIgnoreCase));

    public HttpRequestMessage Create(JournalEntry entry, ReadOnlyMemory<byte> body, DateTimeOffset now, Credential credential = default) =>
        Create(entry.Id.ToString(), entry.Origin == EventOrigin.Backfill, body, now, credential);

    /// <param name="id">Of the event, or of the batch.</param>
    /// <param name="isFetched">Nothing in it came live.</param>
    public HttpRequestMessage Create(string id, bool isFetched, ReadOnlyMemory<byte> body, DateTimeOffset now, Credential credential)
    {
        var request = new HttpRequestMessage(_method, UrlOf(id)) { Content = new ReadOnlyMemoryContent(body) };
        request.Content.Headers.ContentType = _contentType;
        var headers = request.Headers;
        headers.TryAddWithoutValidation("Idempotency-Key", id);
        headers.TryAddWithoutValidation("webhook-id", id);
        var timestamp = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        headers.TryAddWithoutValidation("webhook-timestamp", timestamp);
        if (signing is not null)
            headers.TryAddWithoutValidation("webhook-signature", WebhookSignature.Of(signing, id, timestamp, body.Span));
        if (isFetched)
            headers.TryAddWithoutValidation("Tieline-Origin", "backfill");
        headers.TryAddWithoutValidation("User-Agent", _userAgent);
        if (credential.Header is not null)
            headers.TryAddWithoutValidation(credential.Header, credential.Value);
        foreach (var (name, value) in options.Headers)
        {
            HttpHeaders target = IsContent(name) ? request.Content.Headers : headers;
            target.Remove(name);
            target.TryAddWithoutValidation(name, value.Reveal());
        }

        return request;
    }

    private Uri? UrlOf(string id) => _urlWithId is null ? options.Url : new Uri(_urlWithId.Replace(DestinationOptions.IdInUrl, id, StringComparison.Ordinal));

    /// <summary>.NET keeps these apart, and throws where one is looked for among the others.</summary>
    private static bool IsContent(string name) =>
        name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Allow", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Expires", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Last-Modified", StringComparison.OrdinalIgnoreCase);
}
