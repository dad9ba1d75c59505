namespace Tieline.Journal;

/// <summary>Finds a conversation's newest events, which are not in the table <c>lookup</c> yet, and hands them over to it, in order. The writer's alone.</summary>
/// <remarks>
/// A random index on the hot table would cost every event a page of its own. Here an event costs a slot in memory; once there are <see cref="Capacity"/>, they are sorted and go to
/// the table in small pieces, neighbours together, with the groups that are committed anyway.
/// </remarks>
internal sealed class ConversationIndex
{
    /// <summary>Events in memory before they go to the table; at most twice as many while they do.</summary>
    public const int Capacity = 65_536;

    private const long MillisecondsPerDay = 86_400_000;

    private Generation _fresh = new();
    private Generation? _leaving;
    private List<Slot> _sorted = [];
    private int _handedOver;

    /// <summary>FNV-1a over UTF-16: spreads well enough, and two conversations with the same key are told apart by their rows.</summary>
    public static long KeyOf(string conversation)
    {
        var hash = 14695981039346656037UL;
        foreach (var letter in conversation)
            hash = (hash ^ letter) * 1099511628211UL;
        return unchecked((long)hash);
    }

    /// <summary>The table's partition for a time, in milliseconds since 1970.</summary>
    public static long DayOf(long milliseconds) => milliseconds / MillisecondsPerDay;

    /// <summary>Whether there is something for the table.</summary>
    public bool IsLeaving => _leaving is not null;

    /// <summary>The last position that is in the table once all that leaves is there.</summary>
    public long LeavingThrough => _leaving!.Last;

    public void Add(Slot slot)
    {
        _fresh.Add(slot);
        if (_leaving is not null || _fresh.Count < Capacity)
            return;
        (_leaving, _fresh, _handedOver) = (_fresh, new Generation(), 0);
        _sorted = _leaving.Sorted();
    }

    public void Find(long key, List<long> positions)
    {
        _leaving?.Find(key, positions);
        _fresh.Find(key, positions);
    }

    /// <summary>Whether an event that is here may be an end of this conversation.</summary>
    public bool MayHaveEnd(long key) => _fresh.MayHaveEnd(key) || _leaving?.MayHaveEnd(key) == true;

    /// <summary>What goes to the table next; it stays here until <see cref="HandedOver"/> says that it is durable there.</summary>
    public ReadOnlySpan<Slot> Next(int atMost) =>
        System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_sorted).Slice(_handedOver, Math.Min(atMost, _sorted.Count - _handedOver));

    public void HandedOver(int count)
    {
        _handedOver += count;
        if (_leaving is not null && _handedOver == _sorted.Count)
            (_leaving, _sorted, _handedOver) = (null, [], 0);
    }

    /// <param name="Key"><see cref="KeyOf"/> the conversation.</param>
    /// <param name="Day">Days since 1970, when it was received: the table's partition. The same whoever reads it, so that a restart doubles nothing.</param>
    /// <param name="MayBeEnd">False: the event is no end of its conversation.</param>
    internal readonly record struct Slot(long Key, long Position, long Day, bool MayBeEnd = true);

    private sealed class Generation
    {
        private readonly List<(Slot Slot, int Before)> _slots = new(1_024);
        private readonly Dictionary<long, int> _newest = [];

        public int Count => _slots.Count;

        public long Last { get; private set; }

        public void Add(Slot slot)
        {
            _slots.Add((slot, _newest.GetValueOrDefault(slot.Key, -1)));
            _newest[slot.Key] = _slots.Count - 1;
            Last = Math.Max(Last, slot.Position);
        }

        public void Find(long key, List<long> positions)
        {
            for (var index = _newest.GetValueOrDefault(key, -1); index >= 0; index = _slots[index].Before)
                positions.Add(_slots[index].Slot.Position);
        }

        public bool MayHaveEnd(long key)
        {
            for (var index = _newest.GetValueOrDefault(key, -1); index >= 0; index = _slots[index].Before)
            {
                if (_slots[index].Slot.MayBeEnd)
                    return true;
            }

            return false;
        }

        public List<Slot> Sorted()
        {
            List<Slot> sorted = [.. _slots.Select(entry => entry.Slot)];
            sorted.Sort((left, right) => (left.Day, left.Key, left.Position).CompareTo((right.Day, right.Key, right.Position)));
            return sorted;
        }
    }
}
