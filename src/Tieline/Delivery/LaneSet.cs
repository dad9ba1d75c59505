using Tieline.Journal;

namespace Tieline.Delivery;

/// <summary>The entries of one destination that are in hand, by conversation: which may go out, which wait, and up to where all is settled. Pure: told the time.</summary>
internal sealed class LaneSet(JournalPosition settledThrough)
{
    private readonly Dictionary<string, DeliveryLane> _lanes = new(StringComparer.Ordinal);
    private readonly Queue<DeliveryLane> _ready = new();
    private readonly PriorityQueue<DeliveryLane, DateTimeOffset> _delayed = new();

    /// <summary>By position. What is settled leaves it at once: a conversation that is stuck for days must not keep all that was settled since in memory.</summary>
    private readonly SortedSet<JournalEntry> _unsettled = new(Comparer<JournalEntry>.Create((left, right) => left.Position.CompareTo(right.Position)));
    private JournalPosition _last = settledThrough;

    /// <summary>Entries in hand, in flight and delayed ones counted in.</summary>
    public int Count => _unsettled.Count;

    /// <summary>When the oldest entry in hand was received; null where none is.</summary>
    public DateTimeOffset? OldestReceivedAt => _unsettled.Min?.ReceivedAt;

    public bool HasReady => _ready.Count > 0;

    /// <summary>Every entry up to here is settled: all before the oldest in hand, or all that were ever added.</summary>
    public JournalPosition SettledThrough => _unsettled.Min is { } oldest ? new JournalPosition(oldest.Position.Value - 1) : _last;

    /// <param name="entry">Behind all that were added before; what is left out between the two was settled in an earlier run.</param>
    public void Add(JournalEntry entry)
    {
        if (!_lanes.TryGetValue(entry.ConversationId, out var lane))
        {
            lane = new DeliveryLane(entry.ConversationId);
            _lanes.Add(entry.ConversationId, lane);
            _ready.Enqueue(lane);
        }

        lane.Add(entry);
        _unsettled.Add(entry);
        _last = entry.Position;
    }

    /// <summary>Takes the lane that has waited longest; its head is in flight from now on.</summary>
    public DeliveryLane Take()
    {
        var lane = _ready.Dequeue();
        lane.State = LaneState.InFlight;
        return lane;
    }

    /// <summary>The lane's head is settled; its next may go out.</summary>
    public JournalEntry Settle(DeliveryLane lane)
    {
        var settled = lane.Next();
        _unsettled.Remove(settled);
        if (lane.Count == 0)
            _lanes.Remove(lane.ConversationId);
        else
            MakeReady(lane);
        return settled;
    }

    /// <summary>The lane's head failed and waits.</summary>
    public void Delay(DeliveryLane lane, DateTimeOffset due)
    {
        (lane.State, lane.Due) = (LaneState.Delayed, due);
        _delayed.Enqueue(lane, due);
    }

    /// <summary>The lane's head failed through no fault of its own, and may go out as soon as anything may.</summary>
    public void Return(DeliveryLane lane) => MakeReady(lane);

    /// <summary>Lets go on what has waited long enough.</summary>
    public void Wake(DateTimeOffset now)
    {
        while (_delayed.TryPeek(out var lane, out var due) && due <= now)
        {
            _delayed.Dequeue();
            MakeReady(lane);
        }
    }

    /// <summary>Lifts every delay, and lets delays start afresh: the destination is up again.</summary>
    /// <param name="downSince">Since when it was not.</param>
    public void WakeAll(DateTimeOffset downSince)
    {
        while (_delayed.TryDequeue(out var lane, out _))
            MakeReady(lane);
        foreach (var lane in _lanes.Values)
            lane.Forgive(downSince);
    }

    /// <summary>When the next delay ends; null where none runs.</summary>
    public DateTimeOffset? NextDue => _delayed.TryPeek(out _, out var due) ? due : null;

    private void MakeReady(DeliveryLane lane)
    {
        lane.State = LaneState.Ready;
        _ready.Enqueue(lane);
    }
}
