using Microsoft.Extensions.Logging;
using Tieline.Diagnostics;

namespace Tieline.Pipeline;

/// <summary>Owns every loop: none dies quietly. One that ends before its time is said, counted, and started again after a delay; one that keeps failing ends the process.</summary>
/// <param name="give">Called with a sentence when a loop is given up on; the process should end with exit code 1, so that the service manager sees it.</param>
internal sealed partial class LoopSupervisor(TimeProvider time, TielineMetrics metrics, ILogger<LoopSupervisor> logger, Action<string> give)
{
    /// <summary>So many failures within <see cref="Window"/> are too many.</summary>
    private const int MaxFailures = 5;

    private static readonly TimeSpan _restartDelay = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly List<PipelineLoop> _down = [];

    private static TimeSpan Window => TimeSpan.FromMinutes(1);

    /// <summary>Which loops are down right now; null when none is.</summary>
    public string? Problem
    {
        get
        {
            lock (_gate)
                return _down.Count == 0 ? null : $"not running: {string.Join(", ", _down.Select(loop => loop.Label))}; see the log";
        }
    }

    /// <summary>Ends when the loop does: in order after <paramref name="stopping"/>, or given up on.</summary>
    public async Task RunAsync(PipelineLoop loop, CancellationToken stopping, CancellationToken aborting)
    {
        var failures = new Queue<MonotonicTime>();
        while (true)
        {
            try
            {
                var run = loop.Make();
                SetDown(loop, false);
                await run(stopping, aborting);
                if (stopping.IsCancellationRequested)
                    return;
                LogEnded(logger, null, loop.Label);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested || aborting.IsCancellationRequested)
            {
                SetDown(loop, false);
                return;
            }
#pragma warning disable CA1031 // the one place where everything that nobody foresaw ends up: said, counted, and acted on
            catch (Exception e)
#pragma warning restore CA1031
            {
                LogEnded(logger, e, loop.Label);
            }

            metrics.LoopRestarts.Add(1, new KeyValuePair<string, object?>("tieline.loop", loop.Name));
            if (stopping.IsCancellationRequested)
            {
                SetDown(loop, false); // it was to end
                return;
            }

            SetDown(loop, true);
            var now = time.GetMonotonicTime();
            failures.Enqueue(now);
            while (failures.TryPeek(out var oldest) && now - oldest > Window)
                failures.Dequeue();
            if (failures.Count >= MaxFailures)
            {
                LogGivenUp(logger, loop.Label, failures.Count);
                give($"loop '{loop.Label}' failed {failures.Count} times within a minute");
                return;
            }

            await DelayAsync(stopping);
        }
    }

    private async Task DelayAsync(CancellationToken stopping)
    {
        try
        {
            await Task.Delay(_restartDelay, time, stopping);
        }
        catch (OperationCanceledException)
        {
            // The loop is started once more, sees the stop, and ends in order.
        }
    }

    private void SetDown(PipelineLoop loop, bool down)
    {
        lock (_gate)
        {
            _down.RemoveAll(other => ReferenceEquals(other, loop));
            if (down)
                _down.Add(loop);
        }
    }

    [LoggerMessage(EventId = 6001, EventName = "LoopEnded", Level = LogLevel.Critical, Message = "Loop {Loop} ended unexpectedly; it is started again in a second")]
    private static partial void LogEnded(ILogger logger, Exception? exception, string loop);

    [LoggerMessage(EventId = 6002, EventName = "LoopGivenUp", Level = LogLevel.Critical, Message = "Loop {Loop} failed {Failures} times within a minute; the process ends")]
    private static partial void LogGivenUp(ILogger logger, string loop, int failures);
}
