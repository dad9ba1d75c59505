using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Tieline.Diagnostics;
using Tieline.Journal;

namespace Tieline.Delivery;

/// <summary>Carries one destination's entries from the journal to it: order within a conversation, concurrency across them, every entry settled exactly once.</summary>
/// <remarks>
/// One loop owns all state; attempts run beside it and report back over a channel. Entries in hand are bounded (<see cref="Window"/>), what is beyond stays on disk.
/// A settlement rides to the journal at once; the next entry of the conversation does not wait for it, since after a crash both would go out again, in order, under the same ids.
/// </remarks>
internal sealed partial class Dispatcher
{
    /// <summary>Entries in hand at most.</summary>
    private const int Window = 4_096;

    /// <summary>Entries read at once: few enough that those in flight do not wait for it.</summary>
    private const int ReadSize = 256;

    private readonly IJournal _journal;
    private readonly Destination _destination;
    private readonly DestinationOptions _options;
    private readonly TimeProvider _time;
    private readonly Func<double> _random;
    private readonly TielineMetrics _metrics;
    private readonly ILogger _logger;
    private readonly DestinationNumber _number;
    private readonly Channel<Ended?> _messages = Channel.CreateUnbounded<Ended?>(new UnboundedChannelOptions { SingleReader = true, AllowSynchronousContinuations = true });
    private readonly JournalPosition _startedAt;
    private readonly DestinationGate _gate;
    private readonly LaneSet _lanes;
    private readonly long _settledAheadAtStart;
    private JournalPosition _read;
    private long _settled;
    private int _wakePending;
    private int _inFlight;
    private DispatcherStatus _status;

    public Dispatcher(
        IJournal journal, Destination destination, DestinationOptions options, TimeProvider time, Func<double> random, TielineMetrics metrics, ILogger<Dispatcher> logger)
    {
        (_journal, _destination, _options, _time, _random, _metrics, _logger) = (journal, destination, options, time, random, metrics, logger);
        _number = journal.NumberOf(options.Name);
        _read = journal.ReadSettledThrough(_number);
        _settledAheadAtStart = journal.CountSettledAbove(_number, _read);
        _startedAt = _read;
        _gate = new DestinationGate(options.Concurrency);
        _lanes = new LaneSet(_read);
        _status = new DispatcherStatus(options.Name, GateState.Open, null, 0, null, 0, null);
    }

    /// <summary>Entries in memory: at most <see cref="Window"/>, however many wait.</summary>
    public int InHand => _lanes.Count;

    public DispatcherStatus Status => Volatile.Read(ref _status) with { Waiting = Waiting };

    /// <summary>Accepted and not settled: what the journal has beyond where this started, less what has been settled since.</summary>
    private long Waiting => Math.Max(0, _journal.Positions.Value - _startedAt.Value - _settledAheadAtStart - Volatile.Read(ref _settled));

