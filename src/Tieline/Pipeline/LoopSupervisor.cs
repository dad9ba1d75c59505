using Microsoft.Extensions.Logging;
using Tieline.Diagnostics;
using Tieline.Journal;
using Tieline.Storage;

namespace Tieline.Pipeline;

/// <summary>Owns every loop: none dies quietly. One that ends before its time is said, counted, and started again after a delay; one that keeps failing ends the process.</summary>
/// <remarks>A fault of the disk that can pass (<see cref="DiskFault.CanPass(Exception)"/>) never ends the process: the loop is started again for as long as it takes. Nor does whatever fails a loop
/// off the way of the events (<see cref="PipelineLoop.IsSide"/>).</remarks>
/// <param name="give">Called with a sentence when a loop is given up on; the process should end with exit code 1, so that the service manager sees it.</param>
internal sealed partial class LoopSupervisor(TimeProvider time, TielineMetrics metrics, ILogger<LoopSupervisor> logger, Action<string> give)
{
    /// <summary>So many failures within <see cref="Window"/> are too many.</summary>
    private const int MaxFailures = 5;

    private static readonly TimeSpan _restartDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _longestDelay = TimeSpan.FromSeconds(5);

    /// <summary>A side loop that keeps failing is started again so often: it can do no harm, and its cause is in the log.</summary>
    private static readonly TimeSpan _longestSideDelay = TimeSpan.FromMinutes(1);

    /// <summary>A loop that has run for so long after a fault of the disk is well again.</summary>
    private static readonly TimeSpan _provenAfter = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();

    /// <summary>What each waits for; null: it failed in a way nobody foresaw.</summary>
    private readonly List<(PipelineLoop Loop, string? Fault)> _down = [];

    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    private static TimeSpan Window => TimeSpan.FromMinutes(1);

    /// <summary>The names of all loops that it was given so far.</summary>
    public IReadOnlyCollection<string> Names
    {
        get
        {
            lock (_gate)
                return [.. _names];
        }
    }

    /// <summary>Which loops are down right now, of those that events need; null when none is.</summary>
    public string? Problem => Down(isSide: false);

    /// <summary>Which loops are down right now that events do not need; null when none is.</summary>
    public string? Note => Down(isSide: true) is { } down ? $"{down}. Events are delivered as usual" : null;

