using Tieline.Diagnostics;
using Tieline.Journal;

namespace Tieline.Delivery;

/// <summary>How old entries are, whatever the system clock has been set to since they came. Pure: told the time.</summary>
/// <remarks>
/// An entry carries the time at which it was received, by the clock of that moment. This keeps what both clocks showed soon after; the rest of an entry's age is the monotonic clock's.
/// At most <see cref="Most"/> such moments are kept, however many entries wait.
/// </remarks>
internal sealed class ArrivalTimes
{
    private const int Most = 128;

    private static readonly TimeSpan _apart = TimeSpan.FromSeconds(1);

    private readonly List<(JournalPosition Through, MonotonicTime At, DateTimeOffset Clock)> _moments = [];

    /// <param name="through">All up to here came in earlier runs.</param>
    /// <param name="clock">What the system clock shows now.</param>
    public ArrivalTimes(JournalPosition through, MonotonicTime now, DateTimeOffset clock) => _moments.Add((through, now, clock));

    /// <summary>All up to here have come by now.</summary>
    public void Note(JournalPosition through, MonotonicTime now, DateTimeOffset clock)
    {
        if (_moments[^1].Through >= through)
            return;
        var wasSet = (clock - _moments[^1].Clock) - (now - _moments[^1].At) is var step && (step > _apart || step < -_apart);
        if (_moments.Count > 1 && _moments[^1].At - _moments[^2].At < _apart && !wasSet)
            _moments.RemoveAt(_moments.Count - 1);
        _moments.Add((through, now, clock));
        if (_moments.Count <= Most)
            return;
        // What came between counts from the next moment that is left.
        for (var index = _moments.Count - 3; index > 0; index -= 2)
            _moments.RemoveAt(index);
    }

    /// <summary>None before this one will be asked for.</summary>
    public void Forget(JournalPosition before)
    {
        var gone = 0;
        while (gone < _moments.Count - 1 && _moments[gone].Through < before)
            gone++;
        _moments.RemoveRange(0, gone);
    }

    /// <returns>Never negative.</returns>
    public TimeSpan AgeOf(JournalPosition position, DateTimeOffset receivedAt, MonotonicTime now, DateTimeOffset clock)
    {
        var (low, high) = (0, _moments.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _moments[middle].Through < position ? (middle + 1, high) : (low, middle);
        }

        var (_, at, then) = low < _moments.Count ? _moments[low] : (position, now, clock);
        var before = then - receivedAt;
        return (before > TimeSpan.Zero ? before : TimeSpan.Zero) + (now - at);
    }
}
