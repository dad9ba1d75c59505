using Tieline.Diagnostics;
using Tieline.Journal;

namespace Tieline.Delivery;

/// <summary>What became of a batch, and of each event in it.</summary>
internal sealed partial class Dispatcher
{
    /// <summary>So often a batch fails whole while the destination fails; then in halves.</summary>
    private const int MaxReturned = 2;

    /// <summary>So often it is asked to wait whole; then in halves, for a limit may count what is in it.</summary>
    private const int MaxThrottled = 4;

    private async ValueTask SettleAsync(DeliveryBatch batch, Ended ended, MonotonicTime now, CancellationToken aborting)
    {
        switch (ended.Outcome)
        {
            case DeliveryOutcome.Accepted { IsOpenAfterUnseen: true, Events: null } open when batch.Entries.Count > 1 && _unseen.TryAskAgain(batch.Entries):
                await DelayAsync(batch, AskAgain(batch.Failures + 1, open.Status), ended, now, aborting);
                break;
            case DeliveryOutcome.Accepted accepted:
                await SettleEachAsync(batch, accepted, ended, now, aborting);
                break;
            case var outcome when batch.Entries.Count == 1:
                await SettleAsync(ended.Lane, outcome, ended, now, new Share(true, false), aborting);
                break;
            case DeliveryOutcome.Rejected:
                Split(batch, due: null);
                break;
            case DeliveryOutcome.BackOff backOff when _gate.State is not GateState.Open:
                Return(batch, backOff, now);
                break;
            case DeliveryOutcome.BackOff backOff:
                await DelayAsync(batch, backOff, ended, now, aborting);
                break;
            default:
                throw new InvalidOperationException($"No such outcome: {ended.Outcome.GetType().Name}");
        }
    }

    private async ValueTask SettleEachAsync(DeliveryBatch batch, DeliveryOutcome.Accepted accepted, Ended ended, MonotonicTime now, CancellationToken aborting)
    {
        var index = 0;
        foreach (var (lane, count) in batch.Parts)
        {
            for (var left = count; left > 0; left--)
                await SettleAsync(lane, accepted.Events?[index] ?? accepted, ended, now, new Share(left == 1, index++ > 0), aborting);
        }
    }

    /// <summary>The destination's failure, as far as is known: it costs no attempt. But a batch may itself be what the destination cannot bear, so that one that fails again goes on in halves.</summary>
    private void Return(DeliveryBatch batch, DeliveryOutcome.BackOff backOff, MonotonicTime now)
    {
        batch.Failures += backOff.IsInProgress ? 0 : 1;
        batch.AskedUntil = backOff.Hold is { } hold ? now + hold : MonotonicTime.Always;
        MonotonicTime? due = backOff.Hold is null ? null : batch.AskedUntil;
        if (!backOff.IsInProgress && batch.Failures >= (backOff.Reason == BackOffReason.Throttled ? MaxThrottled : MaxReturned))
            Split(batch, due);
        else if (due is { } at)
            _batches!.Delay(batch, at);
        else
            _batches!.Return(batch);
    }

    private void Split(DeliveryBatch batch, MonotonicTime? due)
    {
        if (_batches!.Split(batch, due) is not { } one)
            return;
        one.AskedUntil = batch.AskedUntil;
        if (due is { } at)
            _lanes.Delay(one, at);
        else
            _lanes.Return(one);
    }

    /// <summary>A throttle is about the request, and what is in progress is this very one, under its id; by anything else one of its events may be at fault, and half of it goes on the sooner.</summary>
    private async ValueTask DelayAsync(DeliveryBatch batch, DeliveryOutcome.BackOff backOff, Ended ended, MonotonicTime now, CancellationToken aborting)
    {
        var isWhole = (backOff.IsInProgress || (backOff.Reason == BackOffReason.Throttled && batch.Failures + 1 < MaxThrottled)) && batch.Parts.All(part => part.Lane.Waited < _options.Retry.GiveUpAfter);
        var delay = DelayAfter(isWhole ? batch.Failures + 1 : 1, backOff);
        batch.AskedUntil = backOff.Hold is null ? MonotonicTime.Always : now + delay;
        foreach (var (lane, _) in batch.Parts)
            await FailAsync(lane, delay, backOff, ended, aborting);
        if (isWhole)
        {
            batch.Failures++;
            _batches!.Delay(batch, now + delay);
        }
        else
        {
            Split(batch, now + delay);
        }
    }

    /// <summary>An event's part in the request that carried it.</summary>
    /// <param name="IsLast">Its conversation has no other in it that is not settled.</param>
    /// <param name="IsBehind">Another event stands for the request.</param>
    private readonly record struct Share(bool IsLast, bool IsBehind)
    {
        public static Share Whole => new(true, false);
    }
}
