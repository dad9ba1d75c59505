using Tieline.Diagnostics;
using Tieline.Journal;

namespace Tieline.Delivery;

/// <summary>The entries of one destination that are in hand, by conversation: which may go out, which wait, and up to where all is settled. Pure: told the time.</summary>
/// <remarks>Of each conversation so many are in hand, and fewer of one that waits: the rest of a long one stays on the disk, so that it takes no room from the others, and is read again
/// (<see cref="TakeUnread"/>, <see cref="Refill"/>) when its turn comes.</remarks>
internal sealed class LaneSet(JournalPosition settledThrough)
{
    /// <summary>Entries of one conversation in hand at most.</summary>
    public const int Depth = 64;

    /// <summary>Of one that waits after a failure.</summary>
    public const int DepthDelayed = 4;

    /// <summary>Entries in hand at most of conversations that wait after failures. From half of it on each has one in hand, and at the whole none: thousands that fail leave the others their room.</summary>
    public const int MaxDelayed = 8_192;

    private readonly Dictionary<string, DeliveryLane> _lanes = new(StringComparer.Ordinal);
    private readonly Queue<DeliveryLane> _ready = new();
    private readonly PriorityQueue<DeliveryLane, MonotonicTime> _delayed = new();

    /// <summary>By position. What is settled leaves it at once: a conversation that is stuck for days must not keep all that was settled since in memory.</summary>
    private readonly SortedSet<JournalEntry> _unsettled = new(Comparer<JournalEntry>.Create((left, right) => left.Position.CompareTo(right.Position)));

    /// <summary>From where on each conversation's entries were left on the disk.</summary>
    private readonly SortedSet<(JournalPosition From, string Conversation)> _leftOut = new(Comparer<(JournalPosition From, string Conversation)>.Create((left, right) =>
        left.From.CompareTo(right.From) is var order and not 0 ? order : string.CompareOrdinal(left.Conversation, right.Conversation)));
    private readonly Queue<DeliveryLane> _unread = new();
    private JournalPosition _last = settledThrough;
    private int _readyEntries;
    private int _delayedEntries;

    /// <summary>Entries in hand, in flight and delayed ones counted in.</summary>
    public int Count => _unsettled.Count;

    /// <summary>Of those, entries of conversations that do not wait after a failure.</summary>
    public int Active => Count - _delayedEntries;

    /// <summary>The oldest unsettled entry, and when it was received by the clock of that moment; null where there is none.</summary>
    public (JournalPosition Position, DateTimeOffset ReceivedAt)? Oldest
    {
        get
        {
            var oldest = _unsettled.Min;
            if (_leftOut.Count > 0 && _lanes[_leftOut.Min.Conversation].ParkedSince is { } parked && !(oldest?.Position < _leftOut.Min.From))
                return (_leftOut.Min.From, parked);
            return oldest is null ? null : (oldest.Position, oldest.ReceivedAt);
        }
    }

    public bool HasReady => _ready.Count > 0;

    /// <summary>Conversations that may go on.</summary>
    public int Ready => _ready.Count;

    /// <summary>Entries of theirs that are in hand.</summary>
    public int ReadyEntries => _readyEntries;

    /// <summary>The lane that <see cref="Take()"/> takes.</summary>
    public DeliveryLane Next => _ready.Peek();

    /// <summary>Every entry up to here is settled: all before the oldest in hand, or all that were ever added.</summary>
    public JournalPosition SettledThrough
    {
        get
        {
            var next = _unsettled.Min is { } oldest ? oldest.Position.Value : _last.Value + 1;
            return new JournalPosition((_leftOut.Count > 0 ? Math.Min(next, _leftOut.Min.From.Value) : next) - 1);
        }
    }

