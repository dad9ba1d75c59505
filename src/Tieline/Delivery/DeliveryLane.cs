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

    /// <summary>How long they have made it wait while its destination was up.</summary>
    public TimeSpan Waited { get; private set; }

    /// <summary>When a delayed head may go out.</summary>
    public DateTimeOffset Due { get; set; }

    public void Add(JournalEntry entry)
    {
        _entries.Enqueue(entry);
        if (_entries.Count == 1)
            (Attempts, Waited) = (entry.Attempts, entry.Waited);
    }

    public void Fail(TimeSpan delay)
    {
        Attempts++;
        Waited += delay;
    }

    /// <summary>Delays start afresh: it was the destination that failed, not this entry.</summary>
    public void ForgiveAttempts() => Attempts = 0;

    /// <summary>The head is settled.</summary>
    public JournalEntry Next()
    {
        var settled = _entries.Dequeue();
        (Attempts, Waited) = _entries.TryPeek(out var head) ? (head.Attempts, head.Waited) : (0, TimeSpan.Zero);
        return settled;
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
