namespace Tieline.Service.Commands.Demo;

/// <summary>What was done to the demo so far. Safe for threads.</summary>
internal sealed class DisturbanceLog(TimeProvider time)
{
    /// <summary>Tieline may not have noticed yet that its socket is gone.</summary>
    private static readonly TimeSpan _noticed = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly List<Disturbance> _all = [];

    public IReadOnlyList<Disturbance> All
    {
        get
        {
            lock (_lock)
                return [.. _all];
        }
    }

    /// <summary>Whether events may be missed right now.</summary>
    public bool IsMissing
    {
        get
        {
            lock (_lock)
                return _all.Exists(disturbance => disturbance is { CausesGaps: true, Until: null });
        }
    }

    public void Begin(string what, bool causesGaps)
    {
        lock (_lock)
            _all.Add(new Disturbance(what, time.GetUtcNow(), null, causesGaps));
    }

    /// <summary>Everything is connected again.</summary>
    public void Recovered()
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            for (var i = 0; i < _all.Count; i++)
            {
                if (_all[i].Until is null && now - _all[i].At > _noticed)
                    _all[i] = _all[i] with { Until = now };
            }
        }
    }
}
