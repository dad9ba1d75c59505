using Tieline.Events;

namespace Tieline.Sequencing;

/// <summary>Follows the numbers: what is next, what is late, what is missing, and what must wait for it. Pure: no clock, no I/O. Not for several threads at once.</summary>
/// <remarks>
/// Without a hole nothing waits. A hole is in <see cref="TakeChanges"/> as soon as it is seen, so that its record and the mark that passes it can become durable together; it is
/// <em>confirmed</em> when the reorder window is over, or at once where it opened between two connections or two runs, since nothing can fill it then.
/// What comes behind an unconfirmed hole is held (<see cref="IsHeld"/>) until <see cref="ReleasableThrough"/> reaches it.
/// </remarks>
internal sealed class EventSequencer(TimeSpan reorderWindow)
{
    /// <summary>How many gaps are remembered to recognise a late arrival. An event for an older one is <see cref="SequenceVerdict.Old"/>, and kept.</summary>
    private const int MaxRemembered = 1_000;

    private readonly List<Gap> _gaps = [];
    private readonly List<GapChange> _changes = [];
    private DateTimeOffset? _lastTime;
    private DateTimeOffset? _newestTime;
    private long _last = -1;
    private long _nextGap = 1;
    private int _unconfirmed;
    private GapReason? _jump;

    public long Epoch { get; private set; } = 1;

    /// <summary>The highest number seen in this epoch; null before the first.</summary>
    public long? Last => _last < 0 ? null : _last;

    public Mark Mark => new(Epoch, Last, _newestTime);

    /// <summary>Whether a hole may still fill itself, so that what comes behind it is held.</summary>
    public bool HasUnconfirmed => _unconfirmed > 0;

