using System.Collections.Concurrent;

namespace Tieline.Journal;

/// <summary>Where events turned out not to stand as they were written, or not to stand at all, as that is found. Safe from any thread.</summary>
internal sealed class JournalDamage
{
    /// <summary>Places that are remembered, so that who reads one again does not tell of it again.</summary>
    private const int Capacity = 65_536;

    private readonly ConcurrentDictionary<JournalPosition, byte> _known = new();
    private readonly ConcurrentQueue<DamagedSpan> _found = new();

    /// <summary>Called when there is more to take; on the thread that found it, so the callback must be quick.</summary>
    public Action Found { get; set; } = () => { };

    public void Add(DamagedSpan span)
    {
        if (_known.Count >= Capacity || !_known.TryAdd(span.First, 0))
            return;
        _found.Enqueue(span);
        Found();
    }

    /// <summary>What was found since the last call.</summary>
    public IEnumerable<DamagedSpan> Take()
    {
        while (_found.TryDequeue(out var span))
            yield return span;
    }
}

/// <summary>Positions, both included, without a whole event.</summary>
/// <param name="IsGone">Nothing stands there, though nothing has been removed.</param>
internal readonly record struct DamagedSpan(JournalPosition First, JournalPosition Last, bool IsGone);