    /// <param name="entry">Behind all that were added before; what is left out between the two was settled in an earlier run.</param>
    public void Add(JournalEntry entry)
    {
        if (!_lanes.TryGetValue(entry.ConversationId, out var lane))
        {
            lane = new DeliveryLane(entry.ConversationId);
            _lanes.Add(entry.ConversationId, lane);
            _ready.Enqueue(lane);
        }

        _last = entry.Position;
        if (lane.LeftOutFrom is not null)
            return;
        if (lane.Count >= (lane.State == LaneState.Delayed ? DepthNow : Depth))
        {
            LeaveOut(lane, entry.Position);
            return;
        }

        lane.Add(entry);
        _unsettled.Add(entry);
        if (lane.State == LaneState.Ready)
        {
            _readyEntries++;
        }
        else if (lane.State == LaneState.Delayed)
        {
            lane.Delayed++;
            _delayedEntries++;
        }
    }

    public bool HasUnread => _unread.Count > 0;

    /// <summary>What <see cref="TakeUnread"/> takes.</summary>
    public DeliveryLane? NextUnread => _unread.TryPeek(out var lane) ? lane : null;

    /// <summary>A conversation whose next entries, from <see cref="DeliveryLane.LeftOutFrom"/> on, are to be read from the disk and handed to <see cref="Refill"/>; null where there is none.</summary>
    /// <remarks>Only once they are read: what is taken from here stands nowhere else.</remarks>
    public DeliveryLane? TakeUnread() => _unread.TryDequeue(out var lane) ? lane : null;

    /// <param name="entries">What comes next in it.</param>
    /// <param name="next">From where on there may be more of those that were added; null: there are none.</param>
    public void Refill(DeliveryLane lane, IReadOnlyList<JournalEntry> entries, JournalPosition? next)
    {
        _leftOut.Remove((lane.LeftOutFrom!.Value, lane.ConversationId));
        lane.LeftOutFrom = null;
        foreach (var entry in entries)
        {
            lane.Add(entry);
            _unsettled.Add(entry);
        }

        if (next is { } from)
            LeaveOut(lane, from);
        if (lane.Count > 0)
            MakeReady(lane);
        else if (next is not null)
            _unread.Enqueue(lane);
        else
            _lanes.Remove(lane.ConversationId);
    }

    /// <summary>Adds what the destination has gone past already: it counts for its conversation's order, and for nothing else.</summary>
    public void AddWaiting(JournalEntry entry)
    {
        if (!_lanes.TryGetValue(entry.ConversationId, out var lane))
        {
            lane = new DeliveryLane(entry.ConversationId);
            _lanes.Add(entry.ConversationId, lane);
            _ready.Enqueue(lane);
        }

        lane.Add(entry);
        if (lane.State == LaneState.Ready)
            _readyEntries++;
    }

    /// <summary>Whether something of this conversation is in hand.</summary>
    public bool Has(string conversation) => _lanes.ContainsKey(conversation);

    /// <summary>The lane's head is settled, and nothing of it may follow now: nor what was left out of it.</summary>
    /// <param name="rest">What stood behind the head.</param>
    /// <returns>The head.</returns>
    public JournalEntry Close(DeliveryLane lane, out IReadOnlyList<JournalEntry> rest)
    {
        var left = new List<JournalEntry>(lane.Count);
        while (lane.Count > 0)
        {
            var entry = lane.Next();
            _unsettled.Remove(entry);
            left.Add(entry);
        }

        if (lane.LeftOutFrom is { } from)
            _leftOut.Remove((from, lane.ConversationId));
        lane.LeftOutFrom = null;
        _lanes.Remove(lane.ConversationId);
        rest = left[1..];
        return left[0];
    }

    /// <summary>Takes the lane that has waited longest; its head is in flight from now on.</summary>
    public DeliveryLane Take()
    {
        var lane = _ready.Dequeue();
        Leave(lane);
        return lane;
    }

    /// <summary>Takes the first that this holds for, and leaves the others as they stand; null where there is none.</summary>
    public DeliveryLane? Take(Predicate<string> conversation)
    {
        DeliveryLane? taken = null;
        for (var left = _ready.Count; left > 0; left--)
        {
            var lane = _ready.Dequeue();
            if (taken is null && conversation(lane.ConversationId))
                taken = lane;
            else
                _ready.Enqueue(lane);
        }

        if (taken is not null)
            Leave(taken);
        return taken;
    }

