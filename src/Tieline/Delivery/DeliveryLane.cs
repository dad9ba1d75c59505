using Tieline.Diagnostics;
using Tieline.Journal;

namespace Tieline.Delivery;

/// <summary>One conversation's entries for one destination: one in flight, in order. A stuck one holds up no other.</summary>
internal sealed class DeliveryLane(string conversationId)
{
    private readonly Queue<JournalEntry> _entries = new();
    private JournalPosition? _parked;

    public string ConversationId => conversationId;

    /// <summary>The entry to send, or in flight.</summary>
    public JournalEntry Head => _entries.Peek();

    public int Count => _entries.Count;

    /// <summary>Its next entries.</summary>
    public IEnumerable<JournalEntry> First(int count) => _entries.Take(count);

    public LaneState State { get; set; }

    /// <summary>While it waits after a failure: its entries in hand that the destination has not gone past.</summary>
    public int Delayed { get; set; }

    /// <summary>From here on its entries are left on the disk; null where all that were read are in hand.</summary>
    public JournalPosition? LeftOutFrom { get; set; }

    /// <summary>Failed attempts of the head, those of earlier runs counted in.</summary>
    public int Attempts { get; private set; }

    /// <summary>Those of them since its delays last started afresh: what the next delay goes by.</summary>
    public int FailuresInRow { get; private set; }

    /// <summary>How long they have made it wait while its destination was up.</summary>
    public TimeSpan Waited { get; private set; }

    /// <summary>When the head's last delay ends or ended; the earliest of all times where it has had none.</summary>
    public MonotonicTime Due { get; set; } = MonotonicTime.Always;

    /// <summary>Until when its head was asked to wait: nothing lifts that.</summary>
    public MonotonicTime AskedUntil { get; set; } = MonotonicTime.Always;

    /// <summary>So many of its next entries were in a batch that failed: they go in no batch with others, until it is known which of them it was.</summary>
    public int Suspects { get; set; }

    /// <summary>Whether it goes in no batch with others.</summary>
    public bool IsSuspect => Suspects > 0 || FailuresInRow > 0;

    /// <summary>When its head was received, if that is left on the disk; else null.</summary>
    public DateTimeOffset? ParkedSince { get; private set; }

    public void Add(JournalEntry entry)
    {
        _entries.Enqueue(entry);
        if (_entries.Count > 1)
            return;
        if (_parked != entry.Position)
            Begin();
        (_parked, ParkedSince) = (null, null);
    }

    /// <summary>Lets go of all its entries, which stay on the disk; how often the head was tried is remembered here.</summary>
    public IReadOnlyList<JournalEntry> Park()
    {
        (_parked, ParkedSince) = (Head.Position, Head.ReceivedAt);
        JournalEntry[] gone = [.. _entries];
        _entries.Clear();
        return gone;
    }

    /// <summary>Lets go of the newest entries, which stay on the disk.</summary>
    /// <returns>Those, in order.</returns>
    public IReadOnlyList<JournalEntry> Keep(int count)
    {
        JournalEntry[] gone = [.. _entries.Skip(count)];
        if (gone.Length == 0)
            return gone;
        JournalEntry[] kept = [.. _entries.Take(count)];
        _entries.Clear();
        foreach (var entry in kept)
            _entries.Enqueue(entry);
        return gone;
    }

    public void Fail(TimeSpan delay)
    {
        Attempts++;
        FailuresInRow++;
        Waited += delay;
    }

    /// <summary>Delays start afresh, since it was the destination that failed and not this entry; what it waited while that was down does not count.</summary>
    /// <param name="downSince">When the destination failed as a whole.</param>
    public void Forgive(MonotonicTime downSince)
    {
        FailuresInRow = 0;
        if (Due > downSince)
            Waited -= Due - downSince;
        Due = MonotonicTime.Always;
    }

    /// <summary>The head is settled.</summary>
    public JournalEntry Next()
    {
        var settled = _entries.Dequeue();
        Suspects = Math.Max(0, Suspects - 1);
        Begin();
        return settled;
    }

    private void Begin()
    {
        (Attempts, Waited) = _entries.TryPeek(out var head) ? (head.Attempts, head.Waited) : (0, TimeSpan.Zero);
        FailuresInRow = Attempts;
        (Due, AskedUntil) = (MonotonicTime.Always, MonotonicTime.Always);
    }
}

internal enum LaneState
{
    /// <summary>Its head may go out.</summary>
    Ready,

    InFlight,

    /// <summary>Its head waits after a failure.</summary>
    Delayed,

    /// <summary>Nothing of it is in hand; what comes next is to be read from the disk.</summary>
    Unread,
}
