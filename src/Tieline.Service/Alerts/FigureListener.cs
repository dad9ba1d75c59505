using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using Tieline.Diagnostics;

namespace Tieline.Service.Alerts;

/// <summary>Listens to Tieline's own instruments and hands over what a scrape of <c>/metrics</c> would bring, as far as rules look at it.</summary>
internal sealed class FigureListener : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<(Instrument Instrument, AlertLabels Labels), long> _counts = new();
    private readonly ConcurrentDictionary<Instrument, BucketTally> _buckets = new();
    private readonly List<(string Name, AlertLabels Labels, double Value)> _observed = [];

    public FigureListener(TielineMetrics metrics)
    {
        // A name may be another's too, where one process holds several.
        var ours = metrics.Frames.Meter;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == ours && FigureHistory.Keeps(NameOf(instrument)))
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Count(instrument, tags, value));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Measure(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>One reading. For one caller at a time.</summary>
    public void ReadInto(FigureHistory history, DateTimeOffset now)
    {
        _observed.Clear();
        _listener.RecordObservableInstruments();
        history.Begin(now);
        foreach (var (name, labels, value) in _observed)
            history.Add(name, labels, value);
        foreach (var ((instrument, labels), count) in _counts)
            history.Add(NameOf(instrument), labels, count);
        foreach (var (instrument, tally) in _buckets)
        {
            foreach (var (upper, count) in tally.Read())
                history.Add(NameOf(instrument), AlertLabels.Of([new("le", double.IsPositiveInfinity(upper) ? "+Inf" : upper.ToString(CultureInfo.InvariantCulture))]), count);
        }
    }

    public void Dispose() => _listener.Dispose();

    /// <summary>As in Prometheus's text; of a histogram, the part that is looked at.</summary>
    private static string NameOf(Instrument instrument)
    {
        var unit = instrument.Unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" };
        var name = instrument.Name.Replace('.', '_') + unit;
        return instrument switch
        {
            Counter<long> => name + "_total",
            Histogram<double> when FigureHistory.Keeps(name + "_count") => name + "_count",
            Histogram<double> => name + "_bucket",
            _ => name,
        };
    }

    private void Count(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags, long value) =>
        _counts.AddOrUpdate((instrument, AlertLabels.OfTags(tags)), static (_, added) => added, static (_, sum, added) => sum + added, value);

    private void Measure(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (instrument is not Histogram<double> histogram)
            _observed.Add((NameOf(instrument), AlertLabels.OfTags(tags), value));
        else if (NameOf(instrument).EndsWith("_bucket", StringComparison.Ordinal))
            _buckets.GetOrAdd(instrument, static (_, of) => new BucketTally(of.Advice!.HistogramBucketBoundaries!), histogram).Add(value);
        else
            Count(instrument, tags, 1);
    }
}
