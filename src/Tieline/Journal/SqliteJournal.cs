using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Tieline.Diagnostics;
using Tieline.Events;
using Tieline.Sequencing;
using Tieline.Storage;
using EventId = Tieline.Events.EventId;

namespace Tieline.Journal;

/// <summary>The embedded journal: one file, one writer, and a connection each for those who read deliveries, facts and the rest.</summary>
internal sealed partial class SqliteJournal : IJournal, IDisposable
{
    /// <summary>Transactions of nothing but outcomes are so far apart, at least: short enough that a crash repeats next to no delivery, long enough that at high rates an fsync serves several. Where nothing was written just before, an outcome does not wait at all.</summary>
    public static readonly TimeSpan Ride = TimeSpan.FromMilliseconds(10);

    /// <summary>A failed read is a problem for so long: what cannot be read is tried again more often than this, and what could be read meanwhile was perhaps in memory.</summary>
    private static readonly TimeSpan _readProblemLasts = TimeSpan.FromSeconds(15);

    private readonly TimeProvider _time;
    private readonly Lock _entriesGate = new();
    private readonly Lock _factsGate = new();
    private readonly Lock _restGate = new();
    private readonly string _path;
    private readonly JournalReader _entries;
    private readonly JournalReader _facts;
    private readonly JournalReader _rest;
    private readonly JournalReader _checkpoints;
    private readonly JournalWriter _writer;
    private volatile IReadOnlyDictionary<string, DestinationNumber> _destinations;
    private volatile IReadOnlyCollection<DestinationNumber> _inUse;
    private volatile IReadOnlyList<DestinationBacklog> _removed;
    private volatile ReadFault? _readProblem;
    private volatile string? _checkpointProblem;

    private SqliteJournal(
        string path, SqliteConnection connection, IReadOnlyCollection<string> destinations, TimeProvider time, TielineMetrics metrics, ILogger<SqliteJournal> logger, TimeSpan ride, TimeSpan sameWithin)
    {
        (_path, _time) = (path, time);
        (_entries, _facts, _rest, _checkpoints) = (new JournalReader(path), new JournalReader(path), new JournalReader(path), new JournalReader(path));
        try
        {
            Id = _rest.ReadId();
            _destinations = _rest.ReadDestinations();
            _inUse = [.. destinations.Select(NumberOf)];
            _removed = ReadRemoved(_rest);
            _writer = new JournalWriter(connection, _rest.ReadCounters(), _destinations.ToDictionary(known => known.Value, known => known.Key), time, metrics, logger, ride, sameWithin);
            OpenedAt = new JournalPosition(_writer.Positions.Value);
            _writer.Index(_rest.ReadUnindexed());
            _writer.Know(_rest.ReadPauses());
        }
        catch
        {
            _entries.Dispose();
            _facts.Dispose();
            _rest.Dispose();
            _checkpoints.Dispose();
            throw;
        }
    }

    public JournalCounters Counters => _writer.Counters;

    public Progress Positions => _writer.Positions;

    public JournalPosition OpenedAt { get; }

    public string? Id { get; }

    public long NewestFact => _writer.Facts.Value;

    /// <summary>The last durable fact.</summary>
    public Progress Facts => _writer.Facts;

    public string? Problem => _writer.Problem ?? ReadProblem ?? _checkpointProblem;

    /// <summary>What keeps it from writing; null when nothing does.</summary>
    public string? WriteProblem => _writer.Problem;

    private string? ReadProblem => _readProblem is { } fault && _time.GetMonotonicTime() - fault.At < _readProblemLasts ? fault.Problem : null;

    /// <summary>Called before each read (<c>read</c>) and each piece of work that may have to wait for room (<c>write</c>); what it throws, that fails with. For tests of what a failure leaves behind; null otherwise.</summary>
    internal Action<string>? Probe { get; set; }

    /// <summary>What turns out to be damaged when it is read for delivery.</summary>
    public JournalDamage Damage { get; } = new();

    /// <summary>Destinations that are no longer configured and have something left: undelivered events, or dead letters. As of the start, the last change while it runs, and of what was discarded since.</summary>
    public IReadOnlyList<DestinationBacklog> Removed => _removed;

    /// <summary>What a destination that is no longer configured has not been delivered never goes out.</summary>
    /// <param name="backlog">One of <see cref="Removed"/>.</param>
    /// <param name="by">Who decided.</param>
    /// <param name="reason">Why; it stands in the audit log.</param>
    public async Task DiscardAsync(DestinationBacklog backlog, string by, string reason, CancellationToken cancellation)
    {
        await this.AskAsync(done => new JournalWork.DiscardBacklog(backlog.Number, backlog.Events, Printable.Tidy(by), Printable.Tidy(reason), done), cancellation);
        _removed = Read(ReadRemoved);
    }

