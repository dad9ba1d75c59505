using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Tieline.Diagnostics;
using Tieline.Events;
using Tieline.Filtering;
using Tieline.Journal;

namespace Tieline.Delivery;

/// <summary>Carries one destination's entries from the journal to it: order within a conversation, concurrency across them, every entry settled exactly once.</summary>
/// <remarks>
/// One loop owns all state; attempts run beside it and report back over a channel. Entries in hand are bounded (<see cref="Window"/>), what is beyond stays on disk.
/// A settlement rides to the journal at once; the next entry of the conversation does not wait for it, since after a crash both would go out again, in order, under the same ids.
/// </remarks>
internal sealed partial class Dispatcher
{
    /// <summary>Entries in hand at most, of conversations that do not wait after a failure; of those that do <see cref="LaneSet.MaxDelayed"/>.</summary>
    private const int Window = 4_096;

    /// <summary>Conversations that are read from the disk in one turn of the loop: few enough that the others do not wait for it.</summary>
    private const int RefillsAtOnce = 16;

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
    private readonly RateLimit _rate;
    private readonly AdaptiveRate _pace = new();
    private readonly LaneSet _lanes;
    private readonly ArrivalTimes _arrivals;
    private readonly UnseenAttempts _unseen;

    /// <summary>Null where each request is one event.</summary>
    private readonly BatchQueue? _batches;

    /// <summary>Null where all goes out.</summary>
    private readonly EventFilter? _filter;
    private readonly List<JournalPosition> _passedBy = new(ReadSize);
    private readonly long _settledAheadAtStart;
    private readonly long _durableAtStart;
    private JournalPosition _read;
    private long _settled;
    private int _wakePending;
    private int _hasRun;
    private bool _hasFailed;
    private int _inFlight;
    private DestinationPause? _pause;

    /// <summary>As the journal has it.</summary>
    private MonotonicTime _heldUntil = MonotonicTime.Always;
    private Snapshot _snapshot;

    public Dispatcher(
        IJournal journal, Destination destination, DestinationOptions options, TimeProvider time, Func<double> random, TielineMetrics metrics, ILogger<Dispatcher> logger)
    {
        (_journal, _destination, _options, _time, _random, _metrics, _logger) = (journal, destination, options, time, random, metrics, logger);
        _number = journal.NumberOf(options.Name);
        _read = journal.ReadSettledThrough(_number);
        _durableAtStart = journal.Positions.Value;
        _settledAheadAtStart = journal.CountSettledAbove(_number, _read);
        _startedAt = _read;
        _gate = new DestinationGate(options.Concurrency, options.ConcurrencyMode);
        _rate = ReadRate(journal);
        Resume(journal.ReadHeldUntil(_number));
        _lanes = new LaneSet(_read);
        _arrivals = new ArrivalTimes(new JournalPosition(_durableAtStart), time.GetMonotonicTime(), time.GetUtcNow());
        _unseen = new UnseenAttempts(journal.OpenedAt, new JournalPosition(_durableAtStart));
        _filter = options.Filter.Rules.Count == 0 ? null : new EventFilter(options.Filter);
        _batches = options.Batch.IsOn ? new BatchQueue(options.Batch, _lanes) : null;
        _pause = journal.PauseOf(_number);
        _snapshot = new Snapshot(
            new DispatcherStatus(options.Name, _pause is null ? GateState.Open : GateState.Paused, null, 0, null, 0, null) { Concurrency = _gate.Level, Pause = _pause }, time.GetMonotonicTime(), null, null, null, null);
    }

    /// <summary>After a failure in the midst of a change what stands behind it may be in no lane: the destination goes past nothing any more.</summary>
    private JournalPosition SettledThrough => _hasFailed ? JournalPosition.Start : _lanes.SettledThrough;

    /// <summary>Entries in memory: at most <see cref="Window"/> and <see cref="LaneSet.MaxDelayed"/>, however many wait.</summary>
    public int InHand => _lanes.Count;

