using Tieline.Diagnostics;
using Tieline.Events;

namespace Tieline.Sequencing;

/// <summary>Follows the numbers: what is next, what is late, what is missing, and what must wait for it. Pure: no clock, no I/O. Not for several threads at once.</summary>
/// <remarks>
/// Without a hole nothing waits. A hole is in <see cref="TakeChanges"/> as soon as it is seen, so that its record and the mark that passes it can become durable together; it is
/// <em>confirmed</em> when the reorder window is over, or at once where it opened between two connections or two runs, since only the backfill can fill it then.
/// What comes behind a hole is held (<see cref="IsHeld"/>) until <see cref="ReleasableThrough"/> reaches it: first for the window, then for the backfill's answer.
/// </remarks>
/// <param name="reorderWindow">How long a hole may fill itself.</param>
/// <param name="holdFor">How long, from when it was seen, what is behind a confirmed gap waits for the backfill once an ask has failed; zero: it does not.</param>
/// <param name="tolerance">A gap of this many numbers or fewer is recorded, and neither fetched nor waited for: its window is, since only then is it known how many are missing. A span without a connection is fetched in any case.</param>
/// <param name="holdAtMost">How long it waits while none has failed; at least <paramref name="holdFor"/>, and that where it is not given.</param>
internal sealed class EventSequencer(TimeSpan reorderWindow, TimeSpan holdFor = default, long tolerance = 0, TimeSpan? holdAtMost = null)
{
    /// <summary>How many gaps are remembered to recognise a late arrival. An event for an older one is <see cref="SequenceVerdict.Old"/>, and kept.</summary>
    private const int MaxRemembered = 1_000;

    /// <summary>Frames that cannot be read are one gap while each follows the other; after this another begins, so that the first can be asked for and closed.</summary>
    private static readonly TimeSpan _longestUnreadable = TimeSpan.FromMinutes(1);

    /// <summary>An event that is dated longer before it came says nothing of when its neighbours were sent. A week is one slice of an ask, so it costs no call more than a minute does.</summary>
    private static readonly TimeSpan _longestLag = TimeSpan.FromDays(7);

    private readonly List<Gap> _gaps = [];
    private readonly List<GapChange> _changes = [];
    private DateTimeOffset? _lastTime;
    private DateTimeOffset? _newestTime;

    /// <summary>The time of the last event whose own was not believed: it may be this machine's clock that is wrong. Bounds a gap where nothing better does.</summary>
    private DateTimeOffset? _doubtedTime;

    /// <summary>When the first subscription there was went out; null once a frame has come.</summary>
    private MonotonicTime? _subscribedOn;

    /// <summary>When the last frame with a number came; null before the first of this run.</summary>
    private MonotonicTime? _heardAt;
    private long _last = -1;
    private long _nextGap = 1;
    private GapReason? _jump;

    /// <summary>The span without a connection that no event has ended yet.</summary>
    private Gap? _span;

    public long Epoch { get; private set; } = 1;

    /// <summary>The highest number seen in this epoch; null before the first.</summary>
    public long? Last => _last < 0 ? null : _last;

    public Mark Mark => new(Epoch, Last, _newestTime);

    /// <summary>Whether a hole is waited for, so that what comes behind it is held.</summary>
    public bool IsHolding { get; private set; }

    /// <summary>Goes on where an earlier run stopped: the first jump is that run's absence, and the holes it had not confirmed cannot fill by themselves any more. What it held for the backfill is still held.</summary>
    /// <param name="open">Its gaps that are not filled. One may reach beyond the mark, where the run ended between the two.</param>
    public void Restore(Mark mark, IEnumerable<Gap> open, long nextGap, Moment now)
    {
        Epoch = mark.Epoch;
        _last = mark.Sequence ?? -1;
        _lastTime = _newestTime = mark.OccurredAt;
        _nextGap = nextGap;
        _jump = GapReason.Restart;
        foreach (var gap in open.Where(gap => gap.Epoch == Epoch && gap.Missing.Count > 0).OrderBy(gap => gap.Number))
        {
            _last = Math.Max(_last, gap.Last!.Value);
            Pass(gap.From); // dropped events may have gone further than the mark: a repeat of one is no new epoch
            Pass(gap.To);
            _gaps.Add(gap);
        }

        foreach (var gap in _gaps)
        {
            // By the clock of then and the clock of now: who has set it in between must not make anything wait.
            gap.SeenOn = now.Steady - (gap.SeenAt < now.System ? now.System - gap.SeenAt : TimeSpan.Zero);
            if (gap.ConfirmedAt is null)
                Confirm(gap, now, canHold: true);
            else if (!gap.IsAnswered)
                Hold(gap, now);
        }

        Settle(); // only now: none is forgotten before it is confirmed, and what it holds is held
    }

