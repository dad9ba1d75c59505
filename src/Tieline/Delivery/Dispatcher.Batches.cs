using Tieline.Diagnostics;
using Tieline.Journal;

namespace Tieline.Delivery;

/// <summary>What became of a batch, and of each event in it.</summary>
internal sealed partial class Dispatcher
{
    private async ValueTask SettleAsync(DeliveryBatch batch, Ended ended, MonotonicTime now, CancellationToken aborting)
    {
        switch (ended.Outcome)
        {
            case DeliveryOutcome.Accepted accepted:
                await SettleEachAsync(batch, accepted, ended, now, aborting);
                break;
            case var outcome when batch.Entries.Count == 1:
                await SettleAsync(ended.Lane, outcome, ended, now, new Share(true, false), aborting);
                break;
            case DeliveryOutcome.Rejected:
                if (_batches!.Split(batch, due: null) is { } one)
                    _lanes.Return(one);
                break;
            case DeliveryOutcome.BackOff when _gate.State is not GateState.Open:
                _batches!.Return(batch);
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

    /// <summary>A throttle is about the request; by anything else one of its events may be at fault, and half of it goes on the sooner.</summary>
    private async ValueTask DelayAsync(DeliveryBatch batch, DeliveryOutcome.BackOff backOff, Ended ended, MonotonicTime now, CancellationToken aborting)
    {
        var isWhole = backOff.Reason == BackOffReason.Throttled && batch.Parts.All(part => part.Lane.Waited < _options.Retry.GiveUpAfter);
        var delay = DelayAfter(isWhole ? batch.Failures + 1 : 1, backOff);
        foreach (var (lane, _) in batch.Parts)
            await FailAsync(lane, delay, backOff, ended, aborting);
        if (isWhole)
        {
            batch.Failures++;
            _batches!.Delay(batch, now + delay);
        }
        else if (_batches!.Split(batch, now + delay) is { } one)
        {
            _lanes.Delay(one, now + delay);
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