    public DestinationLifetimes Lifetimes => _destination.Lifetimes;

    /// <summary>Its times are those of the system clock as it is now.</summary>
    public DispatcherStatus Status
    {
        get
        {
            var (status, at, next, since, free, age) = Volatile.Read(ref _snapshot);
            return status with
            {
                Waiting = Unsettled,
                Lifetimes = Lifetimes,
                NextTry = next is { } probe ? _time.ToSystemTime(probe) : null,
                ClosedSince = since is { } closed ? _time.ToSystemTime(closed) : null,
                RateFreeAt = free is { } leave ? _time.ToSystemTime(leave) : null,
                OldestWaitingSince = age is { } old ? _time.ToSystemTime(at - old) : null,
            };
        }
    }

    /// <summary>Accepted and not settled: what the journal has beyond where this started, less what has been settled since.</summary>
    private long Unsettled => Math.Max(0, _journal.Positions.Value - _startedAt.Value - _settledAheadAtStart - Volatile.Read(ref _settled));

    private RateLimit ReadRate(IJournal journal)
    {
        var clock = _time.GetUtcNow();
        var used = _options.RateLimit.PerDay is null ? [] : journal.ReadAttemptsSince(_number, clock - TimeSpan.FromHours(24));
        return new RateLimit(_options.RateLimit, _time.GetMonotonicTime(), used.Select(quarter => (clock - quarter.At, quarter.Attempts)));
    }