    /// <summary>Nothing goes to a destination from now on, until <see cref="ResumeAsync"/>, also over a restart.</summary>
    /// <param name="by">Who decided.</param>
    /// <param name="reason">Why; it stands in the audit log.</param>
    /// <returns>False where it is paused already: that pause stays as it is.</returns>
    public Task<bool> PauseAsync(string destination, string by, string reason, CancellationToken cancellation) =>
        this.AskAsync<bool>(done => new JournalWork.Pause(NumberOf(destination), Printable.Tidy(by), Printable.Tidy(reason), done), cancellation);

    /// <summary>What waits for a destination goes out again.</summary>
    /// <param name="by">Who decided.</param>
    /// <returns>False where it is not paused.</returns>
    public Task<bool> ResumeAsync(string destination, string by, CancellationToken cancellation) =>
        this.AskAsync<bool>(done => new JournalWork.Resume(NumberOf(destination), by, done), cancellation);

    /// <summary>A token of this name lets its holder in, once this is durable.</summary>
    /// <returns>False where there is one of that name.</returns>
    public Task<bool> AddTokenAsync(NamedToken token, CancellationToken cancellation) => this.AskAsync<bool>(done => new JournalWork.AddToken(token, done), cancellation);

    /// <summary>A token lets nobody in any more, once this is durable.</summary>
    /// <returns>False where there is none of that name.</returns>
    public Task<bool> RevokeTokenAsync(string name, string by, CancellationToken cancellation) => this.AskAsync<bool>(done => new JournalWork.RevokeToken(name, by, done), cancellation);

    /// <summary>A change while it runs is durable: the destinations are those that it names.</summary>
    public async Task ReconfiguredAsync(JournalWork.Reconfigure change, CancellationToken cancellation)
    {
        var known = await change.Done.Task.WaitAsync(cancellation);
        _destinations = known;
        _inUse = [.. change.Destinations.Select(NumberOf)];
        _removed = Read(ReadRemoved);
    }

