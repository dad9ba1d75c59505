using System.Diagnostics.CodeAnalysis;

namespace Tieline.Journal;

/// <summary>The newest durable entries, so that who keeps up need not read them back from the disk. Safe from any thread. Holds nothing that the journal does not have.</summary>
internal sealed class JournalTail
{
    private const int Capacity = 1_024;

    private readonly Lock _gate = new();
    private readonly Queue<JournalEntry> _entries = new(Capacity);
    private readonly Dictionary<DestinationNumber, JournalPosition> _touched = [];
    private JournalPosition _last;

    /// <param name="entries">In order, durable, and not settled anywhere. A hole before or among them empties the tail: it is read from the disk.</param>
    public void Add(IReadOnlyList<JournalEntry> entries)
    {
        lock (_gate)
        {
            foreach (var entry in entries)
            {
                if (entry.Position.Value != _last.Value + 1 || _entries.Count == 0)
                    _entries.Clear();
                else if (_entries.Count == Capacity)
                    _entries.Dequeue();
                _entries.Enqueue(entry);
                _last = entry.Position;
            }
        }
    }

    /// <summary>This destination has tried or settled this entry: who starts to read before it must ask the journal which are left, and how often each was tried.</summary>
    public void Touched(DestinationNumber destination, JournalPosition position)
    {
        lock (_gate)
        {
            if (!_touched.TryGetValue(destination, out var last) || position > last)
                _touched[destination] = position;
        }
    }

    /// <summary>The entries after a position, if all up to <paramref name="durable"/> are here and the destination has touched none of them.</summary>
    public bool TryRead(DestinationNumber destination, JournalPosition after, int limit, long durable, [NotNullWhen(true)] out IReadOnlyList<JournalEntry>? entries)
    {
        entries = null;
        lock (_gate)
        {
            if (_entries.Count == 0 || _last.Value < durable || after >= _last || _entries.Peek().Position.Value > after.Value + 1)
                return false;
            if (_touched.TryGetValue(destination, out var touched) && touched > after)
                return false;
            entries = [.. _entries.Skip((int)(after.Value + 1 - _entries.Peek().Position.Value)).Take(limit)];
            return true;
        }
    }
}
