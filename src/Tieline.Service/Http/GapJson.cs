using System.Text.Json.Nodes;
using Tieline.Backfill;
using Tieline.Events;
using Tieline.Sequencing;

namespace Tieline.Service.Http;

/// <summary>A gap as the API and the commands show it.</summary>
internal static class GapJson
{
    public static JsonObject Of(GapFill fill) => new()
    {
        ["number"] = fill.Number,
        ["reason"] = GapReasonNames.Of(fill.Reason),
        ["state"] = GapStateNames.Of(fill.State),
        ["from"] = Text(fill.From),
        ["to"] = Text(fill.To),
        ["since"] = Text(fill.Since),
        ["asks"] = fill.Asks,
        ["nextAskAt"] = Text(fill.NextAskAt),
        ["recovered"] = fill.Recovered,
        ["known"] = fill.Known,
        ["problem"] = fill.Problem,
        ["notAsked"] = fill.NotAsked,
        ["closedAt"] = Text(fill.ClosedAt),
    };

    private static string? Text(DateTimeOffset? time) => time is { } at ? EventTime.ToText(at) : null;
}
