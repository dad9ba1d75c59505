using System.Globalization;

namespace Tieline.Service.Alerts;

/// <summary>The figures that rules look at, under the names that <c>/metrics</c> gives Prometheus, as far back as the rules look. For one thread.</summary>
internal sealed class FigureHistory
{
    /// <summary>Each name, and how far back its rule looks; zero: only at what is now.</summary>
    private static readonly Dictionary<string, TimeSpan> _windows = new(StringComparer.Ordinal)
    {
        ["tieline_health_check"] = TimeSpan.Zero,
        ["tieline_source_silence_seconds"] = TimeSpan.Zero,
        ["tieline_specification_connection_uptime_seconds"] = TimeSpan.Zero,
        ["tieline_specification_reconnections"] = TimeSpan.FromMinutes(15),
        ["tieline_source_latency_seconds_bucket"] = TimeSpan.FromMinutes(5),
        ["tieline_gaps_age_seconds"] = TimeSpan.Zero,
        ["tieline_gaps_state"] = TimeSpan.FromDays(1),
        ["tieline_gaps_open"] = TimeSpan.Zero,
        ["tieline_reconcile_missing"] = TimeSpan.Zero,
        ["tieline_delivery_lag_seconds"] = TimeSpan.Zero,
        ["tieline_delivery_gate_state"] = TimeSpan.Zero,
        ["tieline_delivery_rate_limit_day_lasts_seconds"] = TimeSpan.Zero,
        ["tieline_delivery_certificate_left_seconds"] = TimeSpan.Zero,
        ["tieline_dead_letters"] = TimeSpan.Zero,
        ["tieline_audit_lag_seconds"] = TimeSpan.Zero,
        ["tieline_audit_forward_lag_seconds"] = TimeSpan.Zero,
        ["tieline_configuration_refused"] = TimeSpan.Zero,
        ["tieline_delivery_attempt_duration_seconds_count"] = TimeSpan.FromMinutes(10),
        ["tieline_journal_commit_duration_seconds_bucket"] = TimeSpan.FromMinutes(10),
        ["tieline_disk_free_bytes"] = TimeSpan.FromHours(6),
        ["tieline_genesys_budget_left"] = TimeSpan.Zero,
        ["tieline_source_frame_faults_total"] = TimeSpan.FromMinutes(15),
        ["tieline_access_refused_total"] = TimeSpan.FromMinutes(15),
        ["tieline_loop_restarts_total"] = TimeSpan.FromHours(1),
    };

    private readonly Dictionary<(string Name, AlertLabels Labels), FigureSeries> _series = [];
    private DateTimeOffset? _begun;

    /// <summary>All that is kept, in no order.</summary>
    public static IEnumerable<string> Names => _windows.Keys;

    /// <summary>Of the reading that rules look at.</summary>
    public DateTimeOffset At { get; private set; }

    public static bool Keeps(string name) => _windows.ContainsKey(name);

    /// <summary>A new reading begins. A figure that it does not bring is no longer there.</summary>
    public void Begin(DateTimeOffset at)
    {
        At = at;
        _begun ??= at;
    }

    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="value">NaN: there is none.</param>
    public void Add(string name, AlertLabels labels, double value)
    {
        if (double.IsNaN(value))
            return;
        if (!_series.TryGetValue((name, labels), out var series))
            _series[(name, labels)] = series = new FigureSeries(labels, _windows[name]);
        series.Add(At, value);
    }

    public IEnumerable<AlertFigure> Now(string name) => Series(name).Select(series => new AlertFigure(series.Labels, series.Last.Value));

    /// <summary>Those that fit, added up for each combination of the labels.</summary>
    public IEnumerable<AlertFigure> Sum(string name, Func<AlertLabels, bool> fits, params string[] by) =>
        SumBy(Series(name).Where(series => fits(series.Labels)).Select(series => new AlertFigure(series.Labels, series.Last.Value)), by);

    /// <summary>The same, as it was.</summary>
    /// <returns>Null where nothing was known then.</returns>
    public double? SumBefore(string name, Func<AlertLabels, bool> fits, TimeSpan before)
    {
        var known = Series(name).Where(series => fits(series.Labels)).Select(series => series.ValueAt(At - before)).OfType<double>().ToList();
        return known.Count == 0 ? null : known.Sum();
    }

    /// <summary>How much a figure that only rises has risen within its window, added up for each combination of the labels.</summary>
    public IEnumerable<AlertFigure> Increase(string name, Func<AlertLabels, bool> fits, params string[] by) =>
        SumBy(Series(name).Where(series => fits(series.Labels)).Select(series => new AlertFigure(series.Labels, IncreaseOf(name, series))), by);

    /// <summary>From the buckets of a histogram, over their window; within a bucket it is taken to be even, as Prometheus does.</summary>
    /// <returns>NaN where nothing was measured.</returns>
    public double Quantile(string name, double share)
    {
        var buckets = Increase(name, _ => true, "le")
            .Select(figure => (Upper: figure.Labels["le"] is "+Inf" or null ? double.PositiveInfinity : double.Parse(figure.Labels["le"]!, CultureInfo.InvariantCulture), Count: figure.Value))
            .OrderBy(bucket => bucket.Upper)
            .ToList();
        if (buckets.Count < 2 || buckets[^1].Count <= 0)
            return double.NaN;
        var rank = share * buckets[^1].Count;
        var at = buckets.FindIndex(bucket => bucket.Count >= rank);
        if (double.IsPositiveInfinity(buckets[at].Upper))
            return buckets[at - 1].Upper;
        var (lower, below) = at == 0 ? (0, 0) : buckets[at - 1];
        return lower + ((buckets[at].Upper - lower) * (rank - below) / (buckets[at].Count - below));
    }

    /// <summary>Where a straight line through its window arrives, for figures that are known for so long at least.</summary>
    public IEnumerable<AlertFigure> Predict(string name, TimeSpan ahead, TimeSpan knownFor) => Series(name)
        .Where(series => series.ValueAt(At - knownFor) is not null)
        .Select(series => new AlertFigure(series.Labels, series.Predict(At + ahead)));

    /// <summary>What was so before this process began, from what is on record: a window does not begin anew with each start.</summary>
    public void Remember(string name, AlertLabels labels, DateTimeOffset at, double value)
    {
        var series = new FigureSeries(labels, _windows[name]);
        series.Add(at, value);
        _series.TryAdd((name, labels), series);
    }

    private static IEnumerable<AlertFigure> SumBy(IEnumerable<AlertFigure> figures, string[] by) =>
        figures.GroupBy(figure => figure.Labels.Only(by)).Select(group => new AlertFigure(group.Key, group.Sum(figure => figure.Value)));

    /// <summary>What was not there at the first reading began at nought.</summary>
    private double IncreaseOf(string name, FigureSeries series) =>
        series.Last.Value - (series.ValueAt(At - _windows[name]) ?? (series.First.At == _begun ? series.First.Value : 0));

    private IEnumerable<FigureSeries> Series(string name)
    {
        if (!_windows.ContainsKey(name))
            throw new ArgumentException($"No rule may look at {name}: it is not kept.", nameof(name));
        return _series.Where(one => one.Key.Name == name && one.Value.Last.At == At).Select(one => one.Value);
    }
}
