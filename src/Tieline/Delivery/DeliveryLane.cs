using Tieline.Journal;

namespace Tieline.Delivery;

/// <summary>One conversation's entries for one destination: one in flight, in order. A stuck one holds up no other.</summary>
internal sealed class DeliveryLane(string conversationId)
{
    private readonly Queue<JournalEntry> _entries = new();

    public string ConversationId => conversationId;

    /// <summary>The entry to send, or in flight.</summary>
    public JournalEntry Head => _entries.Peek();

    public int Count => _entries.Count;

    public LaneState State { get; set; }

    /// <summary>Failed attempts of the head, those of earlier runs counted in.</summary>
    public int Attempts { get; private set; }

    /// <summary>Those of them since its delays last started afresh: what the next delay goes by.</summary>
    public int FailuresInRow { get; private set; }

    /// <summary>How long they have made it wait while its destination was up.</summary>
    public TimeSpan Waited { get; private set; }

    /// <summary>When the head's last delay ends or ended; the earliest of all times where it has had none.</summary>
    public DateTimeOffset Due { get; set; } = DateTimeOffset.MinValue;

    public void Add(JournalEntry entry)
    {
        _entries.Enqueue(entry);
        if (_entries.Count == 1)
            Begin();
    }

    public void Fail(TimeSpan delay)
    {
        Attempts++;
        FailuresInRow++;
        Waited += delay;
    }

    /// <summary>Delays start afresh, since it was the destination that failed and not this entry; what it waited while that was down does not count.</summary>
    /// <param name="downSince">When the destination failed as a whole.</param>
    public void Forgive(DateTimeOffset downSince)
    {
        FailuresInRow = 0;
        if (Due > downSince)
            Waited -= Due - downSince;
        Due = DateTimeOffset.MinValue;
    }

    /// <summary>The head is settled.</summary>
    public JournalEntry Next()
    {
        var settled = _entries.Dequeue();
        Begin();
        return settled;
    }

    private void Begin()
    {
        (Attempts, Waited) = _entries.TryPeek(out var head) ? (head.Attempts, head.Waited) : (0, TimeSpan.Zero);
        FailuresInRow = Attempts;
        Due = DateTimeOffset.MinValue;
    }
}

internal enum LaneState
{
    /// <summary>Its head may go out.</summary>
    Ready,

    InFlight,

    /// <summary>Its head waits after a failure.</summary>
    Delayed,
}
