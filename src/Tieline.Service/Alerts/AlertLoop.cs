using System.Diagnostics.Metrics;
using Tieline.Backfill;
using Tieline.Delivery;
using Tieline.Diagnostics;
using Tieline.Sequencing;
using Tieline.Service.Configuration;
using Tieline.Service.Hosting;

namespace Tieline.Service.Alerts;

/// <summary>Holds the rules against the figures every 15 s, and tells <c>Alerts:Webhook</c> until it has taken it. What goes wrong with it stays here: it is no reason to stop.</summary>
internal sealed partial class AlertLoop
{
    /// <summary>As <c>deploy/prometheus/prometheus.yml</c> has it.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(15);

    private static readonly RetryOptions _retry = new();

    private readonly AlertOptions _options;
    private readonly string _file;
    private readonly RunningParts _parts;
    private readonly FigureListener _figures;
    private readonly TimeProvider _time;
    private readonly TielineMetrics _metrics;
    private readonly ILogger _logger;
    private readonly FigureHistory _history = new();

    /// <summary>What a rule says of the last minutes holds for minutes, whatever the system clock did meanwhile.</summary>
    private readonly SteadyClock _clock;
    private volatile IReadOnlyList<Alert> _current = [];
    private volatile Failure? _failure;
    private volatile IReadOnlyList<string> _failing = [];
    private bool _isBlind;
    private string? _notKept;

    public AlertLoop(TielineOptions options, RunningParts parts, FigureListener figures, TimeProvider time, TielineMetrics metrics, ILogger<AlertLoop> logger)
    {
        (_options, _parts, _figures, _time, _metrics, _logger) = (options.Alerts, parts, figures, time, metrics, logger);
        _clock = new SteadyClock(time);
        _file = Path.Combine(Path.GetFullPath(options.DataDirectory), AlertFile.FileName);
        metrics.Observe("tieline.alerts.firing", "{alert}", "Built-in alerts that fire, by tieline.alert.severity: page or ticket.", () => Enum.GetValues<AlertSeverity>().Select(severity => new Measurement<double>(
            _current.Count(alert => alert.State == AlertState.Firing && RuleOf(alert).Severity == severity), new KeyValuePair<string, object?>("tieline.alert.severity", severity.ToString().ToLowerInvariant()))));
        metrics.Observe("tieline.alerts.undelivered", "s", "How long Alerts:Webhook has not taken what it was to be told; 0 where it has.", () => _failure is { } failure ? (time.GetMonotonicTime() - failure.Began).TotalSeconds : 0);
    }

    /// <summary>Of the last look: those that fire first, as long as they do.</summary>
    public IReadOnlyList<Alert> Current => _current;

    public bool HasWebhook => _options.Webhook.IsOn;

    /// <summary>Why nobody is told, in a sentence; null where all is evaluated and delivered.</summary>
    public string? Problem => (_failure, _failing) switch
    {
        ({ } failure, _) => $"alerts cannot be delivered to Alerts:Webhook since {failure.Since:HH:mm:ss} UTC: {failure.Problem}",
        (_, { Count: > 0 } failing) => $"alerts cannot be evaluated: {string.Join(", ", failing)}; see the log",
        _ => null,
    };

    public static AlertRule RuleOf(Alert alert) => AlertRules.All.First(rule => rule.Name == alert.Rule);

    public async Task RunAsync(CancellationToken stopping)
    {
        var console = _parts.Address ?? new Uri("http://localhost");
        var book = new AlertBook(AlertRules.All, _options, $"{Environment.MachineName}:{console.Port}");
        var (alerts, groups) = AlertFile.Read(_file, out var problem);
        if (problem is not null)
            LogNotKept(_logger, problem);
        book.Restore(alerts, groups);
        RememberAbandoned();
        using var post = HasWebhook ? new AlertPost(_options.Webhook, console, ProgramVersion.Text, _time, _logger) : null;
        while (true)
        {
            await StepAsync(book, post, stopping);
            await Task.Delay(Every, _time, stopping);
        }
    }

    private async Task StepAsync(AlertBook book, AlertPost? post, CancellationToken stopping)
    {
        var version = book.Version;
        var before = _current;
        Read();
        Tell(book.Evaluate(_history));
        _current = [.. book.Alerts];
        Say(before);
        if (version != book.Version)
            Keep(book);
        if (post is null)
            book.TellNobody();
        else
            await TellAsync(book, post, stopping);
    }

