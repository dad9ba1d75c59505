using Tieline.Events;

namespace Tieline.Filtering;

/// <summary>The newest ids, so many and no more: what a repeat is recognised by. An id that has fallen out is unknown, and its event kept: the receiver drops it by the same id.</summary>
internal sealed class RecentIds(int capacity)
{
    private readonly HashSet<UInt128> _known = new(capacity);
    private readonly UInt128[] _order = new UInt128[capacity];
    private int _next;

    /// <summary>Remembers it. False if it was known already.</summary>
    public bool TryAdd(EventId id)
    {
        if (_known.Count < capacity)
        {
            if (!_known.Add(id.Value))
                return false;
        }
        else
        {
            if (_known.Contains(id.Value))
                return false;
            _known.Remove(_order[_next]);
            _known.Add(id.Value);
        }

        _order[_next] = id.Value;
        _next = (_next + 1) % capacity;
        return true;
    }
}
