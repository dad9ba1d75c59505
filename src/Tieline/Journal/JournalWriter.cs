using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Tieline.Diagnostics;
using Tieline.Storage;

namespace Tieline.Journal;

/// <summary>The one writer. Work that is queued becomes durable in groups; a group closes when the queue is empty or the group full, never on a timer.</summary>
/// <remarks>A group that fails is tried again as a whole until it succeeds: nothing that was queued is ever let go. Meanwhile the queue fills, and who adds to it waits.</remarks>
internal sealed partial class JournalWriter : IDisposable
{
    private const int QueueCapacity = 4_096;
    private const int MaxGroup = 512;

    private static readonly TimeSpan _firstRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _lastRetry = TimeSpan.FromSeconds(5);

    private readonly Channel<JournalWork> _queue = Channel.CreateBounded<JournalWork>(
        new BoundedChannelOptions(QueueCapacity) { SingleReader = true, AllowSynchronousContinuations = false });

    private readonly SqliteConnection _connection;
    private readonly JournalStatements _statements;
    private readonly IReadOnlyDictionary<DestinationNumber, string> _destinations;
    private readonly TimeProvider _time;
    private readonly TimeSpan _ride;
    private readonly TielineMetrics _metrics;
    private readonly ILogger _logger;
    private readonly List<JournalWork> _group = new(MaxGroup);
    private bool _canWait = true;
    private volatile StrongBox<JournalCounters> _counters;

    /// <param name="ride">So long may a group wait that holds nothing anybody waits for; zero: not at all.</param>
    public JournalWriter(
        SqliteConnection connection, JournalCounters counters, IReadOnlyDictionary<DestinationNumber, string> destinations, TimeProvider time, TielineMetrics metrics, ILogger logger, TimeSpan ride = default)
    {
        (_connection, _destinations, _time, _metrics, _logger, _ride) = (connection, destinations, time, metrics, logger, ride);
        _statements = new JournalStatements(connection);
        _counters = new StrongBox<JournalCounters>(counters);
        Positions = new Progress(counters.NextPosition - 1);
        Facts = new Progress(counters.NextFact - 1);
    }

    /// <summary>As of the last commit. Written by the writer's loop only, and as one: others may read it meanwhile.</summary>
    public JournalCounters Counters
    {
        get => _counters.Value;
        private set => _counters = new StrongBox<JournalCounters>(value);
    }

    /// <summary>The newest durable entries.</summary>
    public JournalTail Tail { get; } = new();

    /// <summary>The last durable position.</summary>
    public Progress Positions { get; }

    /// <summary>The last durable fact.</summary>
    public Progress Facts { get; }

    /// <summary>What keeps it from writing; null when nothing does.</summary>
    public string? Problem { get; private set; }

    public bool TryPost(JournalWork work) => _queue.Writer.TryWrite(work);

    public ValueTask PostAsync(JournalWork work, CancellationToken cancellation) => _queue.Writer.WriteAsync(work, cancellation);

    public ValueTask<bool> WaitForRoomAsync(CancellationToken cancellation) => _queue.Writer.WaitToWriteAsync(cancellation);

    /// <summary>Nothing more will be queued; the loop ends once what is queued is durable.</summary>
    public void Complete() => _queue.Writer.TryComplete();

    public async Task RunAsync(CancellationToken aborting)
    {
        // After an unexpected end the group in hand is still there: it goes first.
        if (_group.Count > 0)
            await CommitGroupAsync(aborting);
        while (await _queue.Reader.WaitToReadAsync(aborting))
        {
            if (Gather() && _ride > TimeSpan.Zero && _group.Count < MaxGroup)
                await RideAsync(aborting);
            await CommitGroupAsync(aborting);
        }
    }

    /// <summary>Takes what is queued. True if all of the group can wait.</summary>
    private bool Gather()
    {
        while (_group.Count < MaxGroup && _queue.Reader.TryRead(out var work))
        {
            _group.Add(work);
            _canWait &= work.CanWait;
        }

        return _canWait;
    }

    /// <summary>A settlement rides with the next event: a transaction of its own would make that event wait for one more fsync.</summary>
    private async ValueTask RideAsync(CancellationToken aborting)
    {
        using var patience = new CancellationTokenSource(_ride, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, aborting);
        try
        {
            while (await _queue.Reader.WaitToReadAsync(either.Token) && Gather() && _group.Count < MaxGroup)
            {
            }
        }
        catch (OperationCanceledException) when (!aborting.IsCancellationRequested)
        {
            // Nothing came in time.
        }
    }

    public void Dispose()
    {
        _statements.Dispose();
        _connection.Dispose();
    }

    private async Task CommitGroupAsync(CancellationToken aborting)
    {
        var delay = _firstRetry;
        while (true)
        {
            try
            {
                Commit();
                if (Problem is not null)
                {
                    Problem = null;
                    LogWritingAgain(_logger);
                }

                return;
            }
            catch (SqliteException e)
            {
                _metrics.JournalFailures.Add(1);
                if (Problem is null)
                    LogCannotWrite(_logger, e, e.SqliteErrorCode, _group.Count);
                Problem = $"The journal cannot be written (SQLite {e.SqliteErrorCode}: {e.Message}). Nothing is lost: receiving waits. Check disk space and permissions of the data directory.";
                await Task.Delay(delay, _time, aborting);
                delay = delay * 2 < _lastRetry ? delay * 2 : _lastRetry;
            }
        }
    }

    private void Commit()
    {
        var started = _time.GetTimestamp();
        var group = new JournalGroup(_statements, Counters, _destinations, _time.GetUtcNow());
        _statements.Begin();
        try
        {
            foreach (var work in _group)
                group.Apply(work);
            group.Close();
            _statements.Commit();
        }
        catch
        {
            TryRollback();
            throw;
        }

        Counters = group.Counters;
        Tell(group);
        _metrics.JournalCommits.Record(_time.GetElapsedTime(started).TotalSeconds);
        _metrics.JournalGroup.Record(group.Events);
    }

    /// <summary>The group is durable, whatever those who are told of it do.</summary>
    private void Tell(JournalGroup group)
    {
        Tail.Add(group.Entries);
        foreach (var work in _group)
        {
            if (work is JournalWork.Settle { Settlement: var settlement })
                Tail.Touched(settlement.Destination, settlement.Position);
            else if (work is JournalWork.Retry { Record: var record })
                Tail.Touched(record.Destination, record.Position);
        }

        _group.Clear();
        _canWait = true;
        try
        {
            Positions.Advance(Counters.NextPosition - 1);
            Facts.Advance(Counters.NextFact - 1);
        }
        finally
        {
            group.Answer();
        }
    }

    private void TryRollback()
    {
        try
        {
            _statements.Rollback();
        }
        catch (SqliteException e)
        {
            // SQLite has rolled back by itself, as it does when the disk is full; what counts is the first error.
            LogNothingToRollBack(_logger, e.SqliteErrorCode);
        }
    }
}
