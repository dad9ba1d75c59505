using System.Diagnostics.Metrics;

namespace Tieline.Diagnostics;

/// <summary>Listens to Tieline's own instruments and adds up what the JSON of <c>/metrics</c> shows; the instruments themselves keep no sums.</summary>
internal sealed class DeliveryTally : IDisposable
{
    /// <summary>The newest so many latencies give the percentiles.</summary>
    private const int Samples = 4_096;

    private readonly MeterListener _listener = new();
    private readonly double[] _latencies = new double[Samples];
    private long _received;
    private long _dropped;
    private long _duplicates;
    private long _delivered;
    private long _measured;

    public DeliveryTally(TielineMetrics metrics)
    {
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Count(metrics, instrument, value));
        _listener.SetMeasurementEventCallback<double>((_, value, _, _) => Measure(value));
        foreach (var instrument in (Instrument[])[metrics.Frames, metrics.Dropped, metrics.Duplicates, metrics.Delivered, metrics.EndToEnd])
            _listener.EnableMeasurementEvents(instrument);
        _listener.Start();
    }

    public long Received => Volatile.Read(ref _received);

    public long Dropped => Volatile.Read(ref _dropped);

    public long Duplicates => Volatile.Read(ref _duplicates);

    public long Delivered => Volatile.Read(ref _delivered);

    /// <summary>From receiving an event to its acceptance, over the newest thousands; NaN before the first.</summary>
    /// <param name="share">0.99 for the 99th percentile.</param>
    public double LatencyMs(double share)
    {
        var count = (int)Math.Min(Volatile.Read(ref _measured), Samples);
        if (count == 0)
            return double.NaN;
        var sorted = _latencies.AsSpan(0, count).ToArray();
        Array.Sort(sorted);
        return Math.Round(sorted[(int)Math.Min(count - 1, Math.Ceiling(count * share) - 1)] * 1000, 3);
    }

    public void Dispose() => _listener.Dispose();

    private void Count(TielineMetrics metrics, Instrument instrument, long value)
    {
        if (instrument == metrics.Frames)
            Interlocked.Add(ref _received, value);
        else if (instrument == metrics.Dropped)
            Interlocked.Add(ref _dropped, value);
        else if (instrument == metrics.Duplicates)
            Interlocked.Add(ref _duplicates, value);
        else if (instrument == metrics.Delivered)
            Interlocked.Add(ref _delivered, value);
    }

    private void Measure(double seconds) => _latencies[(Interlocked.Increment(ref _measured) - 1) % Samples] = seconds;
}
