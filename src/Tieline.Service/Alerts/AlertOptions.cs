using Tieline.Delivery;

namespace Tieline.Service.Alerts;

/// <summary><c>Alerts</c>: who is told when something is wrong, where no Prometheus watches.</summary>
internal sealed class AlertOptions
{
    public const string Section = "Alerts";

    public AlertWebhookOptions Webhook { get; set; } = new();

    /// <summary>How long the first news of a rule waits for more of it. Up to 1 h.</summary>
    /// <value>30 s, as Alertmanager's <c>group_wait</c></value>
    public TimeSpan GroupWait { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long after a notice of a rule the next one goes out at the soonest. Up to 1 day.</summary>
    /// <value>5 min, as Alertmanager's <c>group_interval</c></value>
    public TimeSpan GroupInterval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>What still fires is told again after so long. From 1 min to 30 days.</summary>
    /// <value>4 h, as Alertmanager's <c>repeat_interval</c></value>
    public TimeSpan RepeatEvery { get; set; } = TimeSpan.FromHours(4);

    /// <summary>By a rule's name, how long it must hold before it fires; others as <see cref="AlertRules"/> has them. Up to 1 day.</summary>
    public IDictionary<string, TimeSpan> For { get; set; } = new Dictionary<string, TimeSpan>(StringComparer.Ordinal);

    /// <summary>Names of rules that are not evaluated.</summary>
    public IList<string> Off { get; set; } = [];
}

/// <summary><c>Alerts:Webhook</c></summary>
internal sealed class AlertWebhookOptions
{
    /// <summary>Where notices are posted; empty: nowhere. A secret, for with many receivers whoever has the URL may post. Plain http to loopback only.</summary>
    public Secret Url { get; set; } = Secret.None;

    /// <value><see cref="AlertFormat.Alertmanager"/></value>
    public AlertFormat Format { get; set; } = AlertFormat.Alertmanager;

    /// <summary>Sent with every request. Values are secrets.</summary>
    public IDictionary<string, Secret> Headers { get; set; } = new Dictionary<string, Secret>(StringComparer.OrdinalIgnoreCase);

    /// <summary>As for deliveries.</summary>
    public SigningOptions Signing { get; set; } = new();

    /// <summary>As for deliveries.</summary>
    public TlsOptions Tls { get; set; } = new();

    /// <summary>For one attempt as a whole. From 100 ms to 1 min.</summary>
    /// <value>10 s</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    public bool IsOn => !Url.IsEmpty;
}

internal enum AlertFormat
{
    /// <summary>The JSON of Alertmanager's webhook receiver, version 4.</summary>
    Alertmanager,

    /// <summary>An incoming webhook of Slack, and of what takes the same: Mattermost, Rocket.Chat, Discord under <c>/slack</c>.</summary>
    Slack,
}
