using System.Globalization;
using Tieline.Diagnostics;

namespace Tieline.Sequencing;

/// <summary>A hole in what has come: its span, and which numbers of it are still missing.</summary>
internal sealed class Gap
{
    private readonly List<SequenceRange> _missing;

    /// <param name="number">Names it in the journal; from 1, rising.</param>
    /// <param name="missing">In order, not overlapping; empty for a gap known by time only.</param>
    /// <param name="from">The time of the last event before it; null where unknown.</param>
    /// <param name="to">The time of the first event after it; null where unknown.</param>
    /// <param name="seenAt">When the first event behind it came.</param>
    public Gap(long number, long epoch, GapReason reason, IEnumerable<SequenceRange> missing, DateTimeOffset? from, DateTimeOffset? to, DateTimeOffset seenAt)
    {
        _missing = [.. missing];
        (Number, Epoch, Reason, From, To, SeenAt) = (number, epoch, reason, from, to, seenAt);
        (First, Last) = _missing.Count == 0 ? (null, null) : ((long?)_missing[0].First, (long?)_missing[^1].Last);
    }

    public long Number { get; }

    public long Epoch { get; }

    public GapReason Reason { get; }

    public DateTimeOffset? From { get; }

    public DateTimeOffset? To { get; private set; }

    /// <summary>When the hole opened, or the span without a connection ended.</summary>
    public DateTimeOffset SeenAt { get; private set; }

    /// <summary>As <see cref="SeenAt"/>: what its waits are measured from.</summary>
    public MonotonicTime SeenOn { get; set; }

    /// <summary>The first number missing when it was seen; null for a gap known by time only.</summary>
    public long? First { get; private set; }

    /// <summary>The last number missing when it was seen.</summary>
    public long? Last { get; private set; }

    /// <summary>Events of its epoch from this number on wait for it; null when none does, any more or at all.</summary>
    public long? HoldsFrom { get; set; }

    /// <summary>Until when they wait at most, once it is confirmed.</summary>
    public MonotonicTime? HeldUntil { get; set; }

    /// <summary>An ask about it has failed in this run.</summary>
    public bool IsRefused { get; set; }

    /// <summary>Of one that was stored: there has been a complete answer about it as it is, or nobody waits for one.</summary>
    public bool IsAnswered { get; set; }

    /// <summary>So little is missing that it is not fetched.</summary>
    public bool IsTolerated { get; set; }

    /// <summary>Since when it is a gap and not a reordering that may mend itself; null before.</summary>
    public DateTimeOffset? ConfirmedAt { get; private set; }

    /// <summary>As <see cref="ConfirmedAt"/>.</summary>
    public MonotonicTime? ConfirmedOn { get; private set; }

    public IReadOnlyList<SequenceRange> Missing => _missing;

    public long MissingCount => _missing.Sum(range => range.Count);

    public void Confirm(DateTimeOffset now) => ConfirmedAt ??= now;

    public void Confirm(Moment now)
    {
        ConfirmedAt ??= now.System;
        ConfirmedOn ??= now.Steady;
    }

    /// <summary>The span goes on to here.</summary>
    public void Extend(Moment now) => (To, SeenAt, SeenOn) = (now.Source, now.System, now.Steady);

    /// <summary>The next number cannot be read either. It is timed anew, and <see cref="ConfirmedOn"/> still says when it began.</summary>
    public void Grow(long sequence, Moment now)
    {
        if (_missing.Count > 0 && _missing[^1].Last == sequence - 1)
            _missing[^1] = new SequenceRange(_missing[^1].First, sequence);
        else
            _missing.Add(new SequenceRange(sequence, sequence));
        (Last, SeenAt, SeenOn) = (sequence, now.System, now.Steady);
    }

    /// <summary>Now it is known which numbers a span without a connection has cost.</summary>
    public void Miss(SequenceRange missing, DateTimeOffset? to, Moment now)
    {
        _missing.Add(missing);
        (First, Last, SeenAt, SeenOn) = (missing.First, missing.Last, now.System, now.Steady);
        if (To is null || to > To)
            To = to ?? To;
    }

    /// <summary>Takes a number out. False if it was not missing.</summary>
    public bool TryFill(long sequence)
    {
        var index = _missing.FindIndex(range => range.Contains(sequence));
        if (index < 0)
            return false;
        var range = _missing[index];
        _missing.RemoveAt(index);
        if (range.Last > sequence)
            _missing.Insert(index, new SequenceRange(sequence + 1, range.Last));
        if (range.First < sequence)
            _missing.Insert(index, new SequenceRange(range.First, sequence - 1));
        return true;
    }

    /// <summary>A copy that later changes do not reach: what is handed to the journal.</summary>
    public Gap Snapshot()
    {
        var copy = new Gap(Number, Epoch, Reason, _missing, From, To, SeenAt, First, Last);
        (copy.SeenOn, copy.ConfirmedAt, copy.ConfirmedOn, copy.HoldsFrom, copy.HeldUntil) = (SeenOn, ConfirmedAt, ConfirmedOn, HoldsFrom, HeldUntil);
        (copy.IsTolerated, copy.IsRefused) = (IsTolerated, IsRefused);
        return copy;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"gap {Number} ({Reason}): {string.Join(',', _missing)}");

    /// <summary>One that is seen now.</summary>
    public Gap(long number, long epoch, GapReason reason, IEnumerable<SequenceRange> missing, DateTimeOffset? from, DateTimeOffset? to, Moment seen)
        : this(number, epoch, reason, missing, from, to, seen.System) => SeenOn = seen.Steady;

    /// <summary>As it was stored, partly filled.</summary>
    public Gap(
        long number, long epoch, GapReason reason, IEnumerable<SequenceRange> missing, DateTimeOffset? from, DateTimeOffset? to, DateTimeOffset seenAt, long? first, long? last)
        : this(number, epoch, reason, missing, from, to, seenAt) => (First, Last) = (first, last);
}