    /// <summary>Ends when the loop does: in order after <paramref name="stopping"/>, or given up on.</summary>
    public async Task RunAsync(PipelineLoop loop, CancellationToken stopping, CancellationToken aborting)
    {
        var failures = new Queue<MonotonicTime>();
        var (diskFaults, sideFailures) = (0, 0);
        lock (_gate)
            _names.Add(loop.Name);
        while (true)
        {
            string? fault = null;
            Exception? cause = null;
            var started = time.GetMonotonicTime();
            try
            {
                var run = loop.Make();
                await using var proven = diskFaults == 0 ? null : time.CreateTimer(_ => IsWell(loop), null, _provenAfter, Timeout.InfiniteTimeSpan);
                if (proven is null)
                    SetUp(loop);
                await run(stopping, aborting);
                if (stopping.IsCancellationRequested)
                {
                    SetUp(loop);
                    return;
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested || aborting.IsCancellationRequested)
            {
                SetUp(loop);
                return;
            }
            catch (JournalBrokenException e) when (!loop.IsSide)
            {
                SetDown(loop, null);
                LogCannotGoOn(logger, loop.Label, e.Message);
                give(e.Message.TrimEnd('.'));
                return;
            }
            catch (Exception e) when (DiskFault.CanPass(e))
            {
                if (time.GetMonotonicTime() - started >= _provenAfter)
                    diskFaults = 0;
                fault = DiskFault.Describe(e);
                if (diskFaults++ == 0)
                    LogWaitsForDisk(logger, e, loop.Label, fault);
            }
#pragma warning disable CA1031 // the one place where everything that nobody foresaw ends up: said, counted, and acted on
            catch (Exception e)
#pragma warning restore CA1031
            {
                cause = e;
            }

            metrics.LoopRestarts.Add(1, new KeyValuePair<string, object?>("tieline.loop", loop.Name));
            if (stopping.IsCancellationRequested)
            {
                if (cause is not null)
                    LogFailedAtStop(logger, cause, loop.Label);
                SetUp(loop); // it was to end
                return;
            }

            SetDown(loop, fault);
            if (fault is not null)
            {
                var delay = _restartDelay * Math.Pow(2, Math.Min(diskFaults - 1, 3));
                await DelayAsync(delay < _longestDelay ? delay : _longestDelay, stopping);
                continue;
            }

            diskFaults = 0;
            var now = time.GetMonotonicTime();
            if (loop.IsSide)
            {
                sideFailures = now - started > Window ? 1 : sideFailures + 1;
                var delay = _restartDelay * Math.Pow(2, Math.Min(sideFailures - 1, 6));
                delay = delay < _longestSideDelay ? delay : _longestSideDelay;
                LogEnded(logger, cause, loop.Label, delay.TotalSeconds);
                await DelayAsync(delay, stopping);
                continue;
            }

            LogEnded(logger, cause, loop.Label, _restartDelay.TotalSeconds);
            failures.Enqueue(now);
            while (failures.TryPeek(out var oldest) && now - oldest > Window)
                failures.Dequeue();
            if (failures.Count >= MaxFailures)
            {
                LogGivenUp(logger, loop.Label, failures.Count);
                give($"loop '{loop.Label}' failed {failures.Count} times within a minute");
                return;
            }

            await DelayAsync(_restartDelay, stopping);
        }
    }

    private async Task DelayAsync(TimeSpan delay, CancellationToken stopping)
    {
        try
        {
            await Task.Delay(delay, time, stopping);
        }
        catch (OperationCanceledException)
        {
            // The loop is started once more, sees the stop, and ends in order.
        }
    }

    /// <returns>Whether it was down.</returns>
    private bool SetUp(PipelineLoop loop)
    {
        lock (_gate)
            return _down.RemoveAll(other => ReferenceEquals(other.Loop, loop)) > 0;
    }

    private void SetDown(PipelineLoop loop, string? fault)
    {
        lock (_gate)
        {
            _down.RemoveAll(other => ReferenceEquals(other.Loop, loop));
            _down.Add((loop, fault));
        }
    }

    private void IsWell(PipelineLoop loop)
    {
        if (SetUp(loop))
            LogDiskIsBack(logger, loop.Label);
    }

    private string? Down(bool isSide)
    {
        lock (_gate)
        {
            var down = _down.Where(one => one.Loop.IsSide == isSide).ToList();
            return down.Count == 0 ? null : string.Join("; ", down.GroupBy(one => one.Fault).OrderBy(group => group.Key is null ? 0 : 1).Select(group =>
                group.Key is { } fault ? $"waiting for the disk: {Labels(group)}: {fault}" : $"not running: {Labels(group)}; see the log"));
        }
    }

    private static string Labels(IEnumerable<(PipelineLoop Loop, string? Fault)> down) => string.Join(", ", down.Select(one => one.Loop.Label));

    [LoggerMessage(EventId = 6001, EventName = "LoopEnded", Level = LogLevel.Critical, Message = "Loop {Loop} ended unexpectedly; it is started again in {Seconds} s")]
    private static partial void LogEnded(ILogger logger, Exception? exception, string loop, double seconds);

    [LoggerMessage(EventId = 6007, EventName = "LoopFailedAtStop", Level = LogLevel.Error, Message = "Loop {Loop} failed while Tieline stopped; the next start continues from what is on disk")]
    private static partial void LogFailedAtStop(ILogger logger, Exception exception, string loop);

    [LoggerMessage(EventId = 6003, EventName = "LoopWaitsForDisk", Level = LogLevel.Critical,
        Message = "Loop {Loop} cannot go on: {Fault}. Nothing is lost; it is started again until the disk can be used")]
    private static partial void LogWaitsForDisk(ILogger logger, Exception exception, string loop, string fault);

    [LoggerMessage(EventId = 6004, EventName = "LoopDiskIsBack", Level = LogLevel.Information, Message = "Loop {Loop} runs again: the disk can be used")]
    private static partial void LogDiskIsBack(ILogger logger, string loop);

    [LoggerMessage(EventId = 6005, EventName = "LoopCannotGoOn", Level = LogLevel.Critical, Message = "Loop {Loop} cannot go on, and the process ends: {Reason}")]
    private static partial void LogCannotGoOn(ILogger logger, string loop, string reason);

    [LoggerMessage(EventId = 6002, EventName = "LoopGivenUp", Level = LogLevel.Critical, Message = "Loop {Loop} failed {Failures} times within a minute; the process ends")]
    private static partial void LogGivenUp(ILogger logger, string loop, int failures);
}
