using System.Globalization;
using System.Text.Json;

namespace Tieline.Simulator.Details;

/// <summary>What a query or a job asks for.</summary>
internal sealed record DetailsQuery
{
    public const int MaxPageSize = 100;
    private const int DefaultPageSize = 25;
    private const int MaxHits = 100_000;
    private static readonly TimeSpan MaxInterval = TimeSpan.FromDays(31);
    private static readonly string[] Formats = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK"];
    private static readonly string[] Orders = ["asc", "desc", "unordered"];
    private static readonly string[] OrderBys = ["conversationStart", "conversationEnd", "segmentStart", "segmentEnd"];

    public DateTimeOffset From { get; private init; }

    public DateTimeOffset To { get; private init; }

    public string Order { get; private init; } = "asc";

    public string OrderBy { get; private init; } = "conversationStart";

    public int PageSize { get; private init; } = DefaultPageSize;

    public int PageNumber { get; private init; } = 1;

    /// <summary>A job's: only conversations that began on a day of the interval.</summary>
    public bool StartOfDayMatching { get; private init; }

    /// <summary>All of them must hold for one and the same segment.</summary>
    public IReadOnlyList<DetailsFilter> SegmentFilters { get; private init; } = [];

    public IReadOnlyList<DetailsFilter> ConversationFilters { get; private init; } = [];

    /// <param name="body">The JSON of the request.</param>
    /// <param name="isJob">A job has no paging.</param>
    /// <exception cref="QueryException">What is wrong.</exception>
    public static DetailsQuery Parse(string body, bool isJob)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return Read(document.RootElement, isJob);
        }
        catch (JsonException e)
        {
            throw new QueryException("bad.request", $"The request body is not JSON: {e.Message}");
        }
    }

    private static DetailsQuery Read(JsonElement root, bool isJob)
    {
        var query = new DetailsQuery();
        foreach (var member in Members(root, "the query"))
        {
            var value = member.Value;
            query = member.Name switch
            {
                "interval" => WithInterval(query, Text(value, "interval")),
                "from" => query with { From = Time(Text(value, "from")) },   // as some documents have it
                "to" => query with { To = Time(Text(value, "to")) },
                "order" => query with { Order = OneOf(value, "order", Orders) },
                "orderBy" => query with { OrderBy = OneOf(value, "orderBy", OrderBys) },
                "paging" when !isJob => WithPaging(query, value),
                "limit" when isJob => query,
                "startOfDayIntervalMatching" when isJob => query with { StartOfDayMatching = value.ValueKind == JsonValueKind.True },
                "segmentFilters" => query with { SegmentFilters = DetailsFilter.ReadAll(value, ofSegments: true) },
                "conversationFilters" => query with { ConversationFilters = DetailsFilter.ReadAll(value, ofSegments: false) },
                _ => throw new QueryException("bad.request", $"The query has a member this service does not know: '{member.Name}'"),
            };
        }
        if (query.From == default || query.To == default)
        {
            throw new QueryException("bad.request", "interval is required: 2026-03-02T00:00:00.000Z/2026-03-03T00:00:00.000Z");
        }
        if (query.To <= query.From)
        {
            throw new QueryException("invalid.date", "The interval must end after it starts.");
        }
        return query.To - query.From > MaxInterval
            ? throw new QueryException("invalid.date", "The interval must not be longer than 31 days.")
            : query;
    }

    /// <exception cref="QueryException">It is not an object.</exception>
    public static JsonElement.ObjectEnumerator Members(JsonElement value, string what) => value.ValueKind == JsonValueKind.Object
        ? value.EnumerateObject()
        : throw new QueryException("bad.request", $"{what} must be an object");

    public static string Text(JsonElement value, string name) => value.ValueKind == JsonValueKind.String
        ? value.GetString()!
        : throw new QueryException("bad.request", $"{name} must be a string");

    public static string OneOf(JsonElement value, string name, string[] allowed) => Text(value, name) is var text && allowed.Contains(text)
        ? text
        : throw new QueryException("invalid.value", $"{name} must be one of {string.Join(", ", allowed)}");

    private static DetailsQuery WithInterval(DetailsQuery query, string interval)
    {
        var ends = interval.Split('/');
        return ends.Length == 2
            ? query with { From = Time(ends[0]), To = Time(ends[1]) }
            : throw new QueryException("invalid.date", "interval must be two ISO 8601 times with a slash between them.");
    }

    private static DateTimeOffset Time(string text) =>
        DateTimeOffset.TryParseExact(
            text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : throw new QueryException("invalid.date", $"Not an ISO 8601 time: '{text}'");

    private static DetailsQuery WithPaging(DetailsQuery query, JsonElement paging)
    {
        foreach (var member in Members(paging, "paging"))
        {
            var number = member.Value.ValueKind == JsonValueKind.Number && member.Value.TryGetInt32(out var n) ? n : 0;
            query = member.Name switch
            {
                "pageSize" when number is >= 1 and <= MaxPageSize => query with { PageSize = number },
                "pageNumber" when number >= 1 => query with { PageNumber = number },
                "pageSize" => throw new QueryException("invalid.value", $"pageSize must be from 1 to {MaxPageSize}"),
                "pageNumber" => throw new QueryException("invalid.value", "pageNumber must be at least 1"),
                _ => throw new QueryException("bad.request", $"paging has a member this service does not know: '{member.Name}'"),
            };
        }
        return (long)query.PageSize * query.PageNumber > MaxHits
            ? throw new QueryException("invalid.value", $"Paging ends at {MaxHits} hits; ask for a shorter interval.")
            : query;
    }
}
