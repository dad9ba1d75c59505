using Microsoft.Extensions.Logging;
using Tieline.Backfill;
using Tieline.Diagnostics;
using Tieline.Events;
using Tieline.Filtering;
using Tieline.Genesys;
using Tieline.Journal;
using Tieline.Sequencing;
using EventId = Tieline.Events.EventId;

namespace Tieline.Pipeline;

/// <summary>The one way in: skim, sequence, filter, read, redact, journal. Safe for the stream's loop, the hold's and the backfill's at once.</summary>
/// <remarks>Work for the journal leaves in the order in which it was decided. When the journal has no room, the frame's task waits, and so does the socket: memory stays bounded.</remarks>
internal sealed partial class EventIntake : IFrameSink
{
    /// <summary>Ids that a repeat is recognised by: minutes of a busy stream.</summary>
    private const int RecentIdCapacity = 65_536;

    private readonly Lock _gate = new();
    private readonly Queue<JournalWork> _outbox = new();
    private readonly EventSequencer _sequencer;
    private volatile EventFilter _filter;
    private volatile IdentityRedactor _redactor;
    private readonly RecentIds _recent = new(RecentIdCapacity);
    private readonly TouchedConversations _touched = new();
    private readonly Lock _changesGate = new();
    private readonly List<GapChange> _gapChanges = [];
    private readonly IJournal _journal;
    private readonly SourceClock _clock;
    private readonly TielineMetrics _metrics;
    private readonly SpecificationMetrics _specification;
    private readonly ILogger _logger;
    private readonly BoundedLog _faults;
    private readonly BoundedLog _conflicts;
    private readonly BoundedLog _unreadable;
    private long _dropped;
    private bool _holds;
    private Mark _marked;

    public EventIntake(
        EventSequencer sequencer,
        EventFilter filter,
        IdentityRedactor redactor,
        IJournal journal,
        SourceClock clock,
        TimeProvider time,
        TielineMetrics metrics,
        SpecificationMetrics specification,
        ILogger<EventIntake> logger)
    {
        (_sequencer, _filter, _redactor, _journal, _clock) = (sequencer, filter, redactor, journal, clock);
        (_metrics, _specification, _logger) = (metrics, specification, logger);
        (_faults, _conflicts, _unreadable) = (new BoundedLog(time), new BoundedLog(time), new BoundedLog(time));
        Restore();
    }

    /// <summary>Called when a hole opens: something has to confirm it when its window is over.</summary>
    public Action HoleOpened { get; set; } = () => { };

    /// <summary>Called when confirmed gaps have changed: <see cref="TakeGapChanges"/> has them.</summary>
    public Action GapsChanged { get; set; } = () => { };

    /// <summary>Called when the backfill has found that a conversation is over: nothing more needs to be known of it.</summary>
    public Action<string> ConversationEnded { get; set; } = _ => { };

    public long? LastSequence
    {
        get
        {
            lock (_gate)
                return _sequencer.Last;
        }
    }

    /// <summary>The policy of fields in force.</summary>
    public IdentityRedactor Redactor => _redactor;

    /// <summary>The newest time that an event of the stream has had; null before the first.</summary>
    public DateTimeOffset? NewestTime
    {
        get
        {
            lock (_gate)
                return _sequencer.Mark.OccurredAt;
        }
    }

    /// <summary>What lies far beyond this can't be true, by this machine's clock or by Genesys's.</summary>
    public DateTimeOffset Latest => _clock.Now.Latest;

    /// <summary>What both clocks have passed.</summary>
    public DateTimeOffset Earliest => _clock.Now is var now && now.Source < now.System ? now.Source : now.System;

    /// <summary>When the next wait for a hole is over; null without one.</summary>
    public MonotonicTime? NextExpiry
    {
        get
        {
            lock (_gate)
                return _sequencer.NextExpiry;
        }
    }

    /// <summary>Since when the oldest of what waits behind a hole has waited; null when nothing does.</summary>
    public MonotonicTime? HeldSince
    {
        get
        {
            lock (_gate)
                return _sequencer.HeldSince;
        }
    }

    public void OnConnected(bool continuous)
    {
        if (continuous)
            return;
        lock (_gate)
        {
            _sequencer.Reconnected(_clock.Now);
            RecordChanges();
        }
    }

    public void OnDisconnected()
    {
        // What was missed is asked for when there is a connection again.
    }

    public ValueTask OnFrameAsync(ReadOnlyMemory<byte> utf8, CancellationToken aborting)
    {
        bool empty;
        lock (_gate)
        {
            Take(utf8.Span);
            empty = _outbox.Count == 0;
        }

        return empty ? ValueTask.CompletedTask : FlushAsync(aborting);
    }

