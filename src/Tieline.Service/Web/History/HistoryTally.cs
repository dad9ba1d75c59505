using System.Diagnostics.Metrics;
using Tieline.Delivery;
using Tieline.Diagnostics;
using Tieline.Service.Hosting;

namespace Tieline.Service.Web.History;

/// <summary>Listens to Tieline's own instruments and makes samples of what they said. The instruments keep no sums.</summary>
internal sealed class HistoryTally : IDisposable
{
    private const string Budget = "tieline.genesys.budget.left";

    private readonly TielineMetrics _metrics;
    private readonly DeliveryTally _tally;
    private readonly MeterListener _listener = new();
    private readonly DurationTally _latency = new();
    private readonly DurationTally _commits = new();
    private readonly long[] _attempts = new long[5];
    private double _budget = double.NaN;
    private (long Received, long Dropped, long Delivered) _before;

    public HistoryTally(TielineMetrics metrics, DeliveryTally tally)
    {
        (_metrics, _tally) = (metrics, tally);
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument == metrics.EndToEnd || instrument == metrics.JournalCommits || instrument == metrics.Attempts || (instrument.Meter.Name == TielineMetrics.MeterName && instrument.Name == Budget))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Measure(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>What happened since the last one. For one caller at a time.</summary>
    public HistorySample Take(DateTimeOffset now, RunningParts.Parts? running)
    {
        _listener.RecordObservableInstruments();
        var counts = (_tally.Received, _tally.Dropped, _tally.Delivered);
        var latency = _latency.Take(0.5, 0.99);
        var oldest = running?.Dispatchers.Max(dispatcher => dispatcher.Status.OldestWaitingSince is { } since ? Math.Max(0, (now - since).TotalSeconds) : 0);
        var sample = new HistorySample(
            now, counts.Received - _before.Received, counts.Dropped - _before.Dropped, counts.Delivered - _before.Delivered, latency[0], latency[1], oldest ?? double.NaN,
            Taken(0), Taken(1), Taken(2), Taken(3), Taken(4), _commits.Take(0.99)[0], _budget);
        _before = counts;
        return sample;
    }

    public void Dispose() => _listener.Dispose();

    private double Taken(int which) => Interlocked.Exchange(ref _attempts[which], 0);

    private void Measure(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (instrument == _metrics.EndToEnd)
            _latency.Add(value);
        else if (instrument == _metrics.JournalCommits)
            _commits.Add(value);
        else if (instrument == _metrics.Attempts)
            Interlocked.Increment(ref _attempts[ClassOf(tags)]);
        else
            Volatile.Write(ref _budget, value);
    }

    private static int ClassOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string? outcome = null, error = null;
        foreach (var (name, value) in tags)
        {
            if (name == "tieline.delivery.outcome")
                outcome = value as string;
            else if (name == "error.type")
                error = value as string;
        }

        return (outcome, error) switch
        {
            ("accepted", _) => 0,
            ("rejected", _) => 2,
            (_, nameof(BackOffReason.Throttled)) => 1,
            (_, nameof(BackOffReason.ServerFailed)) => 3,
            (_, nameof(BackOffReason.Misconfigured)) => 2,
            _ => 4,
        };
    }
}
