using System.Text.Json;
using System.Text.Unicode;

namespace Tieline.Genesys;

/// <summary>Some conversations, as Genesys sent them: personal data in memory, until this is disposed of. Nothing of it may be kept longer.</summary>
internal sealed class DetailsPage : IDisposable
{
    /// <summary>No cursor is longer; it goes into a URL.</summary>
    private const int MaxCursorLength = 8 * 1024;

    private readonly JsonDocument _document;
    private readonly DetailsBody _body;

    private DetailsPage(JsonDocument document, DetailsBody body, IReadOnlyList<JsonElement> conversations, long totalHits, string? cursor)
    {
        _document = document;
        _body = body;
        Conversations = conversations;
        TotalHits = totalHits;
        Cursor = cursor;
    }

    /// <summary>Each an object, of UTF-8 that is valid. Genesys leaves the member out where there are none.</summary>
    public IReadOnlyList<JsonElement> Conversations { get; }

    /// <summary>On all pages, about: it moves with the traffic. 0 where Genesys said nothing, as a job's results do.</summary>
    public long TotalHits { get; }

    /// <summary>Where a job's results go on; null at their end, and for the query.</summary>
    public string? Cursor { get; }

    /// <returns>Null where this is no page; else it owns <paramref name="body"/>.</returns>
    public static DetailsPage? Read(DetailsBody body)
    {
        if (Parse(body) is not { } document)
            return null;
        if (TryRead(document.RootElement, out var conversations, out var totalHits, out var cursor))
            return new DetailsPage(document, body, conversations, totalHits, cursor);
        document.Dispose();
        return null;
    }

    /// <summary>The body is one conversation.</summary>
    /// <returns>As <see cref="Read"/>.</returns>
    public static DetailsPage? ReadOne(DetailsBody body)
    {
        if (Parse(body) is not { } document)
            return null;
        if (document.RootElement.ValueKind == JsonValueKind.Object)
            return new DetailsPage(document, body, [document.RootElement], 1, null);
        document.Dispose();
        return null;
    }

    public void Dispose()
    {
        _document.Dispose();
        _body.Dispose();
    }

    private static JsonDocument? Parse(DetailsBody body)
    {
        try
        {
            return Utf8.IsValid(body.Bytes.Span) ? JsonDocument.Parse(body.Bytes) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool TryRead(JsonElement root, out IReadOnlyList<JsonElement> conversations, out long totalHits, out string? cursor)
    {
        conversations = [];
        totalHits = 0;
        cursor = null;
        if (root.ValueKind != JsonValueKind.Object)
            return false;
        if (Has(root, "conversations", out var list))
        {
            if (list.ValueKind != JsonValueKind.Array)
                return false;
            conversations = [.. list.EnumerateArray()];
        }

        if (Has(root, "totalHits", out var hits) && (hits.ValueKind != JsonValueKind.Number || !hits.TryGetInt64(out totalHits) || totalHits < 0))
            return false;
        if (Has(root, "cursor", out var next))
        {
            if (next.ValueKind != JsonValueKind.String)
                return false;
            cursor = DetailsReply.Text(next) is { Length: > 0 } text ? text : null;
        }

        return (cursor?.Length ?? 0) <= MaxCursorLength && conversations.All(conversation => conversation.ValueKind == JsonValueKind.Object);
    }

    private static bool Has(JsonElement root, string name, out JsonElement value) => root.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;
}