    /// <summary>There was a time without a connection: a span to ask about, however the numbers go on. A jump at the next event cannot fill itself.</summary>
    public void Reconnected(Moment now)
    {
        _jump ??= GapReason.Reconnect;
        if (_newestTime is null)
        {
            if (_last < 0)
                _subscribedOn ??= now.Steady;
            return;
        }

        if (_span is not null)
        {
            _span.Extend(now);
            _changes.Add(new GapChange(_span.Snapshot(), GapChangeKind.Extended));
            return;
        }

        // An event's time may lie ahead: the span begins no later than when we last heard something.
        var heard = _heardAt is { } heardAt ? now.SourceAt(heardAt) : now.Source;
        _span = new Gap(_nextGap++, Epoch, _jump.Value, [], _newestTime > heard ? heard : _newestTime, now.Source, now);
        _span.Confirm(now);
        Add(_span, GapChangeKind.Seen, GapChangeKind.Confirmed);
    }

    /// <summary>An event without a number, of a source that has none.</summary>
    public void Saw(DateTimeOffset time, Moment now)
    {
        _heardAt = now.Steady;
        Pass(time);
    }

    /// <summary>A source without numbers did not listen, or not to all of it, in this time, by Genesys's clock; or what was kept of it is damaged.</summary>
    /// <param name="reason"><see cref="GapReason.Reconnect"/>, <see cref="GapReason.Restart"/>, <see cref="GapReason.Damaged"/> or <see cref="GapReason.Start"/>.</param>
    public void Missed(GapReason reason, DateTimeOffset from, DateTimeOffset to, Moment now)
    {
        var gap = new Gap(_nextGap++, Epoch, reason, [], from < to ? from : to, to, now);
        gap.Confirm(now);
        Add(gap, GapChangeKind.Seen, GapChangeKind.Confirmed);
    }

    /// <summary>A span that somebody wants to have fetched.</summary>
    /// <returns>The number of its gap.</returns>
    public long Request(DateTimeOffset from, DateTimeOffset to, Moment now)
    {
        var gap = new Gap(_nextGap++, Epoch, GapReason.Manual, [], from, to, now);
        gap.Confirm(now);
        Add(gap, GapChangeKind.Seen, GapChangeKind.Confirmed);
        return gap.Number;
    }

    /// <param name="timestamp">The event's, as sent. One that can't be read, or can't be true, says nothing.</param>
    public SequenceVerdict Offer(long sequence, ReadOnlySpan<byte> timestamp, Moment now)
    {
        _heardAt = now.Steady;
        var sent = EventTime.TryParse(timestamp, out var parsed) && parsed >= EventTime.Earliest && parsed <= EventTime.Latest ? parsed : (DateTimeOffset?)null;
        var time = sent is { } said && EventTime.IsPlausible(said, now.Latest) ? sent : null;
        if (sequence > _last || _last < 0)
        {
            // Whatever an event is dated, it was sent when it came: a gap beside it does not reach back for years.
            if (sent < now.Earliest.Plus(-_longestLag))
                (time, sent) = (null, now.Earliest);
            if (sequence > _last + 1 && _last >= 0)
                Miss(new SequenceRange(_last + 1, sequence - 1), sent, now);
            else
                Begin(sent, now);
            Advance(sequence, time, sent);
            return SequenceVerdict.Next;
        }

        if (TryFill(sequence))
        {
            Pass(time);
            return SequenceVerdict.Late;
        }

        // Not the last one's time: numbers are in the order of sending, times may lie otherwise, and a repeat of a later one would seem to start an epoch.
        if (time is null || _newestTime is null || time <= _newestTime)
            return SequenceVerdict.Old;
        StartEpoch(sequence, time.Value, now);
        return SequenceVerdict.NewEpoch;
    }