    /// <param name="destinations">One that is no longer named keeps its place, and what it has not been delivered (<see cref="Removed"/>).</param>
    /// <param name="ride">How far apart transactions of nothing but outcomes are (<see cref="Ride"/>); zero: outcomes keep their place among all else.</param>
    /// <param name="sameWithin">How far apart two paths may date the same fact.</param>
    /// <param name="starts">Where a destination begins that the journal does not know; one that is not in it: from now.</param>
    /// <exception cref="StorageException">The file can't be used; the message says why and what to do.</exception>
    public static SqliteJournal Open(
        DataDirectory directory,
        IEnumerable<string> destinations,
        TimeProvider time,
        TielineMetrics metrics,
        ILogger<SqliteJournal> logger,
        TimeSpan ride = default,
        TimeSpan sameWithin = default,
        IReadOnlyDictionary<string, StartPoint>? starts = null)
    {
        var path = directory.FileNamed(JournalSchema.FileName);
        var connection = Database.OpenForWriting(path, JournalSchema.Migrations, JournalAgreement.Check);
        try
        {
            string[] names = [.. destinations];
            foreach (var absurd in AbsurdRows.SetAside(connection, time.GetUtcNow()).GroupBy(row => (row.Table, row.Reason)))
                LogSetAside(logger, absurd.Count(), absurd.Key.Table, absurd.Key.Reason);
            JournalDestinations.Configure(connection, names, starts ?? new Dictionary<string, StartPoint>(StringComparer.Ordinal), time.GetUtcNow());
            GiveCauses(connection);
            var journal = new SqliteJournal(path, connection, names, time, metrics, logger, ride, sameWithin);
            foreach (var (name, without) in journal._rest.ReadUnvouched(names))
                LogUnvouched(logger, name, without);
            return journal;
        }
        catch (Exception e) when (e is InvalidOperationException or InvalidCastException or FormatException or OverflowException)
        {
            connection.Dispose();
            throw Database.Damaged(path, e.Message, e); // a value of a kind that its column cannot have
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw Database.Explain(path, e);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Gives commits their place on the disk beforehand; for a journal that is in for a long run.</summary>
    public void ReserveLog() => Database.GrowLog(_path);

    /// <summary>The writer's loop. Ends when <see cref="Complete"/> was called and all is durable.</summary>
    public Task WriteAsync(CancellationToken aborting) => _writer.RunAsync(aborting);

    /// <summary>Nothing more will be queued.</summary>
    public void Complete() => _writer.Complete();

    public bool TryPost(JournalWork work) => _writer.TryPost(work);

    public ValueTask PostAsync(JournalWork work, CancellationToken cancellation)
    {
        Probe?.Invoke("write");
        return _writer.PostAsync(work, cancellation);
    }

    public ValueTask<bool> WaitForRoomAsync(CancellationToken cancellation) => _writer.WaitForRoomAsync(cancellation);

    public DestinationNumber NumberOf(string destination) => _destinations[destination];

    public JournalPosition ReadSettledThrough(DestinationNumber destination) =>
        Read(_entriesGate, _entries, reader => reader.ReadSettledThrough(destination));

    public IReadOnlyList<JournalEntry> ReadEntries(DestinationNumber destination, JournalPosition after, int limit)
    {
        var durable = Positions.Value;
        return _writer.Tail.TryRead(destination, after, limit, durable, out var entries) ? entries : Checked(ReadEntriesFromDisk(destination, after, limit, durable));
    }

    public IReadOnlyList<JournalEntry> ReadEntriesOf(DestinationNumber destination, string conversation, JournalPosition from, JournalPosition through, int limit) =>
        Checked(Read(_entriesGate, _entries, reader => reader.ReadEntriesOf(destination, conversation, from, through, limit)));

    public IReadOnlyList<(DateTimeOffset At, long Attempts)> ReadAttemptsSince(DestinationNumber destination, DateTimeOffset since) =>
        Read(_restGate, _rest, reader => reader.ReadAttemptsSince(destination, since));

    public long CountSettledAbove(DestinationNumber destination, JournalPosition after) =>
        Read(_restGate, _rest, reader => reader.ReadSettledAbove(destination, after));

    public DateTimeOffset? ReadHeldUntil(DestinationNumber destination) =>
        Read(_restGate, _rest, reader => reader.ReadHeldUntil(destination));

    public IReadOnlyList<string> ReadWaitingConversations(DestinationNumber destination, bool past) =>
        Read(_entriesGate, _entries, reader => reader.ReadWaitingConversations(destination, past));

    public IReadOnlyList<JournalEntry> ReadWaiting(DestinationNumber destination, string conversation, bool past, int limit) =>
        Checked(Read(_entriesGate, _entries, reader => reader.ReadWaiting(destination, conversation, past, limit)));

    public bool IsWaitedFor(DestinationNumber destination, string conversation, bool past) =>
        Read(_entriesGate, _entries, reader => reader.IsWaitedFor(destination, conversation, past));

    public IDisposable OnFreed(DestinationNumber destination, Action<string> callback) => _writer.OnFreed(destination, callback);

    public DestinationPause? PauseOf(DestinationNumber destination) => _writer.PauseOf(destination);

    public IDisposable OnPaused(DestinationNumber destination, Action callback) => _writer.OnPaused(destination, callback);

    public IReadOnlyList<Gap> ReadOpenGaps() =>
        Read(_restGate, _rest, reader => reader.ReadOpenGaps());

    public IReadOnlyList<string> ReadRecovered(int limit) =>
        Read(_restGate, _rest, reader => reader.ReadRecovered(limit));

    public IReadOnlyList<EventId> ReadRecentIds(int limit) =>
        Read(_restGate, _rest, reader => reader.ReadRecentIds(limit));

    /// <summary>Below which nothing is needed any more.</summary>
    public Removable ReadRemovable() =>
        Read(_restGate, _rest, reader => reader.ReadRemovable(_inUse));

    /// <summary>For what looks at the journal now and then: retention and the figures on show.</summary>
    public T Read<T>(Func<JournalReader, T> read) => Read(_restGate, _rest, read);

    /// <inheritdoc cref="JournalReader.Checkpoint"/>
    /// <remarks>On a connection of its own: a disk that is slow holds up nobody who reads. Not for several threads at once.</remarks>
    /// <exception cref="SqliteException">The disk is full, or fails.</exception>
    public long Checkpoint()
    {
        try
        {
            Probe?.Invoke("read");
            var moved = _checkpoints.Checkpoint();
            _checkpointProblem = null;
            return moved;
        }
        catch (SqliteException e)
        {
            var error = DiskFault.TrueError(e, _path);
            _checkpointProblem = $"The journal's write-ahead log cannot be moved into its file: {DiskFault.Describe(error)}. Nothing is lost: the log grows. {DiskFault.Advice(error)}";
            if (error != e)
                throw error;
            throw;
        }
    }

    public IReadOnlyList<AuditFact> ReadFacts(long after, int limit) =>
        Read(_factsGate, _facts, reader => reader.ReadFacts(after, limit));

    public Task WaitForFactsAsync(long after, CancellationToken stopping) => _writer.Facts.WaitPastAsync(after, stopping);

    public Task SaveHeadAsync(AuditHead head, CancellationToken cancellation) => this.AskAsync(done => new JournalWork.SaveHead(head, done), cancellation);

    /// <summary>Completes once everything queued before is durable.</summary>
    public Task WaitForDurabilityAsync(CancellationToken cancellation) => this.AskAsync(done => new JournalWork.Barrier(done), cancellation);

    public AuditHead? ReadHead() =>
        Read(_restGate, _rest, reader => reader.ReadHead());

    public void Dispose()
    {
        _entries.Dispose();
        _facts.Dispose();
        _rest.Dispose();
        _checkpoints.Dispose();
        _writer.Dispose();
    }

    private IReadOnlyList<JournalEntry> Checked(IReadOnlyList<JournalEntry> entries)
    {
        foreach (var entry in entries)
        {
            if (entry.Damage is not null)
                Damage.Add(new DamagedSpan(entry.Position, entry.Position, IsGone: false));
        }

        return entries;
    }

    /// <param name="durable">The last position that was durable before anything was read.</param>
    private IReadOnlyList<JournalEntry> ReadEntriesFromDisk(DestinationNumber destination, JournalPosition after, int limit, long durable) =>
        Read(_entriesGate, _entries, reader =>
        {
            IReadOnlyList<JournalEntry> entries = [.. reader.ReadEntries(destination, after, limit).Where(entry => entry.Position.Value <= durable)]; // no position beyond has been given, whatever a damaged page says
            var through = entries.Count == limit ? entries[^1].Position.Value : durable;
            foreach (var gone in reader.ReadGone(destination, after, new JournalPosition(through), entries))
                Damage.Add(gone);
            return entries;
        });

    private T Read<T>(Lock gate, JournalReader reader, Func<JournalReader, T> read)
    {
        try
        {
            Probe?.Invoke("read");
            lock (gate)
                return read(reader);
        }
        catch (SqliteException e)
        {
            var error = DiskFault.TrueError(e, _path);
            _readProblem = new ReadFault($"The journal cannot be read: {DiskFault.Describe(error)}. {DiskFault.Advice(error)}", _time.GetMonotonicTime());
            if (error != e)
                throw error;
            throw;
        }
    }

    /// <summary>Only where there is one are events counted.</summary>
    private IReadOnlyList<DestinationBacklog> ReadRemoved(JournalReader reader) =>
        _destinations.Count == _inUse.Count ? [] : [.. reader.ReadBacklogs().Where(backlog => backlog.IsRemoved && (backlog.Events > 0 || backlog.DeadLetters > 0))];

    /// <summary>What an older Tieline set aside has a reason only: it is grouped by that.</summary>
    private static void GiveCauses(SqliteConnection connection)
    {
        var without = new List<(long Destination, long Position, DeadLetterCause Cause)>();
        using (var find = connection.CreateCommand())
        {
            find.CommandText = "SELECT d.destination, d.position, n.name, d.status, d.reason FROM dead_letter d JOIN destination n ON n.number = d.destination WHERE d.cause IS NULL";
            using var row = find.ExecuteReader();
            while (row.Read())
                without.Add((row.GetInt64(0), row.GetInt64(1), DeadLetterCause.Of(row.GetString(2), row.IsDBNull(3) ? null : JournalReader.Int(row, 3), row.GetString(4), null)));
        }

        if (without.Count == 0)
            return;
        using var transaction = connection.BeginTransaction();
        using var give = connection.CreateCommand();
        give.Transaction = transaction;
        give.CommandText = "UPDATE dead_letter SET cause = $cause, cause_text = $text WHERE destination = $destination AND position = $position";
        foreach (var (destination, position, cause) in without)
        {
            give.Parameters.Clear();
            give.Parameters.AddWithValue("$cause", cause.Key);
            give.Parameters.AddWithValue("$text", cause.Text);
            give.Parameters.AddWithValue("$destination", destination);
            give.Parameters.AddWithValue("$position", position);
            give.ExecuteNonQuery();
        }

        transaction.Commit();
    }

    private sealed record ReadFault(string Problem, MonotonicTime At);
}