    /// <param name="stopping">Nothing new goes out; what is in flight is waited for.</param>
    /// <param name="aborting">What is in flight is let go of: it will go out again, under the same ids.</param>
    /// <remarks>Once: a failure may leave half of a change here. It ends when nothing is in flight any more, and all that is known of it is durable; another dispatcher then goes on from the journal.</remarks>
    public async Task RunAsync(CancellationToken stopping, CancellationToken aborting)
    {
        if (Interlocked.Exchange(ref _hasRun, 1) == 1)
            throw new InvalidOperationException($"The dispatcher of '{_options.Name}' has run: make another.");
        await using var timer = _time.CreateTimer(_ => Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        await using var stop = stopping.Register(Wake);
        using var appended = _journal.Positions.OnAdvance(Wake);
        using var freed = _journal.OnFreed(_number, Free);
        using var paused = _journal.OnPaused(_number, Wake);
        try
        {
            await RunAsync(timer, stopping, aborting);
        }
        catch when (!aborting.IsCancellationRequested)
        {
            await EndAsync(aborting);
            throw;
        }
    }

    private async Task RunAsync(ITimer timer, CancellationToken stopping, CancellationToken aborting)
    {
        await BeginWaitingAsync(aborting);
        while (true)
        {
            await SettleAllAsync(aborting);
            if (stopping.IsCancellationRequested)
                break;
            var now = _time.GetMonotonicTime();
            _lanes.Wake(now);
            Refill();
            await FillAsync(aborting);
            await LetGoOnAsync(aborting);
            _batches?.Wake(now);
            Send(now, aborting);
            await SaveHoldAsync(now, aborting);
            Publish(now);
            if (NextDue(now) is { } due)
                timer.Change(due > now ? due - now : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
            await _messages.Reader.WaitToReadAsync(aborting);
        }

        while (_inFlight > 0)
        {
            await _messages.Reader.WaitToReadAsync(aborting);
            await SettleAllAsync(aborting);
        }
    }

    /// <summary>After a failure: what is in flight is answered first, and the answers are noted, as far as that works without what failed.</summary>
    private async Task EndAsync(CancellationToken aborting)
    {
        _hasFailed = true;
        while (_inFlight > 0)
        {
            if (await _messages.Reader.ReadAsync(aborting) is not { } ended)
                continue;
            var before = _inFlight;
            try
            {
                await SettleAsync(ended, aborting);
            }
#pragma warning disable CA1031 // the failure that ended it is reported by whoever runs it; each answer is tried for itself
            catch (Exception e) when (!aborting.IsCancellationRequested)
#pragma warning restore CA1031
            {
                _inFlight = before - 1;
                LogNotNoted(_logger, e, ended.Lane.ConversationId);
            }
        }

        var durable = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await _journal.PostAsync(new JournalWork.Barrier(durable), aborting);
        await durable.Task.WaitAsync(aborting);
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

    /// <summary>Goes on with conversations that have more than was in hand. Each makes do with one entry where there is no room for more, so that the window holds.</summary>
    private void Refill()
    {
        for (var left = RefillsAtOnce; left > 0 && _lanes.NextUnread is { } lane; left--)
        {
            var limit = Math.Clamp(Window - _lanes.Active, 1, LaneSet.Depth);
            // What waits by now goes out in that order; the disk may tell of it a moment later.
            var through = _waits.TryGetValue(lane.ConversationId, out var waits) && waits.From is { } from && from <= _read ? new JournalPosition(from.Value - 1) : _read;
            var entries = _journal.ReadEntriesOf(_number, lane.ConversationId, lane.LeftOutFrom!.Value, through, limit);
            JournalPosition? next = entries.Count < limit ? null : new JournalPosition(entries[^1].Position.Value + 1);
            _lanes.TakeUnread();
            _lanes.Refill(lane, _filter is null ? entries : [.. entries.Where(Wants)], next);
        }

        if (_lanes.HasUnread)
            Wake();
    }

    private async ValueTask FillAsync(CancellationToken aborting)
    {
        var durable = _journal.Positions.Value;
        if (_read.Value >= durable || _lanes.Active > Window - ReadSize)
            return;
        var entries = _journal.ReadEntries(_number, _read, ReadSize);
        foreach (var entry in entries)
        {
            if (!Wants(entry))
            {
                _lanes.Pass(entry);
                _passedBy.Add(entry.Position);
            }
            else if (_waits.ContainsKey(entry.ConversationId))
            {
                await PassByAsync(aborting);
                await WaitAsync(entry, aborting);
            }
            else
            {
                _lanes.Add(entry);
            }
        }

        await PassByAsync(aborting);

        var last = entries.Count == 0 ? 0 : entries[^1].Position.Value;
        var before = Math.Max(_read.Value, _durableAtStart);
        _read = new JournalPosition(entries.Count == ReadSize ? last : Math.Max(durable, last));
        // What is left out was made for another destination (a replay): nobody here will settle it.
        if (_read.Value > before)
            Interlocked.Add(ref _settled, _read.Value - before - entries.Count(entry => entry.Position.Value > before));
        if (_read.Value < durable && (_lanes.Active < ReadSize || !_lanes.HasReady || _batches?.HasRoom == true))
            Wake(); // also past a conversation that is stuck with all that is in hand
    }

    /// <summary>What is filtered is settled when it is first read; the disk may tell of it a moment longer.</summary>
    private bool Wants(JournalEntry entry) => _filter is null || _filter.Keeps(entry.Type, entry.State, entry.MediaType, entry.QueueId);

    /// <summary>Before the journal is told of anything behind them: the destination goes past nothing that has no row.</summary>
    private async ValueTask PassByAsync(CancellationToken aborting)
    {
        if (_passedBy.Count == 0)
            return;
        var work = new JournalWork.PassBy(_number, [.. _passedBy], SettledThrough);
        if (!_journal.TryPost(work))
            await _journal.PostAsync(work, aborting);
        Interlocked.Add(ref _settled, _passedBy.Count);
        _metrics.Filtered.Add(_passedBy.Count, new KeyValuePair<string, object?>("tieline.destination", _options.Name));
        _passedBy.Clear();
    }

    private void Send(MonotonicTime now, CancellationToken aborting)
    {
        LookForPause();
        if (_pause is not null)
            return;
        var before = _gate.State;
        var allows = _gate.Allows(_inFlight, now);
        LogChange(before);
        for (var allowed = allows; allowed > 0 && HasReady(now) && TryTake(now); allowed--)
        {
            if (_batches is null)
                Begin(_lanes.Take(), null, aborting);
            else
                Begin(_gate.State == GateState.Open ? _batches.Take() : _batches.TakeProbe(), aborting);
        }

        if (allows == 0 && _gate.AllowsAnother(now) && FreeAt(now) <= now && _lanes.Take(conversation => !_gate.HasAccused(conversation)) is { } another)
        {
            TryTake(now);
            if (_batches is null)
                Begin(another, null, aborting);
            else
                Begin(BatchQueue.Probe(another), aborting);
        }
    }

    /// <summary>When the next request may go out, by what its owner allows and by what its answers say.</summary>
    private MonotonicTime FreeAt(MonotonicTime now) => MonotonicTime.Max(_rate.FreeAt(now), _pace.FreeAt(now));

    private bool TryTake(MonotonicTime now)
    {
        if (FreeAt(now) > now || !_rate.TryTake(now))
            return false;
        _pace.Take(now);
        return true;
    }

    /// <summary>What an earlier run was asked for holds on, at most as long as could have been asked for: the clock may have been set since.</summary>
    private void Resume(DateTimeOffset? heldUntil)
    {
        var now = _time.GetMonotonicTime();
        var left = (heldUntil ?? DateTimeOffset.MinValue) - _time.GetUtcNow();
        if (left <= TimeSpan.Zero)
            return;
        _gate.Resume(now + (left < OutcomeClassifier.MaxHold ? left : OutcomeClassifier.MaxHold), now);
        _heldUntil = _gate.AskedUntil;
    }

    /// <summary>A pause that was asked for is obeyed by the next run too.</summary>
    private async ValueTask SaveHoldAsync(MonotonicTime now, CancellationToken aborting)
    {
        var until = _gate.AskedUntil > now ? _gate.AskedUntil : MonotonicTime.Always;
        if (until == _heldUntil)
            return;
        _heldUntil = until;
        await _journal.PostAsync(new JournalWork.Hold(_number, until == MonotonicTime.Always ? null : _time.ToSystemTime(until)), aborting);
    }

    /// <summary>What a person decided. It costs no event anything: an entry's time to give up counts its own delays only, and the gate learns from attempts only.</summary>
    private void LookForPause()
    {
        var before = _pause;
        _pause = _journal.PauseOf(_number);
        if (before is null && _pause is { } pause)
            LogPaused(_logger, _options.Name, pause.By);
        else if (before is not null && _pause is null)
            LogResumed(_logger, _options.Name);
    }

    /// <summary>Whether something may go out, as far as the events are concerned.</summary>
    private bool HasReady(MonotonicTime now) => _batches?.HasReady(now) ?? _lanes.HasReady;

    private void Begin(DeliveryBatch batch, CancellationToken aborting) => Begin(batch.Parts[0].Lane, batch, aborting);

    /// <param name="lane">The batch's first; without one, whose head goes out.</param>
    private void Begin(DeliveryLane lane, DeliveryBatch? batch, CancellationToken aborting)
    {
        _inFlight++;
        _ = AttemptAsync(lane, batch, _gate.Begin(), aborting);
    }

    /// <summary>Always reports: every attempt that begins ends in the channel, whatever happens in between.</summary>
    private async Task AttemptAsync(DeliveryLane lane, DeliveryBatch? batch, bool isProbe, CancellationToken aborting)
    {
        DeliveryOutcome? outcome = null;
        var (at, started) = (_time.GetUtcNow(), _time.GetTimestamp());
        try
        {
            outcome = await (batch is null ? _destination.SendAsync(lane.Head, aborting) : _destination.SendAsync(batch.Entries, aborting));
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

        _messages.Writer.TryWrite(new Ended(lane, batch, isProbe, outcome ?? new DeliveryOutcome.BackOff(BackOffReason.Broken, null, null), at, _time.GetElapsedTime(started)));
    }

    private async ValueTask SettleAsync(Ended ended, CancellationToken aborting)
    {
        _inFlight--;
        var now = _time.GetMonotonicTime();
        var before = _gate.State;
        var closes = _gate.End(ended.Outcome, ended.Lane.ConversationId, ended.IsProbe, now, ended.Took);
        _pace.End(ended.Outcome is DeliveryOutcome.BackOff { IsThrottled: true }, ended.Took, now);
        LogChange(before);
        _unseen.Note(ended.Batch?.Entries ?? [ended.Lane.Head], ended.Outcome);
        if (ended.Batch is { } batch)
            await SettleAsync(batch, ended, now, aborting);
        else
            await SettleAsync(ended.Lane, ended.Outcome, ended, now, Share.Whole, aborting);
        if (!closes)
            return;
        _lanes.WakeAll(_gate.Since, now);
        _batches?.WakeAll(now);
    }

    /// <summary>What became of a lane's head.</summary>
    private async ValueTask SettleAsync(DeliveryLane lane, DeliveryOutcome outcome, Ended ended, MonotonicTime now, Share share, CancellationToken aborting)
    {
        switch (outcome)
        {
            case DeliveryOutcome.Accepted { IsOpenAfterUnseen: true } open when _unseen.TryAskAgain([lane.Head]):
                await AskAgainAsync(lane, open.Status, ended, now, aborting);
                break;
            case DeliveryOutcome.Accepted accepted:
                if (!lane.Head.HasWaited)
                    _metrics.EndToEnd.Record(_arrivals.AgeOf(lane.Head.Position, lane.Head.ReceivedAt, now, _time.GetUtcNow()).TotalSeconds);
                await SettleAsync(lane, accepted.Status, null, null, share, aborting);
                break;
            case DeliveryOutcome.Rejected rejected:
                LogRejected(_logger, lane.Head.Position.Value, lane.Head.Id.ToString(), rejected.Reason);
                await SettleAsync(lane, rejected.Status, rejected.Reason, AttemptOf(lane, ended, outcome, "rejected", rejected.Status), share, aborting);
                break;
            case DeliveryOutcome.BackOff backOff:
                await DelayAsync(lane, backOff, ended, now, aborting);
                break;
            default:
                throw new InvalidOperationException($"No such outcome: {outcome.GetType().Name}");
        }
    }

    private async ValueTask SettleAsync(DeliveryLane lane, int? status, string? deadLetterReason, AttemptRecord? attempt, Share share, CancellationToken aborting)
    {
        var attempts = lane.Attempts + 1;
        IReadOnlyList<JournalEntry> rest = [];
        var stops = deadLetterReason is not null && Holds;
        var (through, leftOut) = (SettledThrough, stops ? lane.LeftOutFrom : null);
        var entry = stops ? _lanes.Close(lane, out rest) : _lanes.Settle(lane, share.IsLast);
        _unseen.Forget(entry.Position);
        if (leftOut is null && rest.All(behind => behind.HasWaited))
            through = SettledThrough; // else not past those behind it, before they are down as waiting
        await PostAsync(new Settlement(_number, entry.Position, status, attempts, deadLetterReason, through) { Attempt = attempt, HadWaited = entry.HasWaited, IsInBatch = share.IsBehind }, aborting);
        if (deadLetterReason is null)
            _metrics.Delivered.Add(1, new KeyValuePair<string, object?>("tieline.destination", _options.Name));
        else
            _metrics.DeadLetters.Add(1, new KeyValuePair<string, object?>("tieline.destination", _options.Name));
        if (stops)
            await HoldAsync(entry, rest, leftOut, through, aborting);
        else if (entry.HasWaited)
            await HasGoneAsync(entry, aborting);
    }

    private async ValueTask PostAsync(Settlement settlement, CancellationToken aborting)
    {
        var work = new JournalWork.Settle(settlement);
        if (!_journal.TryPost(work))
            await _journal.PostAsync(work, aborting);
        if (!settlement.HadWaited)
            Interlocked.Increment(ref _settled);
    }

    private async ValueTask DelayAsync(DeliveryLane lane, DeliveryOutcome.BackOff backOff, Ended ended, MonotonicTime now, CancellationToken aborting)
    {
        if (_gate.State is not GateState.Open)
        {
            // The destination's failure, not this entry's: it costs no attempt, and goes first when the gate opens. But what it was asked to wait, it waits.
            if (backOff.Hold is { } hold)
                _lanes.Delay(lane, lane.AskedUntil = now + hold);
            else
                _lanes.Return(lane);
            return;
        }

        var delay = DelayAfter(lane.FailuresInRow + 1, backOff);
        if (backOff.Hold is { } own)
            lane.AskedUntil = now + own;
        if (lane.Waited + delay > _options.Retry.GiveUpAfter)
        {
            var reason = $"given up after {lane.Attempts + 1} attempts; the last failed: {backOff.Reason}";
            LogGivenUp(_logger, lane.Head.Position.Value, lane.Head.Id.ToString(), lane.Attempts + 1);
            await SettleAsync(lane, backOff.Status, reason, AttemptOf(lane, ended, backOff, NameOf(backOff.Reason), backOff.Status), Share.Whole, aborting);
            return;
        }

        await FailAsync(lane, delay, backOff, ended, aborting);
        _lanes.Delay(lane, now + delay);
    }

    private TimeSpan DelayAfter(int failures, DeliveryOutcome.BackOff backOff)
    {
        if (backOff.Hold is { } asked)
            return asked;
        var delay = RetrySchedule.DelayAfter(failures, _random(), _options.Retry);
        return backOff.IsThrottledWithoutTime && delay < RetryDefaults.AfterThrottle ? RetryDefaults.AfterThrottle : delay;
    }

    /// <summary>The first copy may be under way still: a 409 says so, or that it is there. Once more, when it must be over by our own patience; what is answered then decides.</summary>
    private async ValueTask AskAgainAsync(DeliveryLane lane, int status, Ended ended, MonotonicTime now, CancellationToken aborting)
    {
        var again = AskAgain(lane.FailuresInRow + 1, status);
        lane.AskedUntil = now + again.Hold!.Value;
        await FailAsync(lane, again.Hold.Value, again, ended, aborting);
        _lanes.Delay(lane, lane.AskedUntil);
    }

    private DeliveryOutcome.BackOff AskAgain(int failures, int status)
    {
        var delay = RetrySchedule.DelayAfter(failures, _random(), _options.Retry);
        return new DeliveryOutcome.BackOff(BackOffReason.InProgress, status, delay > _options.Timeout ? delay : _options.Timeout);
    }

    /// <summary>An attempt of the lane's head is charged, and made durable.</summary>
    private async ValueTask FailAsync(DeliveryLane lane, TimeSpan delay, DeliveryOutcome.BackOff backOff, Ended ended, CancellationToken aborting)
    {
        var attempt = AttemptOf(lane, ended, backOff, NameOf(backOff.Reason), backOff.Status);
        lane.Fail(delay);
        LogBackingOff(_logger, lane.Head.Position.Value, lane.Attempts, delay.TotalSeconds, backOff.Reason);
        await _journal.PostAsync(new JournalWork.Retry(new RetryRecord(_number, lane.Head.Position, lane.Attempts, lane.Waited) { Attempt = attempt }), aborting);
    }

    private MonotonicTime? NextDue(MonotonicTime now)
    {
        if (_pause is not null)
            return _lanes.NextDue; // whoever resumes it wakes
        var lanes = _batches?.NextDue(now) is { } batches && !(_lanes.NextDue <= batches) ? batches : _lanes.NextDue;
        if (!HasReady(now) || _gate.IsProbing)
            return lanes;
        if (_gate.State == GateState.Open && _inFlight >= _gate.Level)
            return lanes; // what ends wakes
        var next = FreeAt(now);
        if (_gate.State != GateState.Open && _gate.Until > next)
            next = _gate.Until;
        else if (_gate.State == GateState.Open && next <= now)
            return lanes;
        return lanes < next ? lanes : next;
    }

    private void Publish(MonotonicTime now)
    {
        var durable = new JournalPosition(_journal.Positions.Value);
        _arrivals.Note(durable, now, _time.GetUtcNow());
        var oldest = _lanes.Oldest;
        _arrivals.Forget(oldest?.Position ?? durable);
        var isOpen = _gate.State == GateState.Open;
        var status = new DispatcherStatus(_options.Name, _pause is null ? _gate.State : GateState.Paused, null, 0, null, _inFlight, Problem())
        {
            Pause = _pause,
            Concurrency = _gate.Level,
            LeftToday = _rate.LeftToday(now),
            UsedUpIn = _options.RateLimit.PerDay is null ? null : _rate.UsedUpIn(now),
        };
        Volatile.Write(ref _snapshot, new Snapshot(
            status,
            now,
            _pause is not null || isOpen ? null : _gate.Until,
            isOpen ? null : _gate.Since,
            _pause is null && HasReady(now) && FreeAt(now) is var free && free > now ? free : null,
            oldest is { } old ? _arrivals.AgeOf(old.Position, old.ReceivedAt, now, _time.GetUtcNow()) : null));
    }

    private string? Problem() => (_gate.State, _gate.Cause) switch
    {
        _ when _pause is { } pause =>
            $"destination '{_options.Name}' is paused by {pause.By} since {EventTime.ToText(pause.At)}: {pause.Reason.TrimEnd('.')}; nothing is lost, it waits until it is resumed",
        (GateState.Open, _) or (_, null) => null,
        (GateState.Held, { Status: null }) => $"destination '{_options.Name}' asked for a pause (Retry-After) before Tieline was started",
        (GateState.Held, { Code: { } code } cause) =>
            $"destination '{_options.Name}' answers {cause.Status} {code}: {code.Text}; nothing is lost, it is asked again after each pause",
        (GateState.Held, { } cause) => $"destination '{_options.Name}' asked for a pause ({cause.Status}, Retry-After)",
        (GateState.Down, { Reason: BackOffReason.HtmlPage } cause) =>
            $"destination '{_options.Name}' answers {cause.Status} with an HTML page: is it asleep, or does a login page or gateway stand before it? Nothing is lost, it is probed every few seconds",
        (GateState.Misconfigured, { Code: { } code } cause) =>
            $"destination '{_options.Name}' answers {cause.Status} {code}: {code.Text}; nothing is lost, it is probed once a minute",
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
            LogClosed(_logger, _options.Name, _gate.State, _gate.Cause!.Reason, _gate.Cause.Status, _gate.Cause.Code?.Code);
    }

    private static AttemptRecord AttemptOf(DeliveryLane lane, Ended ended, DeliveryOutcome outcome, string name, int? status) => new(lane.Attempts + 1, ended.At, name, status, ended.Took, outcome.Answer);

    /// <summary>As the journal keeps it: names never change.</summary>
    private static string NameOf(BackOffReason reason) => reason switch
    {
        BackOffReason.ConnectFailed => "connect-failed",
        BackOffReason.TimedOut => "timed-out",
        BackOffReason.Broken => "broken",
        BackOffReason.Throttled => "throttled",
        BackOffReason.ServerFailed => "server-failed",
        BackOffReason.Misconfigured => "misconfigured",
        BackOffReason.HtmlPage => "html-page",
        BackOffReason.InProgress => "in-progress",
        _ => "failed",
    };

    /// <summary>What the loop last saw; times on the monotonic clock.</summary>
    /// <param name="OldestAge">At that moment.</param>
    private sealed record Snapshot(DispatcherStatus Status, MonotonicTime At, MonotonicTime? NextTry, MonotonicTime? ClosedSince, MonotonicTime? RateFreeAt, TimeSpan? OldestAge);

    private sealed record Ended(DeliveryLane Lane, DeliveryBatch? Batch, bool IsProbe, DeliveryOutcome Outcome, DateTimeOffset At, TimeSpan Took);
}
