namespace Tieline.Diagnostics;

/// <summary>Lets one line through in an interval, and counts those that it does not. Safe from any thread.</summary>
/// <param name="interval">Null: ten seconds.</param>
internal sealed class BoundedLog(TimeProvider time, TimeSpan? interval = null)
{
    private readonly TimeSpan _interval = interval ?? TimeSpan.FromSeconds(10);
    private readonly Lock _gate = new();
    private long _suppressed;
    private MonotonicTime _next = MonotonicTime.Always;

    /// <param name="suppressed">How many were held back since the last that was let through.</param>
    public bool MayLog(out long suppressed)
    {
        lock (_gate)
        {
            var now = time.GetMonotonicTime();
            if (now < _next)
            {
                _suppressed++;
                suppressed = 0;
                return false;
            }

            _next = now + _interval;
            suppressed = _suppressed;
            _suppressed = 0;
            return true;
        }
    }
}
