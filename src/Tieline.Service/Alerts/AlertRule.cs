namespace Tieline.Service.Alerts;

/// <summary>One thing that somebody is told of.</summary>
/// <param name="For">It must have held for so long.</param>
/// <param name="Summary">In Prometheus's template language, as it stands in <c>deploy/prometheus/tieline.rules.yml</c>; so with <paramref name="Description"/>.</param>
/// <param name="Holding">The figures for which it holds now, each an alert of its own; their labels tell them apart.</param>
internal sealed record AlertRule(string Name, AlertSeverity Severity, TimeSpan For, string Summary, string Description, Func<FigureHistory, IEnumerable<AlertFigure>> Holding)
{
    /// <summary>What to do, in Tieline's repository.</summary>
    public string Runbook => $"docs/runbooks/{Name}.md";
}
