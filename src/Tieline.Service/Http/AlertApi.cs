using System.Text.Json.Nodes;
using Tieline.Events;
using Tieline.Service.Alerts;

namespace Tieline.Service.Http;

/// <summary>The built-in alerts as they stood at the last look.</summary>
internal static class AlertApi
{
    public static Task ListAsync(ApiCall call, AlertLoop alerts) => call.WriteAsync(new JsonObject
    {
        ["alerts"] = new JsonArray([.. alerts.Current.Select(Of)]),
        ["webhook"] = new JsonObject { ["configured"] = alerts.HasWebhook, ["problem"] = alerts.Problem },
    });

    private static JsonObject Of(Alert alert)
    {
        var rule = AlertLoop.RuleOf(alert);
        return new JsonObject
        {
            ["alert"] = alert.Rule,
            ["state"] = alert.State.ToString().ToLowerInvariant(),
            ["severity"] = rule.Severity.ToString().ToLowerInvariant(),
            ["labels"] = new JsonObject(alert.Labels.Pairs.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)JsonValue.Create(pair.Value)))),
            ["summary"] = AlertText.Of(rule.Summary, alert.Labels, alert.Value),
            ["description"] = AlertText.Of(rule.Description, alert.Labels, alert.Value),
            ["runbook"] = rule.Runbook,
            ["holdsSince"] = Text(alert.HoldsSince),
            ["firedAt"] = Text(alert.FiredAt),
            ["endedAt"] = Text(alert.EndedAt),
        };
    }

    private static string? Text(DateTimeOffset? at) => at is { } time ? EventTime.ToText(time) : null;
}
