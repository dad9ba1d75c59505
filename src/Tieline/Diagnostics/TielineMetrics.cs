using System.Diagnostics.Metrics;

namespace Tieline.Diagnostics;

/// <summary>Every instrument Tieline has. Names follow OpenTelemetry's rules; tag values come from closed sets, never an id.</summary>
internal sealed class TielineMetrics : IDisposable
{
    public const string MeterName = "Tieline";

    private readonly Meter _meter = new(MeterName);

    public TielineMetrics()
    {
        Frames = _meter.CreateCounter<long>("tieline.source.frames", "{frame}", "Text frames read from the source.");
        FrameFaults = _meter.CreateCounter<long>("tieline.source.frame.faults", "{frame}", "Frames that were no event, by tieline.fault.");
        Connections = _meter.CreateCounter<long>("tieline.source.connections", "{connection}", "Sockets opened and subscribed.");
        Closes = _meter.CreateCounter<long>("tieline.source.closes", "{connection}", "Sockets that ended, by tieline.close.code.");
        ConnectFailures = _meter.CreateCounter<long>("tieline.source.connect.failures", "{attempt}", "Attempts to connect that failed, by error.type.");
        Channels = _meter.CreateUpDownCounter<long>("tieline.source.channels", "{channel}", "Notification channels whose socket is open.");
        ChannelsMade = _meter.CreateCounter<long>("tieline.source.channels.made", "{channel}", "Notification channels made, by tieline.channel.reason.");
        Notifications = _meter.CreateCounter<long>("tieline.source.notifications", "{notification}", "Notifications received, by tieline.topic.kind.");
        TopicsRefused = _meter.CreateCounter<long>("tieline.source.topics.refused", "{topic}", "Topics that Genesys began to refuse.");
        TokenRequests = _meter.CreateCounter<long>("tieline.token.requests", "{request}", "Token requests, by tieline.token.outcome.");
        SnapshotsIgnored = _meter.CreateCounter<long>("tieline.snapshots.ignored", "{snapshot}", "Notifications that told nothing new, by tieline.snapshot: repeat or stale.");
        Swept = _meter.CreateCounter<long>("tieline.conversations.swept", "{conversation}", "Silent conversations that Genesys was asked about, by tieline.sweep.outcome: ended, open, unknown, refused or given_up.");
        Queries = _meter.CreateCounter<long>("tieline.genesys.queries", "{request}", "Requests for past conversations, by tieline.query.outcome.");
        Kept = _meter.CreateCounter<long>("tieline.events.kept", "{event}", "Events that passed the filter.");
        Dropped = _meter.CreateCounter<long>("tieline.events.dropped", "{event}", "Events that the filter dropped.");
        Duplicates = _meter.CreateCounter<long>("tieline.events.duplicates", "{event}", "Events dropped because they had come before, by tieline.duplicate.reason: number, recent_id, journal, same_end or other_end.");
        Late = _meter.CreateCounter<long>("tieline.events.late", "{event}", "Events that filled a hole.");
        Gaps = _meter.CreateCounter<long>("tieline.gaps", "{gap}", "Holes confirmed, by tieline.gap.reason.");
        GapEvents = _meter.CreateCounter<long>("tieline.gap.events", "{event}", "Sequence numbers missing when their hole was confirmed.");
        Epochs = _meter.CreateCounter<long>("tieline.source.epochs", "{epoch}", "Times the numbering started again.");
        Recovered = _meter.CreateCounter<long>("tieline.backfill.events", "{event}", "Events that answers brought and the filter kept, by tieline.fact: new, known or conflicting.");
        RecordFaults = _meter.CreateCounter<long>("tieline.backfill.record.faults", "{record}", "Details records that are no conversation.");
        Latency = _meter.CreateHistogram<double>("tieline.source.latency", "s", "From an event's timestamp to its processing.", advice: Buckets);
        JournalCommits = _meter.CreateHistogram<double>("tieline.journal.commit.duration", "s", "Duration of one group commit.", advice: Buckets);
        JournalGroup = _meter.CreateHistogram<long>("tieline.journal.commit.events", "{event}", "Events in one group commit.",
            advice: new InstrumentAdvice<long> { HistogramBucketBoundaries = [0, 1, 2, 5, 10, 20, 50, 100, 200, 512] });
        JournalFailures = _meter.CreateCounter<long>("tieline.journal.failures", "{failure}", "Group commits that failed and were tried again.");
        Attempts = _meter.CreateHistogram<double>("tieline.delivery.attempt.duration", "s", "Duration of one delivery attempt, by tieline.destination, tieline.delivery.outcome and error.type.", advice: Buckets);
        Delivered = _meter.CreateCounter<long>("tieline.delivery.delivered", "{event}", "Events a destination has accepted.");
        DeadLetters = _meter.CreateCounter<long>("tieline.delivery.dead_letters", "{event}", "Events set aside for a person.");
        Filtered = _meter.CreateCounter<long>("tieline.delivery.filtered", "{event}", "Events that a destination's own filter lets by, by tieline.destination.");
        EndToEnd = _meter.CreateHistogram<double>("tieline.delivery.latency", "s", "From receiving an event to its acceptance.", advice: Buckets);
        QuotaUsed = _meter.CreateGauge<double>("tieline.delivery.quota.used", "{share}", "Share of the requests a day that the destination's answers say are used, by whoever; absent where they say nothing.");
        LoopRestarts = _meter.CreateCounter<long>("tieline.loop.restarts", "{restart}", "Loops that ended unexpectedly and were started again, by tieline.loop.");
        ClockSteps = _meter.CreateCounter<long>("tieline.clock.steps", "{step}", "Times that the system clock was set, or the host was suspended, by tieline.direction: back or forward.");
        AlertNotices = _meter.CreateCounter<long>("tieline.alerts.notices", "{notice}", "Notices of built-in alerts that were posted to Alerts:Webhook, by tieline.alert.outcome: delivered or failed.");
        Reloads = _meter.CreateCounter<long>("tieline.configuration.reloads", "{reload}", "Times that the configuration was read again, by tieline.result: applied, unchanged or refused.");
        AccessRefused = _meter.CreateCounter<long>("tieline.access.refused", "{request}", "Requests refused because of their sender, by tieline.refusal: origin, host, token, role, code, provider or streams.");
        SignIns = _meter.CreateCounter<long>("tieline.access.sign_ins", "{session}", "Sign-ins to the console, by tieline.way: token, link or provider.");
        AuditLines = _meter.CreateCounter<long>("tieline.audit.lines", "{line}", "Lines written to the audit log.");
        AuditForwarded = _meter.CreateCounter<long>("tieline.audit.forward.lines", "{line}", "Audit lines and checkpoints that the SIEM is known to have.");
        AuditForwardFailures = _meter.CreateCounter<long>("tieline.audit.forward.failures", "{attempt}", "Attempts to forward audit lines that failed; they are tried again.");
    }

