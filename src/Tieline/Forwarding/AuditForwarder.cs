using Microsoft.Extensions.Logging;
using Tieline.Audit;
using Tieline.Delivery;
using Tieline.Diagnostics;

namespace Tieline.Forwarding;

/// <summary>Sends each line of the audit log to a receiver, in order, from a position of its own. The position moves when the receiver is known to have the lines: whatever fails, they are still in the files.</summary>
/// <param name="dataDirectory">Holds <c>audit/</c>, and the position.</param>
/// <param name="mark">How far the log is durable.</param>
/// <param name="random">A random number in [0, 1).</param>
internal sealed partial class AuditForwarder(
    string dataDirectory, AuditMark mark, IForwardSink sink, ForwardOptions options, TielineMetrics metrics, TimeProvider time, Func<double> random, ILogger<AuditForwarder> logger)
{
    private readonly string _positionFile = Path.Combine(dataDirectory, ForwardPosition.FileName);
    private readonly ForwardReader _reader = new(Path.Combine(dataDirectory, "audit"));
    private ForwardPosition? _position;
    private ForwardBatch? _pending;
    private bool _taken;
    private long _sentAt;
    private int _failures;
    private TimeSpan? _retryAfter;
    private DateTimeOffset? _lastSuccess;
    private volatile ForwardStatus _status = new(0, null, null, null);

    public ForwardStatus Status => _status with { Waiting = Math.Max(0, (mark.Durable?.Fact ?? 0) - (_position?.Fact ?? mark.Durable?.Fact ?? 0)) };

    /// <summary>Runs until <paramref name="stopping"/>; then sends what the log still gets, for at most <see cref="ForwardDefaults.DrainTime"/>, unless the receiver is in trouble already.</summary>
    /// <param name="aborting">Gives that up too. The next start goes on from the position.</param>
    public async Task RunAsync(CancellationToken stopping, CancellationToken aborting)
    {
        await Task.Yield();
        using var late = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        await using var atStop = stopping.Register(() => late.CancelAfter(ForwardDefaults.DrainTime));
        using var hurry = CancellationTokenSource.CreateLinkedTokenSource(late.Token, aborting);
        _sentAt = time.GetTimestamp() - (long)(options.Interval.TotalSeconds * time.TimestampFrequency);
        try
        {
            while (!stopping.IsCancellationRequested)
            {
                var changed = mark.Changed;
                switch (await StepAsync(hurry.Token))
                {
                    case Step.Failed:
                        await BackOffAsync(stopping);
                        break;
                    case Step.Sent or Step.Nothing:
                        await WaitAsync(changed, stopping);
                        break;
                }
            }

            await FinishAsync(hurry.Token);
        }
        catch (OperationCanceledException) when (hurry.IsCancellationRequested)
        {
            LogLeft(logger, Status.Waiting);
        }
    }

    /// <summary>Reads a batch, or takes the one at hand, and sends it.</summary>
    private async Task<Step> StepAsync(CancellationToken cancellation)
    {
        try
        {
            _position ??= ForwardPosition.Load(_positionFile);
            if (_pending is null && mark.Durable is { } durable && _reader.Read(_position, durable) is { Records.Count: > 0 } read)
                (_pending, _taken) = (read, false);
            if (_pending is not { } batch)
            {
                Succeed();
                return Step.Nothing;
            }

            _status = _status with { OldestWaiting = batch.Records.FirstOrDefault(record => record.Timestamp is not null)?.Timestamp };
            await SendAsync(batch, cancellation);
            return batch.IsFull ? Step.SentFull : Step.Sent;
        }
        catch (Exception e) when (e is ForwardException or IOException or UnauthorizedAccessException or InvalidDataException)
        {
            Fail(e);
            return Step.Failed;
        }
    }

    private async Task SendAsync(ForwardBatch batch, CancellationToken cancellation)
    {
        if (!_taken)
            await sink.SendAsync(batch.Records, cancellation);
        // A position that cannot be written is tried again by itself: the receiver has the lines.
        _taken = true;
        batch.End.Save(_positionFile);
        _position = batch.End;
        _pending = null;
        _sentAt = time.GetTimestamp();
        metrics.AuditForwarded.Add(batch.Records.Count);
        _lastSuccess = time.GetUtcNow();
        Succeed();
    }

    /// <summary>Until the log changes and the interval is over; a full batch's worth does not wait.</summary>
    /// <param name="changed">Taken before the log was read.</param>
    private async Task WaitAsync(Task changed, CancellationToken stopping)
    {
        try
        {
            await changed.WaitAsync(stopping);
            var left = options.Interval - time.GetElapsedTime(_sentAt);
            var over = left > TimeSpan.Zero ? Task.Delay(left, time, stopping) : Task.CompletedTask;
            while (!over.IsCompleted && Status.Waiting < ForwardDefaults.BatchLines)
                await Task.WhenAny(over, mark.Changed);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
    }

    /// <summary>The log's last lines and its last checkpoint, once its writer is done.</summary>
    private async Task FinishAsync(CancellationToken hurry)
    {
        if (_failures > 0)
        {
            LogLeft(logger, Status.Waiting);
            return;
        }

        for (var changed = mark.Changed; !mark.IsFinal; changed = mark.Changed)
            await changed.WaitAsync(hurry);
        while (await StepAsync(hurry) is Step.Sent or Step.SentFull)
        {
        }
    }

    private void Succeed()
    {
        if (_failures > 0)
            LogRecovered(logger, _failures);
        _failures = 0;
        _status = new ForwardStatus(0, null, _lastSuccess, null);
    }

    private void Fail(Exception e)
    {
        metrics.AuditForwardFailures.Add(1);
        _status = _status with { Problem = e.Message, OldestWaiting = _status.OldestWaiting ?? time.GetUtcNow() };
        _retryAfter = (e as ForwardException)?.RetryAfter;
        if (_failures++ == 0)
            LogFailing(logger, e.Message);
    }

    private async Task BackOffAsync(CancellationToken stopping)
    {
        var delay = RetrySchedule.DelayAfter(_failures, random(), ForwardDefaults.Retry);
        if (_retryAfter > delay)
            delay = _retryAfter.Value < ForwardDefaults.MaxRetryAfter ? _retryAfter.Value : ForwardDefaults.MaxRetryAfter;
        try
        {
            await Task.Delay(delay, time, stopping);
        }
        catch (OperationCanceledException)
        {
        }
    }

    private enum Step
    {
        Nothing,
        Sent,

        /// <summary>More may be waiting.</summary>
        SentFull,
        Failed,
    }
}
