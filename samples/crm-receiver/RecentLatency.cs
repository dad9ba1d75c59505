namespace CrmReceiver;

/// <summary>How long the last deliveries took from the event's own timestamp to here, by the two machines' clocks. Not safe for threads.</summary>
internal sealed class RecentLatency
{
    private const int Size = 1000;

    private readonly Queue<double> _milliseconds = new(Size);

    public void Add(TimeSpan latency)
    {
        if (_milliseconds.Count == Size)
            _milliseconds.Dequeue();
        _milliseconds.Enqueue(Math.Max(0, latency.TotalMilliseconds));
    }

    /// <param name="share">0.99 for p99.</param>
    /// <returns>Milliseconds; null while nothing has come.</returns>
    public double? Percentile(double share)
    {
        if (_milliseconds.Count == 0)
            return null;
        var sorted = _milliseconds.Order().ToArray();
        return Math.Round(sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)], 1);
    }
}
