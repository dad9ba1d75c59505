namespace Tieline.Service.Alerts;

/// <summary>The rules of <c>deploy/prometheus/tieline.rules.yml</c>, evaluated inside Tieline for who has no Prometheus. Tests hold the two against each other: the texts, and what fires when.</summary>
/// <remarks>All but <c>TielineDown</c>: who is down tells nobody.</remarks>
internal static class AlertRules
{
    private const string Destination = "tieline_destination";
    private const string Outcome = "tieline_delivery_outcome";

    private static readonly TimeSpan _atOnce = TimeSpan.Zero;

    /// <summary>Each has another name.</summary>
    public static IReadOnlyList<AlertRule> All { get; } =
    [
        new(
            "TielineNotReady", AlertSeverity.Page, TimeSpan.FromMinutes(2),
            "Tieline on {{ $labels.instance }} is not ready: {{ $labels.tieline_check }}",
            "GET /health/ready says in a sentence what is wrong and what to check.",
            figures => figures.Now("tieline_health_check").Where(check => check.Value == 0)),
        new(
            "TielineNotReceiving", AlertSeverity.Page, TimeSpan.FromMinutes(3),
            "Tieline on {{ $labels.instance }} hears nothing from Genesys",
            "It goes on reconnecting, and fetches what was missed once it is connected.",
            figures => figures.Now("tieline_source_silence_seconds").Where(silence => silence.Value > 120)
                .Concat(figures.Now("tieline_specification_connection_uptime_seconds").Where(uptime => uptime.Value == 0))
                .DistinctBy(figure => figure.Labels)),
        new(
            "TielineReconnectsOften", AlertSeverity.Ticket, _atOnce,
            "{{ $value | printf \"%.0f\" }} unplanned reconnections in 15 minutes on {{ $labels.instance }}",
            "Each costs a gap that the backfill has to fill.",
            figures => figures.Increase("tieline_specification_reconnections", Any).Where(risen => risen.Value > 5)),
        new(
            "TielineSourceLatencyHigh", AlertSeverity.Ticket, TimeSpan.FromMinutes(5),
            "Events are {{ $value | humanizeDuration }} old (p99) when they reach Tieline on {{ $labels.instance }}",
            "From the event's own timestamp to its processing: Genesys, the network, or a clock that is wrong.",
            figures => Above(figures.Quantile("tieline_source_latency_seconds_bucket", 0.99), 10)),
        new(
            "TielineGapOpen", AlertSeverity.Ticket, TimeSpan.FromMinutes(5),
            "A gap on {{ $labels.instance }} is open for {{ $value | humanizeDuration }}",
            "Genesys was asked for what was missed and has not given a complete answer yet.",
            figures => figures.Now("tieline_gaps_age_seconds").Where(age => age.Value > 1800)),
        new(
            "TielineGapAbandoned", AlertSeverity.Page, _atOnce,
            "{{ $value | printf \"%.0f\" }} gaps on {{ $labels.instance }} are given up",
            "No more questions are asked for them. Events may be missing at the CRM until somebody runs tieline backfill.",
            figures => figures.Sum("tieline_gaps_state", IsAbandoned).Where(now => now.Value > (figures.SumBefore("tieline_gaps_state", IsAbandoned, TimeSpan.FromDays(1)) ?? 0))),
        new(
            "TielineReconcileMissing", AlertSeverity.Ticket, _atOnce,
            "The last reconciliation on {{ $labels.instance }} found {{ $value | printf \"%.0f\" }} events missing",
            "Genesys's own records tell of them, Tieline's journal does not.",
            figures => figures.Now("tieline_reconcile_missing").Where(missing => missing.Value > 0)),
        new(
            "TielineDeliveryLag", AlertSeverity.Page, TimeSpan.FromMinutes(5),
            "The oldest undelivered event on {{ $labels.instance }} waits for {{ $value | humanizeDuration }}",
            "It is safe on disk; the CRM does not have it.",
            figures => figures.Now("tieline_delivery_lag_seconds").Where(lag => lag.Value > 300)),
        new(
            "TielineDestinationDown", AlertSeverity.Page, TimeSpan.FromMinutes(5),
            "{{ $labels.tieline_destination }} is down for {{ $labels.instance }}",
            "Events wait on disk and it is probed every few seconds; an outage costs no attempts and makes no dead letters.",
            figures => Gates(figures, "down")),
        new(
            "TielineDestinationMisconfigured", AlertSeverity.Page, TimeSpan.FromMinutes(2),
            "{{ $labels.tieline_destination }} refuses {{ $labels.instance }} (401, 403, 404 or 410)",
            "Its URL or credentials are wrong. No event is burnt for it; it is probed once a minute.",
            figures => Gates(figures, "misconfigured")),
        new(
            "TielineDestinationThrottled", AlertSeverity.Ticket, TimeSpan.FromMinutes(15),
            "{{ $labels.tieline_destination }} has been asking {{ $labels.instance }} to wait for 15 minutes",
            "Its Retry-After is obeyed to the second, so events wait.",
            figures => Gates(figures, "held")),
        new(
            "TielineQuotaRunsOut", AlertSeverity.Ticket, TimeSpan.FromMinutes(10),
            "{{ $labels.tieline_destination }}'s daily requests last {{ $value | humanizeDuration }} more on {{ $labels.instance }}",
            "At the last hour's pace RateLimit:PerDay is used up then; what comes after waits on disk.",
            figures => figures.Now("tieline_delivery_rate_limit_day_lasts_seconds").Where(lasts => lasts.Value < 14400)),
        new(
            "TielineCertificateExpires", AlertSeverity.Ticket, TimeSpan.FromMinutes(15),
            "The {{ $labels.tieline_certificate }} certificate of {{ $labels.tieline_destination }} ends in {{ $value | humanizeDuration }} on {{ $labels.instance }}",
            "Nothing gets to the CRM once it has ended; events wait on disk then.",
            figures => figures.Now("tieline_delivery_certificate_left_seconds").Where(left => left.Value < 1209600)),
        new(
            "TielineDeadLetters", AlertSeverity.Ticket, TimeSpan.FromMinutes(5),
            "{{ $value | printf \"%.0f\" }} events on {{ $labels.instance }} wait for a decision",
            "The CRM refused them for good, or did not take them for 72 hours.",
            figures => figures.Sum("tieline_dead_letters", Any).Where(dead => dead.Value > 0)),
        new(
            "TielineDeliveryFailing", AlertSeverity.Ticket, TimeSpan.FromMinutes(10),
            "{{ $value | humanizePercentage }} of the attempts at {{ $labels.tieline_destination }} fail on {{ $labels.instance }}",
            "They are tried again; but a tenth is more than chance.",
            Failing),
        new(
            "TielineAuditBehind", AlertSeverity.Ticket, TimeSpan.FromMinutes(5),
            "The audit log of {{ $labels.instance }} lacks lines of the last {{ $value | humanizeDuration }}",
            "Events are delivered as usual; the lines wait in the journal, and retention does not remove them.",
            figures => figures.Now("tieline_audit_lag_seconds").Where(lag => lag.Value > 300)),
        new(
            "TielineAuditForwardingBehind", AlertSeverity.Ticket, TimeSpan.FromMinutes(5),
            "The SIEM lacks audit lines of {{ $labels.instance }} that are {{ $value | humanizeDuration }} old",
            "They stay in the audit log until it takes them; events are delivered as ever.",
            figures => figures.Now("tieline_audit_forward_lag_seconds").Where(lag => lag.Value > 600)),
        new(
            "TielineConfigurationRefused", AlertSeverity.Ticket, TimeSpan.FromMinutes(5),
            "The changed configuration of {{ $labels.instance }} is refused",
            "What held before holds on; at a restart Tieline would not start.",
            figures => figures.Now("tieline_configuration_refused").Where(refused => refused.Value > 0)),
        new(
            "TielineJournalSlow", AlertSeverity.Ticket, TimeSpan.FromMinutes(10),
            "A group commit takes {{ $value | humanizeDuration }} (p99) on {{ $labels.instance }}",
            "Every event waits for one before it goes to the CRM.",
            figures => Above(figures.Quantile("tieline_journal_commit_duration_seconds_bucket", 0.99), 0.25)),
        new(
            "TielineDiskNearlyFull", AlertSeverity.Page, TimeSpan.FromMinutes(15),
            "The disk of {{ $labels.instance }} is nearly full, or will be within four days",
            "With the disk full, receiving waits; nothing that was accepted is lost.",
            figures => figures.Now("tieline_disk_free_bytes").Where(free => free.Value < 1e9)
                .Concat(figures.Predict("tieline_disk_free_bytes", TimeSpan.FromDays(4), knownFor: TimeSpan.FromHours(5)).Where(free => free.Value < 0))
                .DistinctBy(figure => figure.Labels)),
        new(
            "TielineGenesysBudgetLow", AlertSeverity.Ticket, TimeSpan.FromMinutes(15),
            "{{ $labels.instance }} has used nearly all of its REST calls at Genesys for 15 minutes",
            "A large backfill does that by design; if none runs, others use the same OAuth client.",
            figures => figures.Now("tieline_genesys_budget_left").Where(left => left.Value < 30)),
        new(
            "TielineFramesUnreadable", AlertSeverity.Ticket, _atOnce,
            "{{ $value | printf \"%.0f\" }} frames in 15 minutes were no event ({{ $labels.tieline_fault }}) on {{ $labels.instance }}",
            "Genesys sends something that Tieline does not know, or something in between changes it.",
            figures => figures.Increase("tieline_source_frame_faults_total", Any, "tieline_fault").Where(risen => risen.Value > 10)),
        new(
            "TielineAccessRefused", AlertSeverity.Ticket, _atOnce,
            "{{ $value | printf \"%.0f\" }} requests in 15 minutes were refused ({{ $labels.tieline_refusal }}) on {{ $labels.instance }}",
            "Somebody tries tokens, a page of another site acts for a browser, or a program has an old token.",
            figures => figures.Increase("tieline_access_refused_total", Any, "tieline_refusal").Where(risen => risen.Value > 50)),
        new(
            "TielineLoopRestarted", AlertSeverity.Ticket, _atOnce,
            "The loop {{ $labels.tieline_loop }} of {{ $labels.instance }} ended unexpectedly and was started again",
            "Nothing is lost, but it is a fault in Tieline: the log has it with its cause.",
            figures => figures.Increase("tieline_loop_restarts_total", Any, "tieline_loop").Where(risen => risen.Value > 0)),
    ];

    private static bool Any(AlertLabels labels) => true;

    private static bool IsAbandoned(AlertLabels labels) => labels["tieline_gap_state"] == "abandoned";

    private static IEnumerable<AlertFigure> Above(double value, double threshold) => value > threshold ? [new AlertFigure(AlertLabels.None, value)] : [];

    private static IEnumerable<AlertFigure> Gates(FigureHistory figures, string state) =>
        figures.Now("tieline_delivery_gate_state").Where(gate => gate.Value == 1 && gate.Labels["tieline_gate_state"] == state);

    private static IEnumerable<AlertFigure> Failing(FigureHistory figures)
    {
        const string Name = "tieline_delivery_attempt_duration_seconds_count";
        var all = figures.Increase(Name, Any, Destination).ToDictionary(figure => figure.Labels, figure => figure.Value);
        return figures.Increase(Name, labels => labels[Outcome] != "accepted", Destination)
            .Select(failed => failed with { Value = failed.Value / all[failed.Labels] })
            .Where(share => share.Value > 0.1);
    }
}
