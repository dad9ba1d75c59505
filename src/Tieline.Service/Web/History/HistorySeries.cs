namespace Tieline.Service.Web.History;

/// <summary>Samples of a span, drawn together to so many points that a chart can show. Pure.</summary>
/// <param name="Times">Ends of the points' spans, seconds since 1970.</param>
internal sealed record HistorySeries(double[] Times, IReadOnlyList<HistorySample?> Points)
{
    /// <param name="points">At most so many. Counts become rates a second; of durations the longest is kept, of the budget the least, so that drawing together hides nothing.</param>
    public static HistorySeries Of(IReadOnlyList<HistorySample> samples, DateTimeOffset from, DateTimeOffset to, int points)
    {
        var step = TimeSpan.FromSeconds(Math.Max(HistoryLoop.Every.TotalSeconds, Math.Ceiling((to - from).TotalSeconds / points)));
        var count = (int)Math.Ceiling((to - from) / step);
        var buckets = samples.Where(sample => sample.At > from && sample.At <= to).ToLookup(sample => Math.Min(count - 1, (int)Math.Ceiling((sample.At - from) / step) - 1));
        return new HistorySeries(
            [.. Enumerable.Range(0, count).Select(i => (from + (step * (i + 1))).ToUnixTimeMilliseconds() / 1000d)],
            [.. Enumerable.Range(0, count).Select(i => buckets.Contains(i) ? Together([.. buckets[i]]) : null)]);
    }

    /// <summary>One line of a chart; null where nothing is known.</summary>
    public double?[] Line(Func<HistorySample, double> value) => [.. Points.Select(point => point is null || !double.IsFinite(value(point)) ? (double?)null : Math.Round(value(point), 4))];

    private static HistorySample Together(IReadOnlyList<HistorySample> samples)
    {
        var seconds = samples.Count * HistoryLoop.Every.TotalSeconds;
        return new HistorySample(
            samples[^1].At, Rate(one => one.Received), Rate(one => one.Dropped), Rate(one => one.Delivered), Most(one => one.LatencyP50), Most(one => one.LatencyP99), Most(one => one.OldestPending),
            Rate(one => one.Accepted), Rate(one => one.Throttled), Rate(one => one.Refused), Rate(one => one.Failed), Rate(one => one.Unanswered), Most(one => one.CommitP99), Least(one => one.BudgetLeft));

        double Rate(Func<HistorySample, double> value) => samples.Sum(value) / seconds;

        double Most(Func<HistorySample, double> value) => samples.Select(value).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Max();

        double Least(Func<HistorySample, double> value) => samples.Select(value).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Min();
    }
}
