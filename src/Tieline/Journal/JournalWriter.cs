using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Tieline.Diagnostics;
using Tieline.Storage;

namespace Tieline.Journal;

/// <summary>The one writer. Work that is queued becomes durable in groups; a group closes when the queue is empty or the group full, never on a timer.</summary>
/// <remarks>A group that fails is tried again as a whole until it succeeds: nothing that was queued is ever let go. Meanwhile the queue fills, and who adds to it waits.</remarks>
internal sealed partial class JournalWriter : IDisposable
{
    /// <summary>So many of each queue in one group at most.</summary>
    private const int MaxGroup = 512;

    /// <summary>SQLite may take for damage what was a disk that failed for a moment: so often it is tried again.</summary>
    private const int DamageTries = 3;

    private static readonly TimeSpan _firstRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _lastRetry = TimeSpan.FromSeconds(5);

    private readonly JournalQueue _queue;
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
    private readonly ConcurrentDictionary<DestinationNumber, Action<string>> _freed = new();
    private readonly ConcurrentDictionary<DestinationNumber, DestinationPause> _pauses = new();
    private readonly ConcurrentDictionary<DestinationNumber, Action> _paused = new();
    private long _committedAt;
    private int _errorNumber;
    private volatile StrongBox<JournalCounters> _counters;

    /// <param name="ride">So far apart are transactions of nothing but outcomes, at least; zero: they have no queue of their own.</param>
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
        _queue = new JournalQueue(ride == TimeSpan.Zero);
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

    public bool TryPost(JournalWork work) => _queue.TryPost(work);

    public ValueTask PostAsync(JournalWork work, CancellationToken cancellation) => _queue.PostAsync(work, cancellation);

    public ValueTask<bool> WaitForRoomAsync(CancellationToken cancellation) => _queue.WaitForRoomAsync(cancellation);

    /// <summary>Nothing more will be queued; the loop ends once what is queued is durable.</summary>
    public void Complete() => _queue.Complete();

    /// <exception cref="JournalBrokenException">It can never be written as it is.</exception>
    public async Task RunAsync(CancellationToken aborting)
    {
        // After an unexpected end what was in hand is still there: it goes first.
        await CommitGroupAsync(aborting);
        while (await WaitAsync(aborting))
        {
            Gather();
            await CommitGroupAsync(aborting);
        }
    }

    /// <summary>Until there is work. Outcomes alone wait until the last transaction is <see cref="_ride"/> old. False once there will be no more.</summary>
    private async ValueTask<bool> WaitAsync(CancellationToken aborting)
    {
        while (!_queue.HasWork)
        {
            if (!_queue.HasOutcomes)
            {
                if (_queue.IsOver)
                    return false;
                await _queue.WaitAsync(aborting);
                continue;
            }

            if (_ride - _time.GetElapsedTime(_committedAt) is var left && left <= TimeSpan.Zero)
                return true;
            using var patience = new CancellationTokenSource(left, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, aborting);
            try
            {
                await _queue.WaitForWorkAsync(either.Token);
                return true; // or the queue is complete: then nothing waits any more
            }
            catch (OperationCanceledException) when (!aborting.IsCancellationRequested)
            {
                return true;
            }
        }

        return true;
    }

    /// <summary>Outcomes first, so that a crash repeats as few deliveries as can be; and before what speaks of all that was queued, all of them.</summary>
    private void Gather()
    {
        TakeOutcomes(MaxGroup);
        for (var left = MaxGroup; left > 0 && _queue.TryTake(out var work); left--)
        {
            if (work.IsLast)
                TakeOutcomes(int.MaxValue);
            _group.Add(work);
        }
    }

    private void TakeOutcomes(int atMost)
    {
        for (; atMost > 0 && _queue.TryTakeOutcome(out var outcome); atMost--)
            _group.Add(outcome);
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
        var damaged = 0;
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
                var error = DiskFault.TrueError(e, _connection.DataSource);
                var fault = DiskFault.Describe(error, _errorNumber);
                if (!DiskFault.CanPass(error) && !(DiskFault.IsDamage(error) && damaged++ < DamageTries))
                    throw Broken(fault, error);
                var advice = DiskFault.Advice(error, _errorNumber);
                if (Problem is null)
                    LogCannotWrite(_logger, e, fault, _group.Count, advice);
                Problem = $"The journal cannot be written: {fault}. Nothing is lost: receiving waits, and what is in the journal is delivered. {advice}";
                await Task.Delay(delay, _time, aborting);
                delay = delay * 2 < _lastRetry ? delay * 2 : _lastRetry;
            }
        }
    }

    /// <summary>What was to be written is let go of with the process. Nothing of it was acknowledged, so the next start finds it out again.</summary>
    private JournalBrokenException Broken(string fault, SqliteException e)
    {
        Problem = $"The journal cannot be written: {fault}. The process ends.";
        return new JournalBrokenException(
            $"Journal '{_connection.DataSource}' cannot be written, and trying again cannot help: {fault}. What is in it is unchanged; what was not in it yet is asked for after the next start. "
            + "Copy the data directory, start again, and if that is refused, restore the directory from a backup.",
            e);
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
        catch (Exception e)
        {
            // Before a rollback that fails puts its own in its place.
            _errorNumber = e is SqliteException error ? DiskFault.ErrorNumberOf(_connection, error) : 0;
            TryRollback();
            throw;
        }

        _committedAt = _time.GetTimestamp();
        (Counters, _destinations) = (group.Counters, group.Destinations);
        group.Index();
        for (var reason = 0; reason < group.Repeats.Length; reason++)
        {
            if (group.Repeats[reason] > 0)
                _metrics.Duplicates.Add(group.Repeats[reason], RepeatReasons.TagOf((RepeatReason)reason));
        }

        foreach (var conflict in group.Conflicts)
        {
            _metrics.Duplicates.Add(1, RepeatReasons.TagOf(RepeatReason.OtherEnd));
            LogConflict(_logger, conflict.ConversationId, conflict.State);
        }

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
