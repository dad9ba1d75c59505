namespace Tieline.Service.Alerts;

/// <summary>A histogram as Prometheus has it: for each bound, how many were at most that. Safe from any thread.</summary>
internal sealed class BucketTally(IReadOnlyList<double> bounds)
{
    private readonly double[] _bounds = [.. bounds];
    private readonly long[] _counts = new long[bounds.Count + 1];

    public void Add(double value)
    {
        var at = Array.BinarySearch(_bounds, value);
        Interlocked.Increment(ref _counts[at < 0 ? ~at : at]);
    }

    public IEnumerable<(double Upper, long Count)> Read()
    {
        var sum = 0L;
        for (var i = 0; i < _counts.Length; i++)
            yield return (i < _bounds.Length ? _bounds[i] : double.PositiveInfinity, sum += Interlocked.Read(ref _counts[i]));
    }
}
