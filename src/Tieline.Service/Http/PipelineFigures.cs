using System.Data.Common;
using System.Diagnostics.Metrics;
using Tieline.Diagnostics;
using Tieline.Journal;
using Tieline.Service.Hosting;

namespace Tieline.Service.Http;

/// <summary>The figures beside the specification's six: what waits, for how long, and what is missing.</summary>
internal sealed class PipelineFigures : ILiveFigures
{
    private readonly RunningParts _parts;
    private readonly DeliveryTally _tally;
    private readonly TimeProvider _time;

    /// <summary>Those that alerts are made of are gauges too.</summary>
    public PipelineFigures(RunningParts parts, DeliveryTally tally, TimeProvider time, TielineMetrics metrics)
    {
        (_parts, _tally, _time) = (parts, tally, time);
        metrics.Observe("tieline.delivery.lag", "s", "Age of the oldest undelivered event: the figure to alert on.", () => Statuses() is { } statuses ? Lag(statuses) : double.NaN);
        metrics.Observe("tieline.delivery.waiting", "{event}", "Accepted events that are not settled yet.", () => Statuses()?.Sum(status => status.Waiting) ?? double.NaN);
        DeliveryFigures.Observe(parts, time, metrics);
        AuditCheck.Observe(parts, metrics);
        ForwardCheck.Observe(parts, time, metrics);
        LifetimeFigures.Observe(parts, time, metrics);
        metrics.Observe("tieline.dead_letters", "{event}", "Events set aside and not decided on.", () => Read(reader => reader.ReadDeadLetterCount()));
        metrics.Observe("tieline.dead_letters.status", "{event}", "Events set aside and not decided on, by tieline.destination and tieline.status.class: 4xx, 5xx or none.", DeadLetterCounts);
        metrics.Observe("tieline.delivery.held", "{event}", "Events that wait behind a dead letter of their conversation, or go out again, by tieline.destination.", HeldCounts);
        metrics.Observe("tieline.delivery.removed", "{event}", "Events that wait for a destination that is no longer configured, by tieline.destination.", RemovedCounts);
        metrics.Observe("tieline.journal.held", "{event}", "Received events that wait for the hole before them to close; not counted among those that wait to be delivered.", () => Read(reader => reader.ReadHeldCount()));
        metrics.Observe("tieline.journal.held.age", "s", "How long the oldest of these has waited; 0 without one.", () => HeldAge() ?? double.NaN);
        metrics.Observe("tieline.gaps.open", "{gap}", "Gaps that are not filled; that of the first start only once an ask about it has failed.", () => Read(reader => reader.ReadOpenGapCount()));
        metrics.Observe("tieline.gaps.state", "{gap}", "Gaps, by tieline.gap.reason and tieline.gap.state.", GapCounts);
        metrics.Observe("tieline.gaps.age", "s", "Age of the oldest gap that tieline.gaps.open counts; 0 without one.", () => Read(OldestGap));
        metrics.Observe("tieline.journal.size", "By", "Bytes that the journal uses.", () => Read(reader => reader.ReadBytes()));
    }

    public IEnumerable<KeyValuePair<string, double>> Read()
    {
        var statuses = Statuses();
        yield return new("eventsReceived", _tally.Received);
        yield return new("eventsDropped", _tally.Dropped);
        yield return new("duplicates", _tally.Duplicates);
        yield return new("delivered", _tally.Delivered);
        yield return new("waiting", statuses?.Sum(status => status.Waiting) ?? double.NaN);
        yield return new("held", Read(reader => reader.ReadHeldCount()));
        yield return new("oldestHeldSeconds", HeldAge() ?? double.NaN);
        yield return new("deliveryLagSeconds", statuses is null ? double.NaN : Lag(statuses));
        yield return new("deadLetters", Read(reader => reader.ReadDeadLetterCount()));
        yield return new("openGaps", Read(reader => reader.ReadOpenGapCount()));
        yield return new("oldestGapSeconds", Read(OldestGap));
        yield return new("missingEvents", Read(reader => reader.ReadOpenGaps().Sum(gap => gap.MissingCount)));
        yield return new("deliveryLatencyP50Ms", _tally.LatencyMs(0.50));
        yield return new("deliveryLatencyP99Ms", _tally.LatencyMs(0.99));
        yield return new("journalBytes", Read(reader => reader.ReadBytes()));
    }

    /// <summary>On the clock that nobody sets.</summary>
    private double? HeldAge() => _parts.Admin is not { } admin ? null : admin.Intake.HeldSince is { } since ? (_time.GetMonotonicTime() - since).TotalSeconds : 0;

    private IEnumerable<Measurement<double>> GapCounts() => Read(reader => reader.ReadGapCounts(), []).Select(count => new Measurement<double>(
        count.Count, new KeyValuePair<string, object?>("tieline.gap.reason", count.Reason), new KeyValuePair<string, object?>("tieline.gap.state", count.State)));

    private IEnumerable<Measurement<double>> DeadLetterCounts() => Read(reader => reader.ReadDeadLetterCounts(), []).Select(count => new Measurement<double>(
        count.Count, new KeyValuePair<string, object?>("tieline.destination", count.Destination), new KeyValuePair<string, object?>("tieline.status.class", count.StatusClass)));

    private IEnumerable<Measurement<double>> HeldCounts() => Read(reader => reader.ReadWaitingCounts(), []).Select(count => new Measurement<double>(
        count.Count, new KeyValuePair<string, object?>("tieline.destination", count.Destination)));

    private IEnumerable<Measurement<double>> RemovedCounts() =>
        _parts.Current?.Journal.Removed.Select(removed => new Measurement<double>(removed.Events, new KeyValuePair<string, object?>("tieline.destination", removed.Name))) ?? [];

    private double OldestGap(JournalReader reader) =>
        reader.ReadFills().Where(fill => fill.CountsAsOpen).Select(fill => Math.Max(0, (_time.GetUtcNow() - fill.Since).TotalSeconds)).DefaultIfEmpty(0).Max();

    /// <summary>Age of the oldest event that some destination has not settled; 0 when there is none.</summary>
    private double Lag(IEnumerable<Delivery.DispatcherStatus> statuses) => statuses
        .Select(status => status.OldestWaitingSince is { } since ? Math.Max(0, (_time.GetUtcNow() - since).TotalSeconds) : 0)
        .DefaultIfEmpty(0)
        .Max();

    private List<Delivery.DispatcherStatus>? Statuses() => _parts.Current?.Dispatchers.Select(dispatcher => dispatcher.Status).ToList();

    private double Read(Func<JournalReader, double> read) => Read(read, double.NaN);

    /// <summary>The figures that need no disk are shown also while the journal cannot be read; readiness says that it cannot.</summary>
    private T Read<T>(Func<JournalReader, T> read, T otherwise)
    {
        try
        {
            return _parts.Current is { } running ? running.Journal.Read(read) : otherwise;
        }
        catch (DbException)
        {
            return otherwise;
        }
    }
}