    /// <summary>Goes on where an earlier run stopped: the first jump is that run's absence, and the holes it had not confirmed cannot fill any more.</summary>
    /// <param name="open">Its gaps that are not filled. One may reach beyond the mark, where the run ended between the two.</param>
    public void Restore(Mark mark, IEnumerable<Gap> open, long nextGap, DateTimeOffset now)
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
            Remember(gap);
        }

        _unconfirmed = _gaps.Count(gap => gap.ConfirmedAt is null);
        Confirm(_ => true, now);
    }

    /// <summary>There was a time without a connection: a jump at the next event cannot fill itself.</summary>
    public void Reconnected() => _jump ??= GapReason.Reconnect;

    /// <param name="timestamp">The event's, as sent. One that can't be read, or can't be true, says nothing.</param>
    public SequenceVerdict Offer(long sequence, ReadOnlySpan<byte> timestamp, DateTimeOffset now)
    {
        var time = EventTime.TryParse(timestamp, out var parsed) && EventTime.IsPlausible(parsed, now) ? parsed : (DateTimeOffset?)null;
        if (sequence == _last + 1 || _last < 0)
        {
            Advance(sequence, time);
            return SequenceVerdict.Next;
        }

        if (sequence > _last)
        {
            Open(new SequenceRange(_last + 1, sequence - 1), _jump ?? GapReason.Hole, time, now);
            Advance(sequence, time);
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
    public void Refuse(long sequence, DateTimeOffset now)
    {
        if (_last >= 0 && sequence <= _last)
            return;
        if (_last >= 0 && sequence > _last + 1)
            Open(new SequenceRange(_last + 1, sequence - 1), _jump ?? GapReason.Hole, null, now);
        Open(new SequenceRange(sequence, sequence), GapReason.Unreadable, null, now);
        _last = sequence;
        _jump = null;
    }

    /// <summary>Confirms the holes whose window is over.</summary>
    public void Expire(DateTimeOffset now) => Confirm(gap => now - gap.SeenAt >= reorderWindow, now);

    /// <summary>When <see cref="Expire"/> has work next; null without an unconfirmed hole.</summary>
    public DateTimeOffset? NextExpiry => _unconfirmed == 0 ? null : _gaps.Where(gap => gap.ConfirmedAt is null).Min(gap => gap.SeenAt) + reorderWindow;

    /// <summary>Whether an event of this number must wait for a hole before it.</summary>
    public bool IsHeld(long sequence) => _unconfirmed > 0 && sequence > ReleasableThrough;

    /// <summary>Held events up to this number have nothing before them to wait for.</summary>
    public long ReleasableThrough => _unconfirmed == 0 ? long.MaxValue : _gaps.Where(gap => gap.ConfirmedAt is null).Min(gap => gap.Missing[0].First) - 1;

    /// <summary>What became of gaps since the last call, in order; the caller makes it durable together with the mark.</summary>
    public IReadOnlyList<GapChange> TakeChanges()
    {
        if (_changes.Count == 0)
            return [];
        GapChange[] changes = [.. _changes];
        _changes.Clear();
        return changes;
    }

    private void Advance(long sequence, DateTimeOffset? time)
    {
        _last = sequence;
        _jump = null;
        _lastTime = time ?? _lastTime;
        Pass(time);
    }

    private void Pass(DateTimeOffset? time)
    {
        if (_newestTime is null || time > _newestTime)
            _newestTime = time ?? _newestTime;
    }

    private void Open(SequenceRange missing, GapReason reason, DateTimeOffset? time, DateTimeOffset now)
    {
        var gap = new Gap(_nextGap++, Epoch, reason, [missing], _lastTime, time, now);
        if (reason != GapReason.Hole || reorderWindow == TimeSpan.Zero)
            gap.Confirm(now);
        else
            _unconfirmed++;
        Remember(gap);
        _changes.Add(new GapChange(gap.Snapshot(), GapChangeKind.Seen));
        if (gap.ConfirmedAt is not null)
            _changes.Add(new GapChange(gap.Snapshot(), GapChangeKind.Confirmed));
    }

    private bool TryFill(long sequence)
    {
        for (var index = _gaps.Count - 1; index >= 0; index--)
        {
            var gap = _gaps[index];
            if (!gap.TryFill(sequence))
                continue;
            if (gap.Missing.Count == 0)
            {
                _gaps.RemoveAt(index);
                if (gap.ConfirmedAt is null)
                    _unconfirmed--;
            }

            _changes.Add(new GapChange(gap.Snapshot(), gap.Missing.Count == 0 ? GapChangeKind.Filled : GapChangeKind.Shrunk));
            return true;
        }

        return false;
    }

    /// <summary>Old holes can no longer fill: numbers from before mean nothing now.</summary>
    private void StartEpoch(long sequence, DateTimeOffset time, DateTimeOffset now)
    {
        Confirm(_ => true, now);
        _gaps.Clear();
        var between = new Gap(_nextGap++, Epoch, GapReason.Renumbered, [], _lastTime, time, now);
        between.Confirm(now);
        _changes.Add(new GapChange(between, GapChangeKind.Seen));
        _changes.Add(new GapChange(between, GapChangeKind.Confirmed));
        Epoch++;
        Advance(sequence, time);
    }

    private void Confirm(Func<Gap, bool> due, DateTimeOffset now)
    {
        if (_unconfirmed == 0)
            return;
        foreach (var gap in _gaps.Where(gap => gap.ConfirmedAt is null && due(gap)))
        {
            gap.Confirm(now);
            _unconfirmed--;
            _changes.Add(new GapChange(gap.Snapshot(), GapChangeKind.Confirmed));
        }

        Trim();
    }

    private void Remember(Gap gap)
    {
        _gaps.Add(gap);
        Trim();
    }

    /// <summary>Only confirmed ones are forgotten: an unconfirmed one still holds events.</summary>
    private void Trim()
    {
        while (_gaps.Count > MaxRemembered && _gaps[0].ConfirmedAt is not null)
            _gaps.RemoveAt(0);
    }
}
