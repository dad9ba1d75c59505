using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Tieline.Diagnostics;
using Tieline.Events;
using Tieline.Sequencing;
using Tieline.Storage;
using EventId = Tieline.Events.EventId;

namespace Tieline.Journal;

/// <summary>The embedded journal: one file, one writer, and a connection each for those who read deliveries, facts and the rest.</summary>
internal sealed class SqliteJournal : IJournal, IDisposable
{
    /// <summary>Short enough that a crash repeats few deliveries; long enough that at a hundred events a second each finds company.</summary>
    public static readonly TimeSpan Ride = TimeSpan.FromMilliseconds(25);

    private readonly Lock _entriesGate = new();
    private readonly Lock _factsGate = new();
    private readonly Lock _restGate = new();
    private readonly JournalReader _entries;
    private readonly JournalReader _facts;
    private readonly JournalReader _rest;
    private readonly JournalWriter _writer;
    private readonly IReadOnlyDictionary<string, DestinationNumber> _destinations;
    private readonly IReadOnlyCollection<DestinationNumber> _inUse;

    private SqliteJournal(
        string path, SqliteConnection connection, IReadOnlyCollection<string> destinations, TimeProvider time, TielineMetrics metrics, ILogger<SqliteJournal> logger, TimeSpan ride)
    {
        (_entries, _facts, _rest) = (new JournalReader(path), new JournalReader(path), new JournalReader(path));
        try
        {
            _destinations = _rest.ReadDestinations();
            _inUse = [.. destinations.Select(NumberOf)];
            _writer = new JournalWriter(connection, _rest.ReadCounters(), _destinations.ToDictionary(known => known.Value, known => known.Key), time, metrics, logger, ride);
        }
        catch
        {
            _entries.Dispose();
            _facts.Dispose();
            _rest.Dispose();
            throw;
        }
    }

    public JournalCounters Counters => _writer.Counters;

    public Progress Positions => _writer.Positions;

    public string? Problem => _writer.Problem;

    /// <param name="destinations">A new one starts from now; one that is no longer named keeps its place, but holds up no retention.</param>
    /// <param name="ride">How long settlements may wait for an event to be committed with (<see cref="Ride"/>); zero: not at all.</param>
    /// <exception cref="StorageException">The file can't be used; the message says why and what to do.</exception>
    public static SqliteJournal Open(DataDirectory directory, IEnumerable<string> destinations, TimeProvider time, TielineMetrics metrics, ILogger<SqliteJournal> logger, TimeSpan ride = default)
    {
        var path = directory.FileNamed(JournalSchema.FileName);
        var connection = Database.OpenForWriting(path, JournalSchema.Migrations);
        try
        {
            string[] names = [.. destinations];
            foreach (var name in names)
                AddDestination(connection, name);
            return new SqliteJournal(path, connection, names, time, metrics, logger, ride);
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

    /// <summary>The writer's loop. Ends when <see cref="Complete"/> was called and all is durable.</summary>
    public Task WriteAsync(CancellationToken aborting) => _writer.RunAsync(aborting);

    /// <summary>Nothing more will be queued.</summary>
    public void Complete() => _writer.Complete();

    public bool TryPost(JournalWork work) => _writer.TryPost(work);

    public ValueTask PostAsync(JournalWork work, CancellationToken cancellation) => _writer.PostAsync(work, cancellation);

    public ValueTask<bool> WaitForRoomAsync(CancellationToken cancellation) => _writer.WaitForRoomAsync(cancellation);

    public DestinationNumber NumberOf(string destination) => _destinations[destination];

    public JournalPosition ReadSettledThrough(DestinationNumber destination)
    {
        lock (_entriesGate)
            return _entries.ReadSettledThrough(destination);
    }

    public IReadOnlyList<JournalEntry> ReadEntries(DestinationNumber destination, JournalPosition after, int limit)
    {
        if (_writer.Tail.TryRead(destination, after, limit, Positions.Value, out var entries))
            return entries;
        lock (_entriesGate)
            return _entries.ReadEntries(destination, after, limit);
    }

    public long CountSettledAbove(DestinationNumber destination, JournalPosition after)
    {
        lock (_restGate)
            return _rest.ReadSettledAbove(destination, after);
    }

    public IReadOnlyList<Gap> ReadOpenGaps()
    {
        lock (_restGate)
            return _rest.ReadOpenGaps();
    }

    public IReadOnlyList<EventId> ReadRecentIds(int limit)
    {
        lock (_restGate)
            return _rest.ReadRecentIds(limit);
    }

    /// <summary>The last position below which nothing is needed any more.</summary>
    public JournalPosition ReadRemovable()
    {
        lock (_restGate)
            return _rest.ReadRemovable(_inUse);
    }

    /// <summary>For what looks at the journal now and then: retention and the figures on show.</summary>
    public T Read<T>(Func<JournalReader, T> read)
    {
        lock (_restGate)
            return read(_rest);
    }

    public IReadOnlyList<AuditFact> ReadFacts(long after, int limit)
    {
        lock (_factsGate)
            return _facts.ReadFacts(after, limit);
    }

    public Task WaitForFactsAsync(long after, CancellationToken stopping) => _writer.Facts.WaitPastAsync(after, stopping);

    public async Task SaveHeadAsync(AuditHead head, CancellationToken cancellation)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await PostAsync(new JournalWork.SaveHead(head, done), cancellation);
        await done.Task.WaitAsync(cancellation);
    }

    /// <summary>Completes once everything queued before is durable.</summary>
    public async Task WaitForDurabilityAsync(CancellationToken cancellation)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await PostAsync(new JournalWork.Barrier(done), cancellation);
        await done.Task.WaitAsync(cancellation);
    }

    public AuditHead? ReadHead()
    {
        lock (_restGate)
            return _rest.ReadHead();
    }

    public void Dispose()
    {
        _entries.Dispose();
        _facts.Dispose();
        _rest.Dispose();
        _writer.Dispose();
    }

    /// <summary>A new destination starts from now: what was accepted before it was configured is not its.</summary>
    private static void AddDestination(SqliteConnection connection, string name)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "INSERT INTO destination(name, position) SELECT $name, next_position - 1 FROM mark WHERE NOT EXISTS (SELECT 1 FROM destination WHERE name = $name)";
        command.Parameters.AddWithValue("$name", name);
        command.ExecuteNonQuery();
    }
}