    /// <summary>A frame with this number came and cannot be read: it is missing, and will not come by itself.</summary>
    public void Refuse(long sequence, Moment now)
    {
        _heardAt = now.Steady;
        Begin(null, now);
        if (_last >= 0 && sequence <= _last)
            return;
        if (_last >= 0 && sequence > _last + 1)
            Miss(new SequenceRange(_last + 1, sequence - 1), null, now);
        if (_jump is null && _gaps is [.., { Reason: GapReason.Unreadable } last] && last.Last == sequence - 1 && last.Missing.Count > 0 && now.Steady - last.ConfirmedOn < _longestUnreadable)
        {
            last.Grow(sequence, now);
            last.IsTolerated = last.MissingCount <= tolerance;
            Add(last, GapChangeKind.Extended);
        }
        else
        {
            Open(new SequenceRange(sequence, sequence), GapReason.Unreadable, null, now);
        }

        _last = sequence;
        (_jump, _span) = (null, null);
    }

    /// <summary>Confirms the holes whose window is over, and ends the waits that have lasted long enough.</summary>
    public void Expire(Moment now)
    {
        if (!IsHolding)
            return;
        foreach (var gap in _gaps.Where(gap => gap.HoldsFrom is not null))
        {
            if (gap.ConfirmedAt is null && now.Steady - gap.SeenOn >= reorderWindow)
                Confirm(gap, now, canHold: true);
            if (gap.HeldUntil <= now.Steady)
                gap.HoldsFrom = null;
        }

        Settle();
    }

    /// <summary>A complete answer about these gaps is in the journal: nothing waits for them any more.</summary>
    public void Answered(IReadOnlySet<long> gaps)
    {
        foreach (var gap in _gaps.Where(gap => gap.ConfirmedAt is not null && gaps.Contains(gap.Number)))
            gap.HoldsFrom = null;
        Settle();
    }

    /// <summary>An ask about these gaps has failed: the answer is not on its way any more.</summary>
    public void Refused(IReadOnlySet<long> gaps, Moment now)
    {
        foreach (var gap in _gaps.Where(gap => !gap.IsRefused && gaps.Contains(gap.Number)))
        {
            gap.IsRefused = true;
            if (gap.HoldsFrom is not null && gap.HeldUntil is { } until && gap.SeenOn + holdFor < until)
                gap.HeldUntil = gap.SeenOn + holdFor;
        }

        Expire(now);
    }

    /// <summary>These gaps are closed. An event that arrives for one all the same is <see cref="SequenceVerdict.Old"/>, and kept if its id is not known.</summary>
    public void Forget(IReadOnlySet<long> gaps)
    {
        _gaps.RemoveAll(gap => gaps.Contains(gap.Number));
        if (_span is not null && gaps.Contains(_span.Number))
            _span = null; // what the next event jumps over is a gap of its own
        Settle();
    }

    /// <summary>When <see cref="Expire"/> has work next; null when nothing waits.</summary>
    public MonotonicTime? NextExpiry => IsHolding
        ? _gaps.Where(gap => gap.HoldsFrom is not null).Min(gap => gap.ConfirmedAt is null ? gap.SeenOn + reorderWindow : gap.HeldUntil!.Value)
        : null;

    /// <summary>When the oldest hole that something waits for was seen, by the event that is the first to wait; null when nothing waits.</summary>
    public MonotonicTime? HeldSince => IsHolding ? _gaps.Where(gap => gap.HoldsFrom is not null).Min(gap => gap.SeenOn) : null;

    /// <summary>Whether an event of this number must wait for a hole before it.</summary>
    public bool IsHeld(long sequence) => IsHolding && sequence > ReleasableThrough;

    /// <summary>Held events up to this number have nothing before them to wait for.</summary>
    public long ReleasableThrough => IsHolding ? _gaps.Where(gap => gap.HoldsFrom is not null).Min(gap => gap.HoldsFrom!.Value) - 1 : long.MaxValue;

    /// <summary>What became of gaps since the last call, in order; the caller makes it durable together with the mark.</summary>
    public IReadOnlyList<GapChange> TakeChanges()
    {
        if (_changes.Count == 0)
            return [];
        GapChange[] changes = [.. _changes];
        _changes.Clear();
        return changes;
    }

    /// <param name="sent">As the event says; <paramref name="time"/> where that can be true.</param>
    private void Advance(long sequence, DateTimeOffset? time, DateTimeOffset? sent)
    {
        _last = sequence;
        (_jump, _span) = (null, null);
        _lastTime = time ?? _lastTime;
        _doubtedTime = time is null ? sent ?? _doubtedTime : null;
        Pass(time);
    }

    /// <summary>The first frame there ever was: what has come since the subscription went out is to be asked for.</summary>
    private void Begin(DateTimeOffset? time, Moment now)
    {
        if (_subscribedOn is not { } subscribed)
            return;
        _subscribedOn = null;
        var to = time is { } first && EventTime.IsPlausible(first, now.Latest) ? first : now.Source;
        Missed(GapReason.Start, now.SourceAt(subscribed), to, now);
    }

