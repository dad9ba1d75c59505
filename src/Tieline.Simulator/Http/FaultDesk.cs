namespace Tieline.Simulator.Http;

/// <summary>Answers that requests are given in place of the right one: for the next n, for a time, or until cleared. A new one replaces the old.</summary>
internal sealed class FaultDesk(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (SimulatorFault Fault, int? Left, DateTimeOffset? Until)> _active = new(StringComparer.Ordinal);

    public void Set(SimulatorFault fault)
    {
        lock (_gate)
        {
            _active[fault.Kind] = (fault, fault.Count, fault.Seconds is { } s ? time.GetUtcNow().AddSeconds(s) : null);
        }
    }

    /// <param name="kind">Of which kind.</param>
    /// <param name="concerns">Whether it is about this request at all; null: always.</param>
    public SimulatorFault? Take(string kind, Func<SimulatorFault, bool>? concerns = null)
    {
        lock (_gate)
        {
            if (!_active.TryGetValue(kind, out var active))
            {
                return null;
            }
            if (active.Until <= time.GetUtcNow())
            {
                _active.Remove(kind);
                return null;
            }
            if (concerns?.Invoke(active.Fault) == false)
            {
                return null;
            }
            if (active.Left is { } left)
            {
                _active[kind] = active with { Left = left - 1 };
                if (left <= 1)
                {
                    _active.Remove(kind);
                }
            }
            return active.Fault;
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            _active.Clear();
        }
    }
}
