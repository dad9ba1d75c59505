using Tieline.Diagnostics;

namespace Tieline.Pipeline;

/// <summary>Lets one line through in ten seconds, and counts those that it does not. Safe from any thread.</summary>
internal sealed class BoundedLog(TimeProvider time)
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(10);

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
