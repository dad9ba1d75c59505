using System.Data.Common;
using Microsoft.Extensions.Logging;
using Tieline.Diagnostics;
using Tieline.Journal;

namespace Tieline.Audit;

/// <summary>Follows the journal's facts and writes each as a line of the audit log, exactly once and in order.</summary>
/// <param name="dataDirectory">Holds <c>audit/</c> and <c>keys/</c>.</param>
/// <param name="open">Opens a file for writing; left out, on the disk.</param>
/// <param name="mark">Told how far the log is durable.</param>
internal sealed partial class AuditProjection(
    string dataDirectory,
    IFactSource source,
    AuditOptions options,
    TielineMetrics metrics,
    TimeProvider time,
    ILogger<AuditProjection> logger,
    Func<string, FileMode, FileStream>? open = null,
    AuditMark? mark = null)
{
    private long _syncedAt;
    private long _checkpointedAt;
    private long _headSavedAt;
    private AuditHead? _headSaved;
    private long _counted;
    private int _failures;
    private long _behindSince = time.GetTimestamp();
    private long _durable = -1;
    private long _writtenAt;
    private volatile string? _problem;

    /// <summary>What keeps the log from being written; null when nothing does. Events go on meanwhile, and its facts wait in the journal.</summary>
    public string? Problem => _problem;

    /// <summary>For how long a fact has been waiting for its line; zero while the log has all that there are.</summary>
    public TimeSpan Lag => source.NewestFact > Volatile.Read(ref _durable) ? time.GetElapsedTime(Volatile.Read(ref _behindSince)) : TimeSpan.Zero;

    /// <summary>Runs until <paramref name="stopping"/>; then writes what facts there are, for at most <see cref="AuditDefaults.DrainTime"/>, signs and saves the head.</summary>
    /// <param name="aborting">Gives that up too. The next start goes on from what is in the files.</param>
    /// <remarks>Whatever is wrong with the log or its disk is told by <see cref="Problem"/> and tried again until it is well; a log that was altered is left as it is. docs/adr/0037.</remarks>
    public async Task RunAsync(CancellationToken stopping, CancellationToken aborting)
    {
        await Task.Yield();
        using var log = new AuditLog(dataDirectory, source.Id, options.MaxFileBytes, time, logger, open ?? AuditDisk.Open);
        await FollowAsync(log, stopping, aborting);
        await FinishAsync(log, aborting);
        mark?.Finish();
    }

    private async Task FollowAsync(AuditLog log, CancellationToken stopping, CancellationToken aborting)
    {
        // The first of each is due at once.
        _syncedAt = time.GetTimestamp() - (long)(AuditDefaults.SyncInterval.TotalSeconds * time.TimestampFrequency);
        _headSavedAt = time.GetTimestamp() - (long)(AuditDefaults.HeadInterval.TotalSeconds * time.TimestampFrequency);
        _checkpointedAt = time.GetTimestamp();
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                Open(log);
                await WaitAsync(log, stopping);
                var read = time.GetTimestamp();
                var facts = source.ReadFacts(log.Fact, AuditDefaults.Batch);
                Append(log, facts);
                if (facts.Count < AuditDefaults.Batch)
                    _writtenAt = read;
                if (time.GetElapsedTime(_syncedAt) >= AuditDefaults.SyncInterval)
                    await SettleAsync(log, aborting);
                else if (facts.Count < AuditDefaults.Batch)
                    await Task.Delay(AuditDefaults.SyncInterval - time.GetElapsedTime(_syncedAt), time, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
            }
            catch (OperationCanceledException) when (aborting.IsCancellationRequested)
            {
                throw;
            }
#pragma warning disable CA1031 // nothing that is wrong with the log may end what delivers events: it is told, and tried again
            catch (Exception e)
#pragma warning restore CA1031
            {
                if (IsDiskTrouble(e))
                    log.Rollback();
                else
                    log.Close();
                await BackOffAsync(e, stopping);
            }
        }
    }

    private void Open(AuditLog log)
    {
        if (log.IsOpen)
            return;
        var head = source.ReadHead();
        log.Open(head);
        if (log.Fact > source.NewestFact)
            throw AuditBrokenException.Foreign(Path.Combine(dataDirectory, "audit"), $"the log has reached fact {log.Fact}, the journal's newest is {source.NewestFact}");
        Volatile.Write(ref _durable, log.Durable.Fact);
        _counted = log.Durable.Fact;
        _headSaved = head;
        mark?.Set(log.Durable);
    }

    /// <summary>Returns when there is something to do: lines to sync, facts to write, or a head or checkpoint that has become due while nothing came.</summary>
    private async Task WaitAsync(AuditLog log, CancellationToken stopping)
    {
        if (!log.IsDurable)
            return;
        var due = TimeSpan.MaxValue;
        if (log.LinesUnsigned > 0)
            due = Left(AuditDefaults.CheckpointInterval, _checkpointedAt);
        if (IsHeadDue(log) && Left(AuditDefaults.HeadInterval, _headSavedAt) is var left && left < due)
            due = left;
        if (due == TimeSpan.MaxValue)
        {
            await WaitForFactsAsync(log, stopping);
            return;
        }

        using var timer = new CancellationTokenSource(due, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, stopping);
        try
        {
            await WaitForFactsAsync(log, either.Token);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested && timer.IsCancellationRequested)
        {
        }
    }

    private async Task WaitForFactsAsync(AuditLog log, CancellationToken cancellation)
    {
        var waiting = source.WaitForFactsAsync(log.Fact, cancellation);
        if (waiting.IsCompletedSuccessfully)
            return;
        await waiting;
        Volatile.Write(ref _behindSince, time.GetTimestamp()); // until now it had all
    }

    private void Append(AuditLog log, IReadOnlyList<AuditFact> facts)
    {
        log.Append(facts);
        var lost = facts.Where(fact => fact.Lost is not null);
        if (lost.FirstOrDefault() is { Lost: { } what } first)
            LogLost(logger, lost.Count(), first.Number, what);
    }

    private async Task SettleAsync(AuditLog log, CancellationToken aborting)
    {
        log.Sync();
        _syncedAt = time.GetTimestamp();
        metrics.AuditLines.Add(log.Durable.Fact - _counted);
        _counted = log.Durable.Fact;
        Volatile.Write(ref _durable, log.Durable.Fact);
        if (_writtenAt > Volatile.Read(ref _behindSince))
            Volatile.Write(ref _behindSince, _writtenAt);
        if (log.LinesUnsigned >= AuditDefaults.CheckpointLines
            || (log.LinesUnsigned > 0 && time.GetElapsedTime(_checkpointedAt) >= AuditDefaults.CheckpointInterval))
        {
            log.Checkpoint();
            _checkpointedAt = time.GetTimestamp();
        }

        mark?.Set(log.Durable);
        if (time.GetElapsedTime(_headSavedAt) >= AuditDefaults.HeadInterval)
            await SaveHeadAsync(log, aborting);
        if (_failures > 0)
            LogRecovered(logger, _failures);
        (_failures, _problem) = (0, null);
    }

    private bool IsHeadDue(AuditLog log) => log.Durable.Fact > (_headSaved?.Fact ?? 0) || (log.Durable.Fact > 0 && log.NewestCheckpoint != _headSaved?.Checkpoint);

    private async Task SaveHeadAsync(AuditLog log, CancellationToken aborting)
    {
        if (!IsHeadDue(log))
            return;
        var head = log.Head;
        await source.SaveHeadAsync(head, aborting);
        _headSaved = head;
        _headSavedAt = time.GetTimestamp();
    }

    private async Task FinishAsync(AuditLog log, CancellationToken aborting)
    {
        var began = time.GetTimestamp();
        try
        {
            Open(log);
            while (!aborting.IsCancellationRequested && time.GetElapsedTime(began) < AuditDefaults.DrainTime)
            {
                var facts = source.ReadFacts(log.Fact, AuditDefaults.Batch);
                if (facts.Count == 0)
                    break;
                Append(log, facts);
            }

            await SettleAsync(log, aborting);
            log.Checkpoint();
            await SaveHeadAsync(log, aborting);
        }
        catch (OperationCanceledException) when (aborting.IsCancellationRequested)
        {
        }
#pragma warning disable CA1031 // as while it runs; the next start goes on
        catch (Exception e)
#pragma warning restore CA1031
        {
            Tell(e);
            LogUnfinished(logger, log.Durable.Fact, e);
        }
    }

    private async Task BackOffAsync(Exception exception, CancellationToken stopping)
    {
        var delay = AuditDefaults.MinRetryDelay * Math.Pow(2, Math.Min(_failures, 5));
        Tell(exception);
        _failures++;
        try
        {
            await Task.Delay(delay < AuditDefaults.MaxRetryDelay ? delay : AuditDefaults.MaxRetryDelay, time, stopping);
        }
        catch (OperationCanceledException)
        {
        }
    }

    /// <summary>In the log once for each kind of trouble.</summary>
    private void Tell(Exception exception)
    {
        var isNew = _problem is null || (exception is AuditBrokenException && _problem != exception.Message);
        _problem = exception is AuditBrokenException ? exception.Message : $"the audit log cannot be written: {exception.Message}";
        if (isNew && exception is AuditBrokenException)
            LogBroken(logger, exception);
        else if (isNew)
            LogFailing(logger, exception);
    }

    private TimeSpan Left(TimeSpan interval, long since)
    {
        var left = interval - time.GetElapsedTime(since);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>What may pass by itself: a full or failing disk under the log or under the journal.</summary>
    private static bool IsDiskTrouble(Exception exception) => exception is IOException or UnauthorizedAccessException or DbException;
}