    /// <summary>It is settled without having been in a lane.</summary>
    public void Pass(JournalEntry entry) => _last = entry.Position;

    /// <summary>The lane's head is settled; its next may go out.</summary>
    /// <param name="isLast">False where its next was in flight with it, and is settled next.</param>
    public JournalEntry Settle(DeliveryLane lane, bool isLast = true)
    {
        var settled = lane.Next();
        _unsettled.Remove(settled);
        if (!isLast)
            return settled;
        if (lane.Count > 0)
        {
            MakeReady(lane);
        }
        else if (lane.LeftOutFrom is null)
        {
            _lanes.Remove(lane.ConversationId);
        }
        else
        {
            lane.State = LaneState.Unread;
            _unread.Enqueue(lane);
        }

        return settled;
    }

    /// <summary>The lane's head failed and waits.</summary>
    public void Delay(DeliveryLane lane, MonotonicTime due)
    {
        (lane.State, lane.Due) = (LaneState.Delayed, due);
        _delayed.Enqueue(lane, due);
        // What the destination has gone past is found on the disk as waiting only, by who put it here: it stays in hand.
        if (lane.Count > DepthNow && !lane.First(lane.Count).Any(entry => entry.HasWaited))
        {
            var gone = DepthNow == 0 ? lane.Park() : lane.Keep(DepthNow);
            _unsettled.ExceptWith(gone);
            LeaveOut(lane, gone[0].Position);
        }

        lane.Delayed = lane.First(lane.Count).Count(entry => !entry.HasWaited);
        _delayedEntries += lane.Delayed;
    }

    /// <summary>The lane's head failed through no fault of its own, and may go out as soon as anything may.</summary>
    public void Return(DeliveryLane lane) => MakeReady(lane);

    /// <summary>Lets go on what has waited long enough.</summary>
    public void Wake(MonotonicTime now)
    {
        while (_delayed.TryPeek(out var lane, out var due) && due <= now)
        {
            _delayed.Dequeue();
            GoOn(lane);
        }
    }

    /// <summary>Lifts every delay that was not asked for, and lets delays start afresh: the destination is up again.</summary>
    /// <param name="downSince">Since when it was not.</param>
    public void WakeAll(MonotonicTime downSince, MonotonicTime now)
    {
        var asked = new List<DeliveryLane>();
        while (_delayed.TryDequeue(out var lane, out _))
        {
            if (lane.AskedUntil > now)
                asked.Add(lane);
            else
                GoOn(lane);
        }

        foreach (var lane in _lanes.Values)
            lane.Forgive(downSince);
        foreach (var lane in asked)
        {
            lane.Due = lane.AskedUntil;
            _delayed.Enqueue(lane, lane.Due);
        }
    }

    /// <summary>When the next delay ends; null where none runs.</summary>
    public MonotonicTime? NextDue => _delayed.TryPeek(out _, out var due) ? due : null;

    /// <param name="from">Before what was left out so far.</param>
    private void LeaveOut(DeliveryLane lane, JournalPosition from)
    {
        if (lane.LeftOutFrom is { } later)
            _leftOut.Remove((later, lane.ConversationId));
        lane.LeftOutFrom = from;
        _leftOut.Add((from, lane.ConversationId));
    }

    private int DepthNow => _delayedEntries < MaxDelayed / 2 ? DepthDelayed : _delayedEntries < MaxDelayed ? 1 : 0;

    /// <summary>Its delay is over.</summary>
    private void GoOn(DeliveryLane lane)
    {
        _delayedEntries -= lane.Delayed;
        lane.Delayed = 0;
        if (lane.Count > 0)
        {
            MakeReady(lane);
            return;
        }

        lane.State = LaneState.Unread;
        _unread.Enqueue(lane);
    }

    private void MakeReady(DeliveryLane lane)
    {
        lane.State = LaneState.Ready;
        _ready.Enqueue(lane);
        _readyEntries += lane.Count;
    }

    private void Leave(DeliveryLane lane)
    {
        _readyEntries -= lane.Count;
        lane.State = LaneState.InFlight;
    }
}
