using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using Tieline.Diagnostics;

namespace Tieline.Service.Alerts;

/// <summary>Listens to Tieline's own instruments and hands over what a scrape of <c>/metrics</c> would bring, as far as rules look at it.</summary>
internal sealed class FigureListener : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<(string Name, AlertLabels Labels), Tally> _counts = new();
    private readonly ConcurrentDictionary<Kept, BucketTally> _buckets = new();
    private readonly List<(string Name, AlertLabels Labels, double Value)> _observed = [];

    public FigureListener(TielineMetrics metrics)
    {
        // A name may be another's too, where one process holds several.
        var ours = metrics.Frames.Meter;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            // Its name is made here, and the labels of its tags when they are first seen: events are measured by the thousand.
            if (instrument.Meter == ours && NameOf(instrument) is var name && FigureHistory.Keeps(name))
                listener.EnableMeasurementEvents(instrument, new Kept(name, instrument as Histogram<double>));
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, kept) => Count((Kept)kept!, tags, value));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, kept) => Measure((Kept)kept!, value, tags));
        _listener.Start();
    }

    /// <summary>One reading. For one caller at a time.</summary>
    /// <exception cref="AggregateException">Instruments that failed; the reading has all the others.</exception>
    public void ReadInto(FigureHistory history, DateTimeOffset now)
    {
        AggregateException? failed = null;
        _observed.Clear();
        try
        {
            _listener.RecordObservableInstruments();
        }
        catch (AggregateException e)
        {
            failed = e;
        }

        history.Begin(now);
        foreach (var (name, labels, value) in _observed)
            history.Add(name, labels, value);
        foreach (var ((name, labels), tally) in _counts)
            history.Add(name, labels, tally.Sum);
        foreach (var (kept, tally) in _buckets)
        {
            foreach (var (upper, count) in tally.Read())
                history.Add(kept.Name, AlertLabels.Of([new("le", double.IsPositiveInfinity(upper) ? "+Inf" : upper.ToString(CultureInfo.InvariantCulture))]), count);
        }

        if (failed is not null)
            throw failed;
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

    private void Count(Kept kept, ReadOnlySpan<KeyValuePair<string, object?>> tags, long value)
    {
        if (!kept.Tallies.TryGetValue(tags, out var tally))
        {
            // By labels: tags that say the same, such as one without a value, are one figure.
            tally = _counts.GetOrAdd((kept.Name, AlertLabels.OfTags(tags)), static _ => new Tally());
            kept.Tallies.TryAdd(tags, tally);
        }

        tally.Add(value);
    }

    private void Measure(Kept kept, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (kept.Histogram is null)
            _observed.Add((kept.Name, AlertLabels.OfTags(tags), value));
        else if (kept.IsBuckets)
            _buckets.GetOrAdd(kept, static of => new BucketTally(of.Histogram!.Advice!.HistogramBucketBoundaries!)).Add(value);
        else
            Count(kept, tags, 1);
    }

    /// <summary>An instrument that a rule looks at.</summary>
    private sealed class Kept(string name, Histogram<double>? histogram)
    {
        public string Name { get; } = name;

        /// <summary>Null: a counter, or observed.</summary>
        public Histogram<double>? Histogram { get; } = histogram;

        /// <summary>Whether the histogram's buckets are looked at; else how often it was measured.</summary>
        public bool IsBuckets { get; } = histogram is not null && name.EndsWith("_bucket", StringComparison.Ordinal);

        public ConcurrentDictionary<KeyValuePair<string, object?>[], Tally>.AlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>> Tallies { get; } =
            new ConcurrentDictionary<KeyValuePair<string, object?>[], Tally>(new TagsComparer()).GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>();
    }

    /// <summary>Safe from any thread.</summary>
    private sealed class Tally
    {
        private long _sum;

        public long Sum => Interlocked.Read(ref _sum);

        public void Add(long value) => Interlocked.Add(ref _sum, value);
    }
}