    public void OnRefused(FrameFault fault) => Count(fault, null);

    /// <summary>Confirms the holes whose window is over, and lets go what waited for them.</summary>
    public ValueTask ExpireAsync(CancellationToken aborting)
    {
        lock (_gate)
        {
            _sequencer.Expire(_clock.Now);
            RecordChanges();
            Release();
        }

        return FlushAsync(aborting);
    }

    /// <summary>Makes durable how far dropped events have moved the mark. Kept ones carry it themselves.</summary>
    public ValueTask MarkAsync(CancellationToken aborting)
    {
        lock (_gate)
        {
            if (_dropped > 0)
                _metrics.Dropped.Add(Interlocked.Exchange(ref _dropped, 0));
            var mark = _sequencer.Mark;
            if (mark != _marked)
                _outbox.Enqueue(new JournalWork.Advance(_marked = mark));
            if (_outbox.Count == 0)
                return ValueTask.CompletedTask;
        }

        return FlushAsync(aborting);
    }

    /// <summary>From here on another filter and another redaction hold: for every frame that is taken after the last number, and for none before it.</summary>
    /// <param name="change">Makes what the journal is told of it, of the newest number that was taken; null without one. It is durable between what was decided before and what is decided after.</param>
    /// <returns>What the journal was told, once that is queued.</returns>
    public async Task<JournalWork.Reconfigure> ReconfigureAsync(EventFilter filter, IdentityRedactor redactor, Func<long?, JournalWork.Reconfigure> change, CancellationToken aborting)
    {
        JournalWork.Reconfigure work;
        lock (_gate)
        {
            work = change(_sequencer.Last);
            (_filter, _redactor) = (filter, redactor);
            _outbox.Enqueue(work);
        }

        await FlushAsync(aborting);
        return work;
    }

    /// <summary>Goes on where an earlier run stopped. What it held goes out, unless it still waits for the backfill.</summary>
    private void Restore()
    {
        var counters = _journal.Counters;
        _marked = counters.Mark;
        foreach (var id in _journal.ReadRecentIds(RecentIdCapacity))
            _recent.TryAdd(id);
        foreach (var conversation in _journal.ReadRecovered(TouchedConversations.Capacity).Reverse())
            _touched.Add(conversation);
        if (counters.Mark is { Sequence: null, OccurredAt: null } && counters.NextGap == 1)
            return;
        _sequencer.Restore(counters.Mark, _journal.ReadOpenGaps(), counters.NextGap, _clock.Now);
        _holds = true;
        RecordChanges();
        Release();
    }

    private void Take(ReadOnlySpan<byte> frame)
    {
        var skim = EventSkimmer.Skim(frame);
        if (skim.Fault != FrameFault.None)
        {
            Refuse(skim.Fault, skim.Sequence);
            return;
        }

        var verdict = _filter.Decide(skim);
        if (verdict == FilterVerdict.Drop)
        {
            Drop(Sequence(skim));
            return;
        }

        var now = _clock.Now;
        if (!EventReader.TryRead(frame, skim, now, EventOrigin.Live, out var read, out var fault) || !IdentityRedactor.IsReadable(read))
        {
            Refuse(fault == FrameFault.None ? FrameFault.BadValue : fault, skim.Sequence);
            return;
        }

        var sequence = Sequence(skim);
        if (verdict == FilterVerdict.ReadFirst && !_filter.Keeps(read))
            Drop(sequence);
        else
            Keep(read, sequence, now);
    }

    private void Drop(SequenceVerdict verdict)
    {
        if (verdict == SequenceVerdict.Old)
            _metrics.Duplicates.Add(1, RepeatReasons.TagOf(RepeatReason.Number));
        else
            _dropped++;
        if (verdict == SequenceVerdict.Late)
            Release();
    }

    private SequenceVerdict Sequence(in EventSkim skim)
    {
        var sequence = skim.Sequence!.Value;
        var verdict = _sequencer.Offer(sequence, skim.Timestamp, _clock.Now);
        if (verdict is SequenceVerdict.Next or SequenceVerdict.NewEpoch)
            _specification.Sequence(sequence);
        if (verdict == SequenceVerdict.Late)
            _metrics.Late.Add(1);
        if (verdict == SequenceVerdict.NewEpoch)
        {
            _metrics.Epochs.Add(1);
            LogNewEpoch(_logger, _sequencer.Epoch, sequence);
        }

        RecordChanges();
        if (verdict == SequenceVerdict.NewEpoch)
            Release();
        return verdict;
    }