    private void Pass(DateTimeOffset? time)
    {
        if (_newestTime is null || time > _newestTime)
            _newestTime = time ?? _newestTime;
    }

    /// <summary>Numbers were jumped over: those of the span without a connection, if there was one.</summary>
    private void Miss(SequenceRange missing, DateTimeOffset? time, Moment now)
    {
        if (_span is null)
        {
            Open(missing, _jump ?? GapReason.Hole, time, now);
            return;
        }

        _span.Miss(missing, time, now);
        Hold(_span, now); // never tolerated: its time is asked for even where no number is missing
        Remember(_span);
        Settle();
        Add(_span, GapChangeKind.Confirmed);
    }

    private void Open(SequenceRange missing, GapReason reason, DateTimeOffset? time, Moment now)
    {
        var gap = new Gap(_nextGap++, Epoch, reason, [missing], _lastTime ?? _doubtedTime, time, now);
        Remember(gap);
        if (reason == GapReason.Hole && reorderWindow > TimeSpan.Zero)
        {
            gap.HoldsFrom = missing.First;
            IsHolding = true;
            Add(gap, GapChangeKind.Seen);
            return;
        }

        Add(gap, GapChangeKind.Seen);
        Confirm(gap, now, canHold: true);
        Settle();
    }

    private bool TryFill(long sequence)
    {
        for (var index = _gaps.Count - 1; index >= 0; index--)
        {
            var gap = _gaps[index];
            var wasFirst = gap.HoldsFrom == sequence;
            if (!gap.TryFill(sequence))
                continue;
            if (gap.Missing.Count == 0)
                _gaps.RemoveAt(index);
            else if (wasFirst)
                gap.HoldsFrom = gap.Missing[0].First;
            Settle();
            Add(gap, gap.Missing.Count == 0 ? GapChangeKind.Filled : GapChangeKind.Shrunk);
            return true;
        }

        return false;
    }

    /// <summary>Old holes can no longer fill: numbers from before mean nothing now.</summary>
    private void StartEpoch(long sequence, DateTimeOffset time, Moment now)
    {
        foreach (var gap in _gaps.Where(gap => gap.ConfirmedAt is null))
            Confirm(gap, now, canHold: false);
        _gaps.Clear();
        var between = new Gap(_nextGap++, Epoch, GapReason.Renumbered, [], _lastTime, time, now);
        between.Confirm(now);
        if (holdFor > TimeSpan.Zero)
            (between.HoldsFrom, between.HeldUntil) = (sequence, now.Steady + LongestHold(between));
        Remember(between);
        Settle();
        Add(between, GapChangeKind.Seen, GapChangeKind.Confirmed);
        Epoch++;
        Advance(sequence, time, time);
    }

    private void Confirm(Gap gap, Moment now, bool canHold)
    {
        gap.Confirm(now);
        gap.HoldsFrom = null;
        gap.IsTolerated = gap.MissingCount <= tolerance;
        if (canHold)
            Hold(gap, now);
        Add(gap, GapChangeKind.Confirmed);
    }

    /// <summary>What is behind a gap that is worth fetching waits for it; not behind a frame that came and cannot be read.</summary>
    private void Hold(Gap gap, Moment now)
    {
        var until = gap.SeenOn + LongestHold(gap);
        if (gap.Reason != GapReason.Unreadable && gap.MissingCount > tolerance && until > now.Steady)
            (gap.HoldsFrom, gap.HeldUntil) = (gap.Missing[0].First, until);
    }

    private TimeSpan LongestHold(Gap gap) => !gap.IsRefused && holdAtMost > holdFor ? holdAtMost.Value : holdFor;

    private void Add(Gap gap, params ReadOnlySpan<GapChangeKind> kinds)
    {
        foreach (var kind in kinds)
            _changes.Add(new GapChange(gap.Snapshot(), kind));
    }

    private void Settle()
    {
        IsHolding = _gaps.Exists(gap => gap.HoldsFrom is not null);
        Trim();
    }

    private void Remember(Gap gap)
    {
        _gaps.Add(gap);
        Trim();
    }

    /// <summary>One that still holds events is not forgotten.</summary>
    private void Trim()
    {
        while (_gaps.Count > MaxRemembered && _gaps[0].HoldsFrom is null)
            _gaps.RemoveAt(0);
    }
}
