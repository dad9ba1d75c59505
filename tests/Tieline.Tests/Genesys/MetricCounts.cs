using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Tieline.Diagnostics;

namespace Tieline.Tests.Genesys;

/// <summary>Adds up what one set of instruments counts, under the instrument's name and its tags.</summary>
internal sealed class MetricCounts : IDisposable
{
    private readonly ConcurrentDictionary<string, long> _counts = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();

    public long this[string name] => _counts.GetValueOrDefault(name);

    public void Watch(TielineMetrics metrics)
    {
        _listener.SetMeasurementEventCallback<long>(Add);
        foreach (var counter in new[] { metrics.Frames, metrics.Connections, metrics.Closes, metrics.ConnectFailures, metrics.TokenRequests, metrics.Queries, metrics.Swept })
            _listener.EnableMeasurementEvents(counter);
    }

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, long measurement, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        var name = instrument.Name;
        foreach (var (key, value) in tags)
            name += $" {key}={value}";
        _counts.AddOrUpdate(name, measurement, (_, count) => count + measurement);
    }
}
