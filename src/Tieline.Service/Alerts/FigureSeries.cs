namespace Tieline.Service.Alerts;

/// <summary>One figure over the window that its rule looks back over: a few hundred samples at most. For one thread.</summary>
internal sealed class FigureSeries(AlertLabels labels, TimeSpan window)
{
    /// <summary>A window is told by about so many samples.</summary>
    private const int Samples = 360;

    private readonly TimeSpan _step = window / Samples;
    private readonly List<(DateTimeOffset At, double Value)> _samples = [];

    public AlertLabels Labels => labels;

    public (DateTimeOffset At, double Value) First => _samples[0];

    public (DateTimeOffset At, double Value) Last => _samples[^1];

    /// <summary>Moments never go back.</summary>
    public void Add(DateTimeOffset at, double value)
    {
        if (_samples.Count > 1 && _samples[^1].At - _samples[^2].At < _step)
            _samples[^1] = (at, value);
        else
            _samples.Add((at, value));

        // One from before the window stays: it says how things stood when the window began.
        var stale = 0;
        while (stale + 1 < _samples.Count && _samples[stale + 1].At <= at - window)
            stale++;
        _samples.RemoveRange(0, stale);
    }

    /// <returns>As of then; null where nothing was known yet.</returns>
    public double? ValueAt(DateTimeOffset at)
    {
        for (var i = _samples.Count - 1; i >= 0; i--)
        {
            if (_samples[i].At <= at)
                return _samples[i].Value;
        }

        return null;
    }

    /// <summary>Where a line through the samples (least squares) will be; NaN with fewer than two.</summary>
    public double Predict(DateTimeOffset at)
    {
        if (_samples.Count < 2)
            return double.NaN;
        var points = _samples.Select(sample => (X: (sample.At - at).TotalSeconds, Y: sample.Value)).ToList();
        var (x, y) = (points.Average(point => point.X), points.Average(point => point.Y));
        var slope = points.Sum(point => (point.X - x) * (point.Y - y)) / points.Sum(point => (point.X - x) * (point.X - x));
        return y - (slope * x);
    }
}
