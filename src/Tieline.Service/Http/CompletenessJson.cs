using System.Text.Json.Nodes;
using Tieline.Backfill;
using Tieline.Events;

namespace Tieline.Service.Http;

/// <summary>Which parts of a span are covered, as scripts read it.</summary>
internal static class CompletenessJson
{
    public static JsonObject Of(DateTimeOffset from, DateTimeOffset to, IReadOnlyList<CoverageSpan> spans) => new()
    {
        ["from"] = EventTime.ToText(from),
        ["to"] = EventTime.ToText(to),
        ["spans"] = new JsonArray([.. spans.Select(span => new JsonObject
        {
            ["from"] = EventTime.ToText(span.From),
            ["to"] = EventTime.ToText(span.To),
            ["state"] = NameOf(span.State),
            ["evidence"] = span.Evidence,
            ["gaps"] = new JsonArray([.. span.Gaps.Select(number => JsonValue.Create(number))]),
        })]),
    };

    public static string NameOf(CoverageState state) => state switch
    {
        CoverageState.Covered => "covered",
        CoverageState.Backfilled => "backfilled",
        CoverageState.Backfilling => "backfilling",
        CoverageState.Uncovered => "uncovered",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "no such state"),
    };
}
