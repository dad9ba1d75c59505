using System.Text.Json;
using System.Text.Json.Serialization;
using Tieline.Delivery;
using Tieline.Filtering;
using Tieline.Pipeline;
using Tieline.Service.Configuration;
using Tieline.Service.Desks;

namespace Tieline.Service.Http;

/// <summary>The filters of a preview: written as in <c>tieline.json</c>, names in either case, and nothing else in it but <c>last</c>. Pure.</summary>
internal sealed record FilterRequest(FilterSet Asked, TimeSpan Last)
{
    public const int MaxBytes = 64 * 1024;

    public const string Example = """{"filter":{"rules":[{"type":"conversation.state","states":["completed"]}]},"destinations":[{"name":"crm","filter":{"rules":[]}}],"last":"24h"}""";

    private static readonly JsonSerializerOptions _reading = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowTrailingCommas = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
    };

    private static readonly JsonSerializerOptions _writing = new() { WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <param name="problem">What is wrong with it; null where nothing is.</param>
    public static FilterRequest? Read(ReadOnlySpan<byte> utf8, out string? problem)
    {
        Body? body;
        try
        {
            body = JsonSerializer.Deserialize<Body>(utf8, _reading);
        }
        catch (JsonException e)
        {
            problem = $"what is asked must be a JSON object such as {Example} ({(e.Path is { Length: > 1 } path ? $"at {path}" : $"line {e.LineNumber + 1}")})";
            return null;
        }

        var last = FilterDesk.Usual;
        problem = Check(body);
        if (problem is null && body!.Last is { } text && (!Duration.TryParse(text, out last) || !FilterDesk.IsSpan(last)))
            problem = $"last {FilterDesk.BadSpan}";
        return problem is not null ? null : new FilterRequest(
            new FilterSet(body!.Filter?.Rules, (body.Destinations ?? []).ToDictionary(one => one.Name!, one => one.Filter?.Rules ?? [], StringComparer.Ordinal)), last);
    }

    /// <summary>The same, written: what <see cref="Read"/> makes of it is what was given.</summary>
    /// <param name="last">Such as <c>24h</c>; null: not said.</param>
    public static string Write(FilterSet filters, string? last) => JsonSerializer.Serialize(
        new
        {
            Filter = filters.Rules is null ? null : new { Rules = filters.Rules.Select(Short) },
            Destinations = filters.Destinations.Select(one => new { Name = one.Key, Filter = new { Rules = one.Value.Select(Short) } }),
            last,
        },
        _writing);

    /// <summary>Without the lists that ask for nothing.</summary>
    private static Dictionary<string, object> Short(FilterRuleOptions rule)
    {
        var members = new Dictionary<string, object> { ["Type"] = rule.Type };
        foreach (var (name, list) in ((string, IList<string>)[])[("States", rule.States), ("MediaTypes", rule.MediaTypes), ("Queues", rule.Queues)])
        {
            if (list.Count > 0)
                members[name] = list;
        }

        return members;
    }

    private static string? Check(Body? body)
    {
        if (body is null || (body.Filter is null && body.Destinations is not { Count: > 0 }))
            return $"filter, or destinations, is required: {Example}";
        var destinations = body.Destinations ?? [];
        if (destinations.Any(one => string.IsNullOrWhiteSpace(one?.Name)))
            return "each of destinations must have a name";
        if (destinations.GroupBy(one => one.Name).FirstOrDefault(same => same.Count() > 1) is { } twice)
            return $"there are two destinations '{twice.Key}'";
        var all = destinations.SelectMany(one => one.Filter?.Rules ?? []).Concat(body.Filter?.Rules ?? []);
        if (all.Any(rule => rule?.Type is null || rule.States is null || rule.MediaTypes is null || rule.Queues is null))
            return "a rule, its type and its lists must not be null";
        IEnumerable<string> failures =
        [
            .. body.Filter is { } filter ? new FilterOptionsValidator().Validate(null, new FilterOptions { Rules = filter.Rules ?? [] }).Failures ?? [] : [],
            .. destinations.SelectMany((one, i) => new DestinationFilterOptionsValidator().Validate($"Destinations:{i}:Filter", new DestinationFilterOptions { Rules = one.Filter?.Rules ?? [] }).Failures ?? []),
        ];
        return string.Join("; ", failures) is { Length: > 0 } said ? said : null;
    }

    private sealed record Body(RuleList? Filter, IReadOnlyList<Destination>? Destinations, string? Last);

    private sealed record Destination(string? Name, RuleList? Filter);

    private sealed record RuleList(IList<FilterRuleOptions>? Rules);
}
