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
    private long _headSaved;
    private long _counted;
    private int _failures;

    /// <summary>Runs until <paramref name="stopping"/>; then writes what facts there are, for at most <see cref="AuditDefaults.DrainTime"/>, signs and saves the head.</summary>
    /// <param name="aborting">Gives that up too. The next start goes on from what is in the files.</param>
    /// <exception cref="AuditBrokenException">The log on the disk was altered, or does not belong to this journal. It is left as it is.</exception>
    public async Task RunAsync(CancellationToken stopping, CancellationToken aborting)
    {
        await Task.Yield();
        using var log = new AuditLog(dataDirectory, options.MaxFileBytes, time, logger, open ?? AuditDisk.Open);
        try
        {
            await FollowAsync(log, stopping, aborting);
            await FinishAsync(log, aborting);
            mark?.Finish();
        }
        catch (AuditBrokenException e)
        {
            LogBroken(logger, e);
            throw;
        }
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
                var facts = source.ReadFacts(log.Fact, AuditDefaults.Batch);
                Append(log, facts);
                if (time.GetElapsedTime(_syncedAt) >= AuditDefaults.SyncInterval)
                    await SettleAsync(log, aborting);
                else if (facts.Count < AuditDefaults.Batch)
                    await Task.Delay(AuditDefaults.SyncInterval - time.GetElapsedTime(_syncedAt), time, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
            }
            catch (Exception e) when (IsDiskTrouble(e))
            {
                log.Rollback();
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
        // The journal keeps each fact at least until it has been told of its line.
        if (log.Fact > (head?.Fact ?? 0) && (source.ReadFacts(log.Fact - 1, 1) is not [var last] || last.Number != log.Fact))
        {
            throw new AuditBrokenException(
                $"The audit log in '{dataDirectory}' has reached fact {log.Fact}, which the journal does not have: it belongs to another or a later journal. "
                + "Put both back from the same copy.");
        }

        _counted = log.Durable.Fact;
        _headSaved = head?.Fact ?? 0;
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
        if (log.Durable.Fact > _headSaved && Left(AuditDefaults.HeadInterval, _headSavedAt) is var left && left < due)
            due = left;
        if (due == TimeSpan.MaxValue)
        {
            await source.WaitForFactsAsync(log.Fact, stopping);
            return;
        }

        using var timer = new CancellationTokenSource(due, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, stopping);
        try
        {
            await source.WaitForFactsAsync(log.Fact, either.Token);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested && timer.IsCancellationRequested)
        {
        }
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
        _failures = 0;
    }

    private async Task SaveHeadAsync(AuditLog log, CancellationToken aborting)
    {
        if (log.Durable.Fact <= _headSaved)
            return;
        await source.SaveHeadAsync(new AuditHead(log.Durable.Fact, log.Durable.FactHash.ToString()), aborting);
        _headSaved = log.Durable.Fact;
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
        catch (Exception e) when (IsDiskTrouble(e))
        {
            LogUnfinished(logger, log.Durable.Fact, e);
        }
    }

    private async Task BackOffAsync(Exception exception, CancellationToken stopping)
    {
        var delay = AuditDefaults.MinRetryDelay * Math.Pow(2, Math.Min(_failures, 5));
        if (_failures++ == 0)
            LogFailing(logger, exception);
        try
        {
            await Task.Delay(delay < AuditDefaults.MaxRetryDelay ? delay : AuditDefaults.MaxRetryDelay, time, stopping);
        }
        catch (OperationCanceledException)
        {
        }
    }

    private TimeSpan Left(TimeSpan interval, long since)
    {
        var left = interval - time.GetElapsedTime(since);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>What may pass by itself: a full or failing disk under the log or under the journal.</summary>
    private static bool IsDiskTrouble(Exception exception) => exception is IOException or UnauthorizedAccessException or DbException;
}
