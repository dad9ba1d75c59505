using Tieline.Events;
using Tieline.Sequencing;

namespace Tieline.Journal;

/// <summary>The durable record between receiving and delivering: the only seam there is. Safe from any thread.</summary>
internal interface IJournal : IFactSource
{
    /// <summary>As of the last commit.</summary>
    JournalCounters Counters { get; }

    /// <summary>The last durable position, to be waited for.</summary>
    Progress Positions { get; }

    /// <summary>The last position when this process opened it: what stands up to here, an earlier process may have sent.</summary>
    JournalPosition OpenedAt { get; }

    /// <summary>What keeps it from writing; null when nothing does.</summary>
    string? Problem { get; }

    /// <summary>Queues work if there is room. Work becomes durable in the order in which it was queued.</summary>
    bool TryPost(JournalWork work);

    /// <summary>Queues work, and waits for room first.</summary>
    ValueTask PostAsync(JournalWork work, CancellationToken cancellation);

    /// <summary>Completes when there may be room again.</summary>
    ValueTask<bool> WaitForRoomAsync(CancellationToken cancellation);

    /// <exception cref="KeyNotFoundException">The journal was opened without this destination.</exception>
    DestinationNumber NumberOf(string destination);

    /// <summary>Everything of this destination up to here is settled.</summary>
    JournalPosition ReadSettledThrough(DestinationNumber destination);

    /// <summary>The next entries that this destination has not settled, in order.</summary>
    IReadOnlyList<JournalEntry> ReadEntries(DestinationNumber destination, JournalPosition after, int limit);

    /// <inheritdoc cref="JournalReader.ReadEntriesOf"/>
    IReadOnlyList<JournalEntry> ReadEntriesOf(DestinationNumber destination, string conversation, JournalPosition from, JournalPosition through, int limit);

    /// <inheritdoc cref="JournalReader.ReadAttempts"/>
    IReadOnlyList<(DateTimeOffset At, long Attempts)> ReadAttemptsSince(DestinationNumber destination, DateTimeOffset since);

    /// <summary>Entries from <paramref name="after"/> on that this destination has settled, out of their turn.</summary>
    long CountSettledAbove(DestinationNumber destination, JournalPosition after);

    /// <summary>Conversations of which something waits at this destination.</summary>
    /// <param name="past">Whether a dead letter holds up nothing; else those that have one are among them.</param>
    IReadOnlyList<string> ReadWaitingConversations(DestinationNumber destination, bool past);

    /// <summary>What waits of a conversation, in order.</summary>
    /// <param name="past">Whether also what stands behind a dead letter.</param>
    IReadOnlyList<JournalEntry> ReadWaiting(DestinationNumber destination, string conversation, bool past, int limit);

    /// <summary>Whether something of a conversation is set aside, or waits, at this destination.</summary>
    bool IsWaitedFor(DestinationNumber destination, string conversation, bool past);

    /// <summary>Calls back with conversations of which a dead letter was decided on, once that is durable; on the writer's thread, so the callback must be quick.</summary>
    IDisposable OnFreed(DestinationNumber destination, Action<string> callback);

    /// <summary>Until when this destination has asked for a pause, by the clock of that moment; null where none was running.</summary>
    DateTimeOffset? ReadHeldUntil(DestinationNumber destination);

    /// <summary>Whether somebody has paused this destination, as of the last commit; null where nobody has.</summary>
    DestinationPause? PauseOf(DestinationNumber destination);

    /// <summary>Calls back when <see cref="PauseOf"/> has changed; on the writer's thread, so the callback must be quick.</summary>
    IDisposable OnPaused(DestinationNumber destination, Action callback);

    /// <summary>Every gap that is not filled, oldest first.</summary>
    IReadOnlyList<Gap> ReadOpenGaps();

    /// <inheritdoc cref="JournalReader.ReadRecovered"/>
    IReadOnlyList<string> ReadRecovered(int limit);

    /// <summary>The newest ids, oldest of them first.</summary>
    IReadOnlyList<EventId> ReadRecentIds(int limit);
}
