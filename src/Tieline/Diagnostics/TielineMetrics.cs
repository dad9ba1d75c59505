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
        TokenRequests = _meter.CreateCounter<long>("tieline.token.requests", "{request}", "Token requests, by tieline.token.outcome.");
        Kept = _meter.CreateCounter<long>("tieline.events.kept", "{event}", "Events that passed the filter.");
        Dropped = _meter.CreateCounter<long>("tieline.events.dropped", "{event}", "Events that the filter dropped.");
        Duplicates = _meter.CreateCounter<long>("tieline.events.duplicates", "{event}", "Events dropped because they had come before.");
        Late = _meter.CreateCounter<long>("tieline.events.late", "{event}", "Events that filled a hole.");
        Gaps = _meter.CreateCounter<long>("tieline.gaps", "{gap}", "Holes confirmed, by tieline.gap.reason.");
        GapEvents = _meter.CreateCounter<long>("tieline.gap.events", "{event}", "Sequence numbers missing when their hole was confirmed.");
        Epochs = _meter.CreateCounter<long>("tieline.source.epochs", "{epoch}", "Times the numbering started again.");
        Latency = _meter.CreateHistogram<double>("tieline.source.latency", "s", "From an event's timestamp to its processing.", advice: Buckets);
        JournalCommits = _meter.CreateHistogram<double>("tieline.journal.commit.duration", "s", "Duration of one group commit.", advice: Buckets);
        JournalGroup = _meter.CreateHistogram<long>("tieline.journal.commit.events", "{event}", "Events in one group commit.",
            advice: new InstrumentAdvice<long> { HistogramBucketBoundaries = [0, 1, 2, 5, 10, 20, 50, 100, 200, 512] });
        JournalFailures = _meter.CreateCounter<long>("tieline.journal.failures", "{failure}", "Group commits that failed and were tried again.");
        Attempts = _meter.CreateHistogram<double>("tieline.delivery.attempt.duration", "s", "Duration of one delivery attempt, by tieline.destination, tieline.delivery.outcome and error.type.", advice: Buckets);
        Delivered = _meter.CreateCounter<long>("tieline.delivery.delivered", "{event}", "Events a destination has accepted.");
        DeadLetters = _meter.CreateCounter<long>("tieline.delivery.dead_letters", "{event}", "Events set aside for a person.");
        EndToEnd = _meter.CreateHistogram<double>("tieline.delivery.latency", "s", "From receiving an event to its acceptance.", advice: Buckets);
        LoopRestarts = _meter.CreateCounter<long>("tieline.loop.restarts", "{restart}", "Loops that ended unexpectedly and were started again, by tieline.loop.");
        AuditLines = _meter.CreateCounter<long>("tieline.audit.lines", "{line}", "Lines written to the audit log.");
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

    public Counter<long> TokenRequests { get; }

    public Counter<long> Kept { get; }

    public Counter<long> Dropped { get; }

    public Counter<long> Duplicates { get; }

    public Counter<long> Late { get; }

    public Counter<long> Gaps { get; }

    public Counter<long> GapEvents { get; }

    public Counter<long> Epochs { get; }

    public Histogram<double> Latency { get; }

    public Histogram<double> JournalCommits { get; }

    public Histogram<long> JournalGroup { get; }

    public Counter<long> JournalFailures { get; }

    public Histogram<double> Attempts { get; }

    public Counter<long> Delivered { get; }

    public Counter<long> DeadLetters { get; }

    public Histogram<double> EndToEnd { get; }

    public Counter<long> LoopRestarts { get; }

    public Counter<long> AuditLines { get; }

    /// <summary>A figure that is read when somebody asks for it.</summary>
    public void Observe(string name, string unit, string description, Func<double> read) =>
        _meter.CreateObservableGauge(name, read, unit, description);

    public void Dispose() => _meter.Dispose();
}
