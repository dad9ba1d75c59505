namespace Tieline.Diagnostics;

/// <summary>A clock that shows what the system clock showed when it was made, and goes on evenly from there: for rules that compare times of this process only.</summary>
internal sealed class SteadyClock(TimeProvider time)
{
    private readonly DateTimeOffset _start = time.GetUtcNow();
    private readonly MonotonicTime _startedAt = time.GetMonotonicTime();

    public DateTimeOffset Now => _start.Plus(time.GetMonotonicTime() - _startedAt);
}
