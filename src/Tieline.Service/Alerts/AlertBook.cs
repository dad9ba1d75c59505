namespace Tieline.Service.Alerts;

/// <summary>Which alerts there are, and what of them is still to be told. The rules of Prometheus and Alertmanager; no clock, no I/O. For one thread.</summary>
internal sealed class AlertBook(IReadOnlyList<AlertRule> rules, AlertOptions options, string instance)
{
    /// <summary>After a start, what was known before is not taken to be over for so long: the figures must first come to say so.</summary>
    private static readonly TimeSpan _settling = TimeSpan.FromMinutes(2);

    private readonly Dictionary<AlertLabels, Alert> _alerts = [];
    private readonly Dictionary<string, AlertGroup> _groups = new(StringComparer.Ordinal);
    private readonly HashSet<AlertLabels> _unseen = [];
    private DateTimeOffset? _startedAt;

    public IEnumerable<Alert> Alerts => _alerts.Values.OrderBy(alert => alert.FiredAt ?? DateTimeOffset.MaxValue).ThenBy(alert => alert.Labels.ToString(), StringComparer.Ordinal);

    public IEnumerable<AlertGroup> Groups => _groups.Values.OrderBy(group => group.Rule, StringComparer.Ordinal);

    /// <summary>Rises with each change that a restart must not forget.</summary>
    public int Version { get; private set; }

    /// <summary>What was known when the process before this one ended. Of rules that there no longer are, nothing.</summary>
    public void Restore(IEnumerable<Alert> alerts, IEnumerable<AlertGroup> groups)
    {
        foreach (var alert in alerts.Where(alert => rules.Any(rule => rule.Name == alert.Rule)))
        {
            _alerts[alert.Labels] = alert;
            _unseen.Add(alert.Labels);
        }

        foreach (var group in groups.Where(group => _alerts.Values.Any(alert => alert.Rule == group.Rule)))
            _groups[group.Rule] = group;
    }

    /// <summary>Holds the rules against a reading.</summary>
    /// <returns>Rules that failed, and why: what they said before holds on, and the others are not touched by it.</returns>
    public IReadOnlyList<(AlertRule Rule, Exception Fault)> Evaluate(FigureHistory figures)
    {
        var now = figures.At;
        _startedAt ??= now;
        var failed = new List<(AlertRule, Exception)>();
        foreach (var rule in rules)
        {
            var isOff = options.Off.Contains(rule.Name, StringComparer.Ordinal);
            Dictionary<AlertLabels, double> holding;
            try
            {
                holding = isOff ? [] : rule.Holding(figures).Select(figure => figure with { Labels = LabelsOf(rule, figure.Labels) }).ToDictionary(figure => figure.Labels, figure => figure.Value);
            }
#pragma warning disable CA1031 // one rule's fault is no reason to hold back the others
            catch (Exception e)
#pragma warning restore CA1031
            {
                failed.Add((rule, e));
                continue;
            }

            foreach (var (labels, value) in holding)
                Hold(rule, labels, value, now);
            foreach (var alert in _alerts.Values.Where(alert => alert.Rule == rule.Name && alert.HoldsSince is not null && !holding.ContainsKey(alert.Labels)).ToList())
            {
                if (isOff || !_unseen.Contains(alert.Labels) || now - _startedAt >= _settling)
                    Let(alert, now);
            }
        }

        return failed;
    }

    /// <summary>What is to be told now: news whose group has waited for the rest of it, and what still fires when it is time to repeat it.</summary>
    public IReadOnlyList<AlertNotice> Due(DateTimeOffset now) =>
    [
        .. from @group in Groups
           where now >= @group.NextAt
           let alerts = Alerts.Where(alert => alert.Rule == @group.Rule && alert.State != AlertState.Pending).ToList()
           where alerts.Exists(alert => alert.State == AlertState.Resolved || !alert.IsTold) || (alerts.Count > 0 && now - @group.ToldAt >= options.RepeatEvery)
           select new AlertNotice(rules.First(rule => rule.Name == @group.Rule), alerts, @group.ToldAt),
    ];

    /// <summary>Somebody has it.</summary>
    public void Told(AlertNotice notice, DateTimeOffset now)
    {
        foreach (var alert in notice.Alerts)
        {
            if (alert.State == AlertState.Firing)
                _alerts[alert.Labels] = alert with { IsTold = true };
            else
                Forget(alert);
        }

        _groups[notice.Rule.Name] = new AlertGroup(notice.Rule.Name, now + options.GroupInterval, now);
        Tidy(notice.Rule.Name);
        Version++;
    }

    /// <summary>Nobody is to be told: what is over is over.</summary>
    public void TellNobody()
    {
        foreach (var alert in _alerts.Values.Where(alert => alert.State == AlertState.Resolved).ToList())
        {
            Forget(alert);
            Tidy(alert.Rule);
            Version++;
        }
    }

    private void Hold(AlertRule rule, AlertLabels labels, double value, DateTimeOffset now)
    {
        _unseen.Remove(labels);
        var known = _alerts.GetValueOrDefault(labels) ?? new Alert(rule.Name, labels, value, null, null, null, IsTold: false);
        var alert = known with { Value = value, HoldsSince = known.HoldsSince ?? now };
        if (alert.State != AlertState.Firing && now - alert.HoldsSince >= (options.For.TryGetValue(rule.Name, out var patience) ? patience : rule.For))
        {
            // What is over and not told of yet goes on, as if it had never ended.
            alert = alert with { FiredAt = alert.FiredAt ?? now, EndedAt = null };
            _groups.TryAdd(rule.Name, new AlertGroup(rule.Name, now + options.GroupWait, null));
        }

        _alerts[labels] = alert;
        if (known.HoldsSince is null || known.State != alert.State)
            Version++;
    }

    private void Let(Alert alert, DateTimeOffset now)
    {
        if (alert.State == AlertState.Pending)
            _alerts.Remove(alert.Labels);
        else
            _alerts[alert.Labels] = alert with { HoldsSince = null, EndedAt = alert.EndedAt ?? now };
        Version++;
    }

    /// <summary>One that is over may hold again, and not for long enough yet.</summary>
    private void Forget(Alert alert)
    {
        if (alert.HoldsSince is null)
            _alerts.Remove(alert.Labels);
        else
            _alerts[alert.Labels] = alert with { FiredAt = null, EndedAt = null, IsTold = false };
    }

    private void Tidy(string rule)
    {
        if (_alerts.Values.All(alert => alert.Rule != rule || alert.State == AlertState.Pending))
            _groups.Remove(rule);
    }

    private AlertLabels LabelsOf(AlertRule rule, AlertLabels figure) => AlertLabels.Of(figure.Pairs.Concat(
    [
        new("alertname", rule.Name),
        new("instance", instance),
        new("job", "tieline"),
        new("severity", rule.Severity.ToString().ToLowerInvariant()),
    ]));
}