    /// <param name="stopping">Nothing new goes out; what is in flight is waited for.</param>
    /// <param name="aborting">What is in flight is let go of: it will go out again, under the same ids.</param>
    public async Task RunAsync(CancellationToken stopping, CancellationToken aborting)
    {
        await using var timer = _time.CreateTimer(_ => Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        await using var stop = stopping.Register(Wake);
        using var appended = _journal.Positions.OnAdvance(Wake);
        while (true)
        {
            await SettleAllAsync(aborting);
            if (stopping.IsCancellationRequested)
                break;
            var now = _time.GetUtcNow();
            _lanes.Wake(now);
            Fill();
            Send(now, aborting);
            Publish();
            if (NextDue() is { } due)
                timer.Change(due > now ? due - now : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
            await _messages.Reader.WaitToReadAsync(aborting);
        }

        while (_inFlight > 0)
        {
            await _messages.Reader.WaitToReadAsync(aborting);
            await SettleAllAsync(aborting);
        }
    }

    /// <summary>There may be something to do: more to read, a delay over, a stop. Many calls are one message.</summary>
    private void Wake()
    {
        if (Interlocked.Exchange(ref _wakePending, 1) == 0)
            _messages.Writer.TryWrite(null);
    }

    private async ValueTask SettleAllAsync(CancellationToken aborting)
    {
        while (_messages.Reader.TryRead(out var message))
        {
            if (message is null)
                Interlocked.Exchange(ref _wakePending, 0); // a fence: what was changed before a wake that this one swallows is seen from here on
            else
                await SettleAsync(message, aborting);
        }
    }

    private void Fill()
    {
        var durable = _journal.Positions.Value;
        if (_read.Value >= durable || _lanes.Count > Window - ReadSize)
            return;
        var entries = _journal.ReadEntries(_number, _read, ReadSize);
        foreach (var entry in entries)
            _lanes.Add(entry);
        var last = entries.Count == 0 ? 0 : entries[^1].Position.Value;
        _read = new JournalPosition(entries.Count == ReadSize ? last : Math.Max(durable, last));
        if (_read.Value < durable && (_lanes.Count < ReadSize || !_lanes.HasReady))
            Wake(); // also past a conversation that is stuck with all that is in hand
    }

    private void Send(DateTimeOffset now, CancellationToken aborting)
    {
        var before = _gate.State;
        var allows = _gate.Allows(_inFlight, now);
        LogChange(before);
        for (var allowed = allows; allowed > 0 && _lanes.HasReady; allowed--)
        {
            var lane = _lanes.Take();
            _inFlight++;
            _ = AttemptAsync(lane, _gate.Begin(), aborting);
        }
    }

    /// <summary>Always reports: every attempt that begins ends in the channel, whatever happens in between.</summary>
    private async Task AttemptAsync(DeliveryLane lane, bool isProbe, CancellationToken aborting)
    {
        DeliveryOutcome? outcome = null;
        try
        {
            outcome = await _destination.SendAsync(lane.Head, aborting);
        }
        catch (OperationCanceledException)
        {
            // Let go of: nobody knows whether it arrived, so it counts as not delivered.
        }
#pragma warning disable CA1031 // an attempt that fails in a way nobody foresaw is an attempt that failed: said, and tried again
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogUnexpected(_logger, e, lane.Head.Position.Value);
        }

        _messages.Writer.TryWrite(new Ended(lane, isProbe, outcome ?? new DeliveryOutcome.BackOff(BackOffReason.Broken, null, null)));
    }

    private async ValueTask SettleAsync(Ended ended, CancellationToken aborting)
    {
        _inFlight--;
        var now = _time.GetUtcNow();
        var before = _gate.State;
        var closes = _gate.End(ended.Outcome, ended.Lane.ConversationId, ended.IsProbe, now);
        LogChange(before);
        switch (ended.Outcome)
        {
            case DeliveryOutcome.Accepted accepted:
                _metrics.EndToEnd.Record((now - ended.Lane.Head.ReceivedAt).TotalSeconds);
                await SettleAsync(ended.Lane, accepted.Status, null, aborting);
                break;
            case DeliveryOutcome.Rejected rejected:
                LogRejected(_logger, ended.Lane.Head.Position.Value, ended.Lane.Head.Id.ToString(), rejected.Reason);
                await SettleAsync(ended.Lane, rejected.Status, rejected.Reason, aborting);
                break;
            case DeliveryOutcome.BackOff backOff:
                await DelayAsync(ended.Lane, backOff, now, aborting);
                break;
            default:
                throw new InvalidOperationException($"No such outcome: {ended.Outcome.GetType().Name}");
        }

        if (closes)
            _lanes.WakeAll(_gate.Since);
    }

    private async ValueTask SettleAsync(DeliveryLane lane, int? status, string? deadLetterReason, CancellationToken aborting)
    {
        var attempts = lane.Attempts + 1;
        var entry = _lanes.Settle(lane);
        var work = new JournalWork.Settle(new Settlement(_number, entry.Position, status, attempts, deadLetterReason, _lanes.SettledThrough));
        if (!_journal.TryPost(work))
            await _journal.PostAsync(work, aborting);
        Interlocked.Increment(ref _settled);
        if (deadLetterReason is null)
            _metrics.Delivered.Add(1, new KeyValuePair<string, object?>("tieline.destination", _options.Name));
        else
            _metrics.DeadLetters.Add(1, new KeyValuePair<string, object?>("tieline.destination", _options.Name));
    }

    private async ValueTask DelayAsync(DeliveryLane lane, DeliveryOutcome.BackOff backOff, DateTimeOffset now, CancellationToken aborting)
    {
        if (_gate.State is not GateState.Open)
        {
            // The destination's failure, not this entry's: it costs no attempt, and goes first when the gate opens.
            _lanes.Return(lane);
            return;
        }

        var delay = RetrySchedule.DelayAfter(lane.FailuresInRow + 1, _random(), _options.Retry);
        if (backOff.Status == 429 && delay < RetryDefaults.AfterThrottle)
            delay = RetryDefaults.AfterThrottle;
        if (lane.Waited + delay > _options.Retry.GiveUpAfter)
        {
            var reason = $"given up after {lane.Attempts + 1} attempts; the last failed: {backOff.Reason}";
            LogGivenUp(_logger, lane.Head.Position.Value, lane.Head.Id.ToString(), lane.Attempts + 1);
            await SettleAsync(lane, backOff.Status, reason, aborting);
            return;
        }

        lane.Fail(delay);
        LogBackingOff(_logger, lane.Head.Position.Value, lane.Attempts, delay.TotalSeconds, backOff.Reason);
        await _journal.PostAsync(new JournalWork.Retry(new RetryRecord(_number, lane.Head.Position, lane.Attempts, lane.Waited)), aborting);
        _lanes.Delay(lane, now + delay);
    }

    private DateTimeOffset? NextDue()
    {
        var lanes = _lanes.NextDue;
        if (_gate.State == GateState.Open || _gate.IsProbing || !_lanes.HasReady)
            return lanes;
        return lanes < _gate.Until ? lanes : _gate.Until;
    }

    private void Publish() => Volatile.Write(ref _status, new DispatcherStatus(
        _options.Name, _gate.State, _gate.State == GateState.Open ? null : _gate.Until, 0, _lanes.OldestReceivedAt, _inFlight, Problem()));

    private string? Problem() => (_gate.State, _gate.Cause) switch
    {
        (GateState.Open, _) or (_, null) => null,
        (GateState.Held, { } cause) => $"destination '{_options.Name}' asked for a pause ({cause.Status}, Retry-After)",
        (GateState.Misconfigured, { } cause) =>
            $"destination '{_options.Name}' answers {cause.Status}: check its URL and credentials; nothing is lost, it is probed once a minute",
        (_, { } cause) => $"destination '{_options.Name}' is down ({cause.Reason}{(cause.Status is { } status ? $", {status}" : "")}); nothing is lost, it is probed every few seconds",
    };

    private void LogChange(GateState before)
    {
        if (before == _gate.State)
            return;
        if (_gate.State == GateState.Open)
            LogOpen(_logger, _options.Name);
        else
            LogClosed(_logger, _options.Name, _gate.State, _gate.Cause!.Reason, _gate.Cause.Status);
    }

    private sealed record Ended(DeliveryLane Lane, bool IsProbe, DeliveryOutcome Outcome);
}
