using Microsoft.Data.Sqlite;
using Tieline.Events;
using Tieline.Journal;
using Tieline.Sequencing;

namespace Tieline.Tests.Delivery;

/// <summary>A journal of which one read fails once, as on a disk with an I/O error.</summary>
/// <param name="method">Which read.</param>
/// <param name="call">Which of its calls, from 1.</param>
internal sealed class BrokenJournal(SqliteJournal journal, string method, int call) : IJournal
{
    private int _calls;

    /// <summary>Whether it has come to that.</summary>
    public bool HasFailed => Volatile.Read(ref _calls) >= call;

    public JournalCounters Counters => journal.Counters;

    public Progress Positions => journal.Positions;

    public JournalPosition OpenedAt => journal.OpenedAt;

    public string? Problem => journal.Problem;

    public string? Id => journal.Id;

    public long NewestFact => journal.NewestFact;

    public bool TryPost(JournalWork work) => journal.TryPost(work);

    public ValueTask PostAsync(JournalWork work, CancellationToken cancellation) => journal.PostAsync(work, cancellation);

    public ValueTask<bool> WaitForRoomAsync(CancellationToken cancellation) => journal.WaitForRoomAsync(cancellation);

    public DestinationNumber NumberOf(string destination) => journal.NumberOf(destination);

    public JournalPosition ReadSettledThrough(DestinationNumber destination) => Read(nameof(ReadSettledThrough)).ReadSettledThrough(destination);

    public IReadOnlyList<JournalEntry> ReadEntries(DestinationNumber destination, JournalPosition after, int limit) => Read(nameof(ReadEntries)).ReadEntries(destination, after, limit);

    public IReadOnlyList<JournalEntry> ReadEntriesOf(DestinationNumber destination, string conversation, JournalPosition from, JournalPosition through, int limit) =>
        Read(nameof(ReadEntriesOf)).ReadEntriesOf(destination, conversation, from, through, limit);

    public IReadOnlyList<(DateTimeOffset At, long Attempts)> ReadAttemptsSince(DestinationNumber destination, DateTimeOffset since) => Read(nameof(ReadAttemptsSince)).ReadAttemptsSince(destination, since);

    public long CountSettledAbove(DestinationNumber destination, JournalPosition after) => Read(nameof(CountSettledAbove)).CountSettledAbove(destination, after);

    public DateTimeOffset? ReadHeldUntil(DestinationNumber destination) => Read(nameof(ReadHeldUntil)).ReadHeldUntil(destination);

    public IReadOnlyList<string> ReadWaitingConversations(DestinationNumber destination, bool past) => Read(nameof(ReadWaitingConversations)).ReadWaitingConversations(destination, past);

    public IReadOnlyList<JournalEntry> ReadWaiting(DestinationNumber destination, string conversation, bool past, int limit) => Read(nameof(ReadWaiting)).ReadWaiting(destination, conversation, past, limit);

    public bool IsWaitedFor(DestinationNumber destination, string conversation, bool past) => Read(nameof(IsWaitedFor)).IsWaitedFor(destination, conversation, past);

    public IDisposable OnFreed(DestinationNumber destination, Action<string> callback) => journal.OnFreed(destination, callback);

    public DestinationPause? PauseOf(DestinationNumber destination) => journal.PauseOf(destination);

    public IDisposable OnPaused(DestinationNumber destination, Action callback) => journal.OnPaused(destination, callback);

    public IReadOnlyList<Gap> ReadOpenGaps() => journal.ReadOpenGaps();

    public IReadOnlyList<string> ReadRecovered(int limit) => journal.ReadRecovered(limit);

    public IReadOnlyList<EventId> ReadRecentIds(int limit) => journal.ReadRecentIds(limit);

    public IReadOnlyList<AuditFact> ReadFacts(long after, int limit) => journal.ReadFacts(after, limit);

    public Task WaitForFactsAsync(long after, CancellationToken stopping) => journal.WaitForFactsAsync(after, stopping);

    public Task SaveHeadAsync(AuditHead head, CancellationToken cancellation) => journal.SaveHeadAsync(head, cancellation);

    public AuditHead? ReadHead() => journal.ReadHead();

    private SqliteJournal Read(string read) => read == method && Interlocked.Increment(ref _calls) == call ? throw new SqliteException("disk I/O error", 10) : journal;
}