    /// <summary>A figure that cannot be had is missing from the reading; the others are in it.</summary>
    private void Read()
    {
        try
        {
            _figures.ReadInto(_history, _clock.Now);
            _isBlind = false;
        }
        catch (AggregateException e)
        {
            if (!_isBlind)
                LogFigureMissing(_logger, e);
            _isBlind = true;
        }
    }

    /// <summary>In the log once, for as long as a rule fails.</summary>
    private void Tell(IReadOnlyList<(AlertRule Rule, Exception Fault)> failed)
    {
        foreach (var (rule, fault) in failed.Where(one => !_failing.Contains(one.Rule.Name, StringComparer.Ordinal)))
            LogRuleFails(_logger, fault, rule.Name);
        _failing = [.. failed.Select(one => one.Rule.Name)];
    }

    private async Task TellAsync(AlertBook book, AlertPost post, CancellationToken stopping)
    {
        if (_failure?.NextAt > _time.GetMonotonicTime())
            return;
        foreach (var notice in book.Due(_clock.Now))
        {
            var (problem, wait) = await post.SendAsync(notice, stopping);
            _metrics.AlertNotices.Add(1, new KeyValuePair<string, object?>("tieline.alert.outcome", problem is null ? "delivered" : "failed"));
            if (problem is not null)
            {
                // The others would meet the same receiver.
                Fail(problem, wait);
                return;
            }

            Succeed();
            book.Told(notice, _clock.Now);
            Keep(book);
        }
    }

    private void Fail(string problem, TimeSpan? wait)
    {
        var failures = (_failure?.Count ?? 0) + 1;
        if (problem != _failure?.Problem)
            LogNotDelivered(_logger, problem);
        var delay = RetrySchedule.DelayAfter(failures, Chance.Next(), _retry);
        _failure = new Failure(problem, _failure?.Since ?? _time.GetUtcNow(), _failure?.Began ?? _time.GetMonotonicTime(), failures, _time.GetMonotonicTime() + (wait > delay ? wait.Value : delay));
    }

    private void Succeed()
    {
        if (_failure is not null)
            LogDelivered(_logger);
        _failure = null;
    }

    /// <summary>What a scrape a day ago would have brought: a gap that was given up long ago is no news after a start.</summary>
    private void RememberAbandoned()
    {
        if (_parts.Current is not { } running)
            return;
        var dayAgo = _clock.Now - TimeSpan.FromDays(1);
        foreach (var reason in running.Journal.Read(reader => reader.ReadAllFills()).Where(fill => fill is { State: GapState.Abandoned, ClosedAt: not null }).GroupBy(fill => fill.Reason))
        {
            var labels = AlertLabels.Of([new("tieline_gap_reason", GapReasonNames.Of(reason.Key)), new("tieline_gap_state", GapStateNames.Of(GapState.Abandoned))]);
            var closed = reason.Select(fill => fill.ClosedAt!.Value).Order().ToList();
            foreach (var at in closed.Where(at => at > dayAgo).Prepend(dayAgo))
                _history.Remember("tieline_gaps_state", labels, at, closed.Count(one => one <= at));
        }
    }

    /// <summary>In the log too: it is read where nothing else is.</summary>
    private void Say(IReadOnlyList<Alert> before)
    {
        var fired = before.Where(alert => alert.State == AlertState.Firing).ToDictionary(alert => alert.Labels);
        foreach (var alert in _current.Where(alert => alert.State == AlertState.Firing && !fired.ContainsKey(alert.Labels) && !(before.Count == 0 && alert.IsTold)))
            LogFiring(_logger, alert.Rule, AlertText.Of(RuleOf(alert).Summary, alert.Labels, alert.Value));
        var firing = _current.Where(alert => alert.State == AlertState.Firing).Select(alert => alert.Labels).ToHashSet();
        foreach (var alert in fired.Values.Where(alert => !firing.Contains(alert.Labels)))
        {
            var summary = AlertText.Of(RuleOf(alert).Summary, alert.Labels, alert.Value);
            LogResolved(_logger, alert.Rule, summary);
        }
    }

    private void Keep(AlertBook book)
    {
        try
        {
            AlertFile.Write(_file, book.Alerts, book.Groups);
            _notKept = null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (_notKept != e.Message)
                LogNotKept(_logger, e.Message);
            _notKept = e.Message;
        }
    }

    private sealed record Failure(string Problem, DateTimeOffset Since, MonotonicTime Began, int Count, MonotonicTime NextAt);
}