    private void Keep(ConversationEvent received, SequenceVerdict verdict, Moment now)
    {
        var redacted = _redactor.Redact(received);
        var read = redacted.Event;
        var isEnd = EventKinds.IsTerminal(read.Type, read.State);
        // The id of a first end has no time, and is that of a later one too until the journal has told them apart.
        if (!_recent.TryAdd(isEnd ? EventId.OfEpisode(read.ConversationId, read.Type, read.State, read.OccurredAt) : read.Id))
        {
            _metrics.Duplicates.Add(1, RepeatReasons.TagOf(verdict == SequenceVerdict.Old ? RepeatReason.Number : RepeatReason.RecentId));
            if (verdict == SequenceVerdict.Late)
                Release(); // its number may have been the last that others waited for
            return;
        }

        var latency = now.Source - read.OccurredAt;
        _specification.Kept(latency);
        _metrics.Latency.Record(Math.Max(0, latency.TotalSeconds));
        _metrics.Kept.Add(1);
        // A late one joins those that wait for it, even if it was the last of its hole: so it goes out before them.
        var held = _sequencer.IsHeld(read.Sequence!.Value) || (verdict == SequenceVerdict.Late && _holds);
        _holds |= held;
        var isOutOfTurn = verdict is SequenceVerdict.Late or SequenceVerdict.Old;
        if (isOutOfTurn)
            _touched.Add(read.ConversationId);
        _outbox.Enqueue(new JournalWork.Append(redacted, _marked = _sequencer.Mark, held, isOutOfTurn || _touched.Contains(read.ConversationId)));
        if (verdict == SequenceVerdict.Late)
            Release();
    }

    private void Refuse(FrameFault fault, long? sequence)
    {
        Count(fault, sequence);
        if (sequence is null)
            return;
        _sequencer.Refuse(sequence.Value, _clock.Now);
        RecordChanges();
    }

    /// <summary>A gap is on record before the mark can pass it: the mark rides with what comes behind.</summary>
    private void RecordChanges()
    {
        var changes = _sequencer.TakeChanges();
        if (changes.Count == 0)
            return;
        var isNews = false;
        foreach (var change in changes)
        {
            _outbox.Enqueue(new JournalWork.RecordGap(change));
            isNews |= Tell(change);
            if (change.Kind == GapChangeKind.Confirmed)
                CountGap(change.Gap);
            else if (change is { Kind: GapChangeKind.Extended, Gap.Reason: GapReason.Unreadable })
                _metrics.GapEvents.Add(1, new KeyValuePair<string, object?>("tieline.gap.reason", GapReasonNames.Of(GapReason.Unreadable)));
        }

        if (isNews)
            GapsChanged();
        if (_sequencer.IsHolding)
            HoleOpened();
    }

    /// <summary>Lets go what no hole holds any more.</summary>
    private void Release()
    {
        if (!_holds)
            return;
        _outbox.Enqueue(new JournalWork.Release(_sequencer.Epoch, _sequencer.ReleasableThrough));
        _holds = _sequencer.IsHolding;
    }

    /// <summary>A span without a connection, or one that somebody asked for, is no hole unless numbers are missing.</summary>
    private void CountGap(Gap gap)
    {
        if (gap.First is null && gap.Reason != GapReason.Renumbered)
            return;
        var reason = new KeyValuePair<string, object?>("tieline.gap.reason", GapReasonNames.Of(gap.Reason));
        _metrics.Gaps.Add(1, reason);
        _metrics.GapEvents.Add(gap.MissingCount, reason);
        if (gap.First is null)
            return;
        _specification.GapFound();
        // Each gap is on record in the log too; only frames that cannot be read may open one after the other without end.
        var suppressed = 0L;
        if (gap.Reason != GapReason.Unreadable || _unreadable.MayLog(out suppressed))
            LogGap(_logger, gap.Number, gap.First.Value, gap.Last!.Value, gap.MissingCount, gap.Reason, suppressed);
    }

    private void Count(FrameFault fault, long? sequence)
    {
        _metrics.FrameFaults.Add(1, new KeyValuePair<string, object?>("tieline.fault", FrameFaultNames.Of(fault)));
        if (fault != FrameFault.Control && _faults.MayLog(out var suppressed))
            LogFault(_logger, fault, sequence, suppressed);
    }

    /// <summary>Work leaves in order: whoever finds room takes the oldest.</summary>
    private async ValueTask FlushAsync(CancellationToken aborting)
    {
        while (!TryFlush())
        {
            if (!await _journal.WaitForRoomAsync(aborting))
                throw new InvalidOperationException("The journal has been closed before those who write to it have ended");
        }
    }

    private bool TryFlush()
    {
        lock (_gate)
        {
            while (_outbox.TryPeek(out var work))
            {
                if (!_journal.TryPost(work))
                    return false;
                _outbox.Dequeue();
            }

            return true;
        }
    }
}
