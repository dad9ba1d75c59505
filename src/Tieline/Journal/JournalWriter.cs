using System.Collections.Concurrent;
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

    /// <summary>With so many that can wait there is load: then what counts is few groups, not short ones.</summary>
    private const int ManyWaiting = 64;

    private static readonly TimeSpan _firstRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _lastRetry = TimeSpan.FromSeconds(5);

    private readonly Channel<JournalWork> _queue = Channel.CreateBounded<JournalWork>(
        new BoundedChannelOptions(QueueCapacity) { SingleReader = true, AllowSynchronousContinuations = false });

    private readonly SqliteConnection _connection;
    private readonly JournalStatements _statements;
    private IReadOnlyDictionary<DestinationNumber, string> _destinations;
    private readonly TimeProvider _time;
    private readonly TimeSpan _ride;
    private readonly TimeSpan _sameWithin;
    private readonly ConversationIndex _index = new();
    private readonly TielineMetrics _metrics;
    private readonly ILogger _logger;
    private readonly List<JournalWork> _group = new(MaxGroup);
    private readonly List<JournalWork> _waiting = [];
    private readonly ConcurrentDictionary<DestinationNumber, Action<string>> _freed = new();
    private readonly ConcurrentDictionary<DestinationNumber, DestinationPause> _pauses = new();
    private readonly ConcurrentDictionary<DestinationNumber, Action> _paused = new();
    private long _waitingSince;
    private volatile StrongBox<JournalCounters> _counters;

    /// <param name="ride">So long may work wait that nobody waits for; zero: not at all.</param>
    /// <param name="sameWithin">How far apart two paths may date the same fact.</param>
    public JournalWriter(
        SqliteConnection connection,
        JournalCounters counters,
        IReadOnlyDictionary<DestinationNumber, string> destinations,
        TimeProvider time,
        TielineMetrics metrics,
        ILogger logger,
        TimeSpan ride = default,
        TimeSpan sameWithin = default)
    {
        (_connection, _destinations, _time, _metrics, _logger, _ride, _sameWithin) = (connection, destinations, time, metrics, logger, ride, sameWithin);
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

    /// <summary>Takes up what an earlier run had not put into the table of look-ups. Before the loop runs.</summary>
    /// <param name="slots">In the order of their positions.</param>
    public void Index(IEnumerable<ConversationIndex.Slot> slots)
    {
        foreach (var slot in slots)
        {
            _index.Add(slot);
            if (_index.IsLeaving)
                HandOverAtOnce();
        }
    }

    /// <inheritdoc cref="IJournal.OnFreed"/>
    public IDisposable OnFreed(DestinationNumber destination, Action<string> callback)
    {
        _freed[destination] = callback;
        return new Registration(() => _freed.TryRemove(destination, out _));
    }

    /// <inheritdoc cref="IJournal.PauseOf"/>
    public DestinationPause? PauseOf(DestinationNumber destination) => _pauses.GetValueOrDefault(destination);

    /// <inheritdoc cref="IJournal.OnPaused"/>
    public IDisposable OnPaused(DestinationNumber destination, Action callback)
    {
        _paused[destination] = callback;
        return new Registration(() => _paused.TryRemove(destination, out _));
    }

    /// <summary>Before the loop runs: destinations that were paused in an earlier run.</summary>
    public void Know(IReadOnlyDictionary<DestinationNumber, DestinationPause> pauses)
    {
        foreach (var (destination, pause) in pauses)
            _pauses[destination] = pause;
    }

    public bool TryPost(JournalWork work) => _queue.Writer.TryWrite(work);

    public ValueTask PostAsync(JournalWork work, CancellationToken cancellation) => _queue.Writer.WriteAsync(work, cancellation);

    public ValueTask<bool> WaitForRoomAsync(CancellationToken cancellation) => _queue.Writer.WaitToWriteAsync(cancellation);

    /// <summary>Nothing more will be queued; the loop ends once what is queued is durable.</summary>
    public void Complete() => _queue.Writer.TryComplete();

    public async Task RunAsync(CancellationToken aborting)
    {
        // After an unexpected end what was in hand is still there: it goes first.
        await CommitGroupAsync(aborting);
        while (await WaitAsync(aborting))
        {
            Gather();
            if (_waiting.Count >= ManyWaiting)
                Join();
            await CommitGroupAsync(aborting);
            if (_waiting.Count > 0 && RideLeft() <= TimeSpan.Zero)
            {
                Join();
                await CommitGroupAsync(aborting);
            }
        }

        Join();
        await CommitGroupAsync(aborting);
    }

    /// <summary>Until there is work, or what waits has waited long enough. False once there will be no more.</summary>
    private async ValueTask<bool> WaitAsync(CancellationToken aborting)
    {
        if (_waiting.Count == 0)
            return await _queue.Reader.WaitToReadAsync(aborting);
        if (RideLeft() is var left && left <= TimeSpan.Zero)
            return true;
        using var patience = new CancellationTokenSource(left, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, aborting);
        try
        {
            return await _queue.Reader.WaitToReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!aborting.IsCancellationRequested)
        {
            return true;
        }
    }

    private TimeSpan RideLeft() => _ride - _time.GetElapsedTime(_waitingSince);

    /// <summary>Takes what is queued. What can wait does not go with an event: it would make that event's transaction longer.</summary>
    private void Gather()
    {
        while (_group.Count + _waiting.Count < MaxGroup && _queue.Reader.TryRead(out var work))
        {
            if (!work.CanWait || _ride == TimeSpan.Zero)
            {
                _group.Add(work);
                if (work.IsLast)
                    Join();
                continue;
            }

            if (_waiting.Count == 0)
                _waitingSince = _time.GetTimestamp();
            _waiting.Add(work);
        }
    }

    private void Join()
    {
        _group.InsertRange(0, _waiting);
        _waiting.Clear();
    }

    public void Dispose()
    {
        _statements.Dispose();
        _connection.Dispose();
    }

    private async Task CommitGroupAsync(CancellationToken aborting)
    {
        if (_group.Count == 0)
            return;
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
        var group = new JournalGroup(_statements, _index, _sameWithin, Counters, _destinations, _time.GetUtcNow());
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

        (Counters, _destinations) = (group.Counters, group.Destinations);
        group.Index();
        if (group.Repeats > 0)
            _metrics.Duplicates.Add(group.Repeats);
        foreach (var conflict in group.Conflicts)
            LogConflict(_logger, conflict.ConversationId, conflict.State);
        if (TielineTraces.IsOn)
        {
            foreach (var entry in group.Entries)
                TielineTraces.Journalled(entry.Id.Value, entry.Type, entry.ReceivedAt, _time.GetUtcNow());
        }

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
            else if (work is JournalWork.PassBy { Positions: [.., var last] } pass)
                Tail.Touched(pass.Destination, last);
            else if (work is JournalWork.Retry { Record: var record })
                Tail.Touched(record.Destination, record.Position);
        }

        _group.Clear();
        try
        {
            Positions.Advance(Counters.NextPosition - 1);
            Facts.Advance(Counters.NextFact - 1);
            foreach (var (destination, conversation) in group.Freed)
            {
                if (_freed.TryGetValue(destination, out var callback))
                    callback(conversation);
            }

            foreach (var (destination, pause) in group.Pauses)
                TellPause(destination, pause);
        }
        finally
        {
            group.Answer();
        }
    }

    private void HandOverAtOnce()
    {
        var slots = _index.Next(int.MaxValue);
        _statements.Begin();
        foreach (var slot in slots)
            _statements.Index(slot);
        _statements.IndexedThrough(_index.LeavingThrough);
        _statements.Commit();
        _index.HandedOver(slots.Length);
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

    private void TellPause(DestinationNumber destination, DestinationPause? pause)
    {
        if (pause is null)
            _pauses.TryRemove(destination, out _);
        else
            _pauses[destination] = pause;
        if (_paused.TryGetValue(destination, out var callback))
            callback();
    }

    private sealed class Registration(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
