using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tieline.Events;

namespace Tieline.Service.Alerts;

/// <summary>From a notice to what is posted. Pure.</summary>
internal static class AlertBody
{
    /// <summary>Alertmanager's own for an end that is not there yet.</summary>
    private const string NoEnd = "0001-01-01T00:00:00Z";

    private static readonly JsonSerializerOptions _writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="address">Where Tieline's console is.</param>
    /// <returns>UTF-8.</returns>
    public static byte[] Of(AlertNotice notice, AlertFormat format, Uri address) =>
        JsonSerializer.SerializeToUtf8Bytes(format == AlertFormat.Slack ? Slack(notice) : Alertmanager(notice, address), _writing);

    /// <summary>Version 4: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config</summary>
    private static JsonObject Alertmanager(AlertNotice notice, Uri address)
    {
        var common = notice.Alerts[0].Labels.Pairs.Where(pair => notice.Alerts.All(alert => alert.Labels[pair.Key] == pair.Value));
        var annotations = notice.Alerts.Select(alert => Annotations(notice.Rule, alert)).ToList();
        return new JsonObject
        {
            ["version"] = "4",
            ["groupKey"] = $"{{}}:{{alertname=\"{notice.Rule.Name}\"}}",
            ["truncatedAlerts"] = 0,
            ["status"] = notice.IsFiring ? "firing" : "resolved",
            ["receiver"] = "webhook",
            ["groupLabels"] = new JsonObject { ["alertname"] = notice.Rule.Name },
            ["commonLabels"] = Object(common),
            ["commonAnnotations"] = Object(annotations[0].Where(pair => annotations.TrueForAll(one => one.Contains(pair)))),
            ["externalURL"] = address.AbsoluteUri.TrimEnd('/'),
            ["alerts"] = new JsonArray([.. notice.Alerts.Zip(annotations, (alert, texts) => One(alert, texts, address))]),
        };
    }

    private static JsonObject One(Alert alert, List<KeyValuePair<string, string>> annotations, Uri address) => new()
    {
        ["status"] = alert.State == AlertState.Firing ? "firing" : "resolved",
        ["labels"] = Object(alert.Labels.Pairs),
        ["annotations"] = Object(annotations),
        ["startsAt"] = EventTime.ToText(alert.FiredAt!.Value),
        ["endsAt"] = alert.EndedAt is { } ended ? EventTime.ToText(ended) : NoEnd,
        ["generatorURL"] = address.AbsoluteUri,
        ["fingerprint"] = Fingerprint(alert.Labels),
    };

    private static JsonObject Slack(AlertNotice notice)
    {
        var firing = notice.Alerts.Where(alert => alert.State == AlertState.Firing).ToList();
        var head = firing.Count > 0 ? $"*[FIRING{(firing.Count > 1 ? $":{firing.Count}" : "")}] {notice.Rule.Name}* ({notice.Rule.Severity.ToString().ToLowerInvariant()})" : $"*[RESOLVED] {notice.Rule.Name}*";
        var lines = notice.Alerts.Select(alert => $"• {(alert.State == AlertState.Resolved && firing.Count > 0 ? "resolved: " : "")}{Escaped(AlertText.Of(notice.Rule.Summary, alert.Labels, alert.Value))}");
        IEnumerable<string> rest = firing.Count > 0 ? [Escaped(notice.Rule.Description), $"Runbook: {notice.Rule.Runbook}"] : [];
        return new JsonObject { ["text"] = string.Join('\n', (IEnumerable<string>)[head, .. lines, .. rest]) };
    }

    /// <summary>The three that mean something there: https://api.slack.com/reference/surfaces/formatting#escaping</summary>
    private static string Escaped(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);

    private static List<KeyValuePair<string, string>> Annotations(AlertRule rule, Alert alert) =>
    [
        new("description", AlertText.Of(rule.Description, alert.Labels, alert.Value)),
        new("runbook_url", rule.Runbook),
        new("summary", AlertText.Of(rule.Summary, alert.Labels, alert.Value)),
    ];

    private static JsonObject Object(IEnumerable<KeyValuePair<string, string>> pairs) => new(pairs.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)JsonValue.Create(pair.Value))));

    /// <summary>The same labels, the same sixteen hex digits.</summary>
    private static string Fingerprint(AlertLabels labels) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(labels.ToString())).AsSpan(0, 8));
}