    /// <summary>Seconds, from half a millisecond to a minute.</summary>
    private static InstrumentAdvice<double> Buckets { get; } = new()
    {
        HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    };

    public Counter<long> Frames { get; }

    public Counter<long> FrameFaults { get; }

    public Counter<long> Connections { get; }

    public Counter<long> Closes { get; }

    public Counter<long> ConnectFailures { get; }

    public UpDownCounter<long> Channels { get; }

    public Counter<long> ChannelsMade { get; }

    public Counter<long> Notifications { get; }

    public Counter<long> TopicsRefused { get; }

    public Counter<long> TokenRequests { get; }

    public Counter<long> SnapshotsIgnored { get; }

    public Counter<long> Swept { get; }

    public Counter<long> Queries { get; }

    public Counter<long> Kept { get; }

    public Counter<long> Dropped { get; }

    public Counter<long> Duplicates { get; }

    public Counter<long> Late { get; }

    public Counter<long> Gaps { get; }

    public Counter<long> GapEvents { get; }

    public Counter<long> Epochs { get; }

    public Counter<long> Recovered { get; }

    public Counter<long> RecordFaults { get; }

    public Histogram<double> Latency { get; }

    public Histogram<double> JournalCommits { get; }

    public Histogram<long> JournalGroup { get; }

    public Counter<long> JournalFailures { get; }

    public Histogram<double> Attempts { get; }

    public Counter<long> Delivered { get; }

    public Counter<long> DeadLetters { get; }

    public Counter<long> Filtered { get; }

    public Histogram<double> EndToEnd { get; }

    public Gauge<double> QuotaUsed { get; }

    public Counter<long> LoopRestarts { get; }

    public Counter<long> ClockSteps { get; }

    public Counter<long> AlertNotices { get; }

    public Counter<long> Reloads { get; }

    public Counter<long> AccessRefused { get; }

    public Counter<long> SignIns { get; }

    public Counter<long> AuditLines { get; }

    public Counter<long> AuditForwarded { get; }

    public Counter<long> AuditForwardFailures { get; }

    /// <summary>A figure that is read when somebody asks for it.</summary>
    public void Observe(string name, string unit, string description, Func<double> read) =>
        _meter.CreateObservableGauge(name, read, unit, description);

    /// <summary>Figures of one name, told apart by their tags, that are read when somebody asks for them.</summary>
    public void Observe(string name, string unit, string description, Func<IEnumerable<Measurement<double>>> read) =>
        _meter.CreateObservableGauge(name, read, unit, description);

    public void Dispose() => _meter.Dispose();
}
