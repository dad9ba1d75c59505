using System.Text;
using CsCheck;
using Tieline.Events;
using Tieline.Sequencing;
using Tieline.TestKit;

namespace Tieline.Tests.Sequencing;

/// <summary>The sequencer against a model that is nothing but sets of numbers, over any interleaving of what can happen to a stream.</summary>
public sealed class EventSequencerModelTests
{
    private static readonly TimeSpan _window = TimeSpan.FromSeconds(2);

    private static readonly Gen<Step> _steps = Gen.Frequency(
        (8, Gen.Const(new Step(What.Next, 0))),
        (3, Gen.Int[2, 6].Select(jump => new Step(What.Jump, jump))),
        (6, Gen.Int[0, 12].Select(back => new Step(What.Back, back))),
        (1, Gen.Int[-3, 3].Select(jump => new Step(What.Refuse, jump))),
        (4, Gen.Int[1, 2_500].Select(ms => new Step(What.Wait, ms))),
        (2, Gen.Int[0, 4].Select(back => new Step(What.Answer, back))),
        (1, Gen.Int[0, 4].Select(back => new Step(What.Close, back))),
        (1, Gen.Const(new Step(What.Request, 0))),
        (1, Gen.Const(new Step(What.Reconnect, 0))),
        (1, Gen.Const(new Step(What.Restart, 0))));

    private enum What
    {
        Next,
        Jump,
        Back,
        Refuse,
        Wait,
        Answer,
        Close,
        Request,
        Reconnect,
        Restart,
    }

    [Fact]
    public void Whatever_is_lost_repeated_or_swapped_each_number_is_let_in_once_or_is_missing_in_a_gap() =>
        Gen.Select(_steps.Array[1, 120], Gen.Int[0, 6], Gen.Int[0, 3]).Sample(
            (steps, holdSeconds, tolerance) => new Model(TimeSpan.FromSeconds(holdSeconds), tolerance).Run(steps),
            iter: 5_000,
            print: sample => $"hold {sample.Item2}, tolerance {sample.Item3}: {string.Join(' ', sample.Item1.Select(step => $"{step.What}{step.By}"))}");

    [Fact]
    public void Any_order_of_a_span_ends_without_a_hole() =>
        Gen.Shuffle(Enumerable.Range(2, 30).Select(number => (long)number).ToArray()).Sample(numbers =>
        {
            var sequencer = new EventSequencer(_window);
            var gaps = new HashSet<long>();
            foreach (var number in (long[])[1, .. numbers])
            {
                (sequencer.Offer(number, TimeOf(number), Some.Time.AsMoment()) is SequenceVerdict.Next or SequenceVerdict.Late).ShouldBeTrue();
                foreach (var change in sequencer.TakeChanges())
                {
                    if (change.Kind == GapChangeKind.Filled)
                        gaps.Remove(change.Gap.Number);
                    else
                        gaps.Add(change.Gap.Number);
                }
            }

            gaps.ShouldBeEmpty();
            sequencer.IsHolding.ShouldBeFalse();
            sequencer.Last.ShouldBe(31);
        });

    private static byte[] TimeOf(long sequence) => Encoding.UTF8.GetBytes(EventTime.ToText(Some.Time.AddSeconds(sequence)));

    private readonly record struct Step(What What, int By);

    /// <summary>A gap as a set of numbers.</summary>
    private sealed class ModelGap(GapReason reason, DateTimeOffset seenAt)
    {
        public GapReason Reason => reason;

        public HashSet<long> Missing { get; init; } = [];

        public DateTimeOffset SeenAt { get; set; } = seenAt;

        /// <summary>Of frames that cannot be read: when this run saw the first, and the number of the last.</summary>
        public DateTimeOffset? Begun { get; set; }

        public long Last { get; set; }

        public bool IsConfirmed { get; set; }

        public bool IsTolerated { get; set; }

        /// <summary>There was a complete answer about it, as it is.</summary>
        public bool IsAnswered { get; set; }

        /// <summary>It was confirmed, and what is behind it waits until then.</summary>
        public DateTimeOffset? Until { get; set; }

        public bool Holds => !IsConfirmed || Until is not null;
    }

    private sealed class Model(TimeSpan holdFor, int tolerance)
    {
        private readonly HashSet<long> _letIn = [];
        private readonly HashSet<long> _given = []; // of gaps that were closed: they are not waited for any more
        private readonly SortedDictionary<long, ModelGap> _gaps = [];

        /// <summary>As the journal would have them.</summary>
        private readonly Dictionary<long, Gap> _recorded = [];
        private EventSequencer _sequencer = new(_window, holdFor, tolerance);
        private DateTimeOffset _now = Some.Time.AddHours(1);
        private GapReason? _jump;
        private ModelGap? _span;
        private long? _first;
        private bool _hasTime;
        private bool _isSubscribed;
        private long _last = 99;
        private long _nextGap = 1;

        public void Run(Step[] steps)
        {
            foreach (var step in steps)
            {
                Take(step);
                Record();
                Check();
            }
        }

        private void Take(Step step)
        {
            switch (step.What)
            {
                case What.Next:
                    Offer(_last + 1);
                    break;
                case What.Jump:
                    Offer(_last + step.By);
                    break;
                case What.Back:
                    Offer(Math.Max(_first ?? 100, _last - step.By));
                    break;
                case What.Refuse:
                    Refuse(_last + step.By);
                    break;
                case What.Wait:
                    Wait(TimeSpan.FromMilliseconds(step.By));
                    break;
                case What.Answer:
                    _sequencer.Answered(new HashSet<long> { _nextGap - 1 - step.By });
                    if (_gaps.GetValueOrDefault(_nextGap - 1 - step.By) is { IsConfirmed: true } answered)
                        (answered.Until, answered.IsAnswered) = (null, true);
                    break;
                case What.Close:
                    Close(_nextGap - 1 - step.By);
                    break;
                case What.Request:
                    _sequencer.Request(_now.AddHours(-2), _now.AddHours(-1), _now.AsMoment()).ShouldBe(_nextGap);
                    Add(new ModelGap(GapReason.Manual, _now) { IsConfirmed = true });
                    break;
                case What.Reconnect:
                    Reconnect();
                    break;
                default:
                    Restart();
                    break;
            }
        }

        private void Offer(long sequence)
        {
            var verdict = _sequencer.Offer(sequence, TimeOf(sequence), _now.AsMoment());
            _hasTime |= verdict != SequenceVerdict.Old;
            if (_first is null || sequence > _last)
            {
                verdict.ShouldBe(SequenceVerdict.Next);
                Pass(sequence);
                (_jump, _span) = (null, null);
                _letIn.Add(sequence).ShouldBeTrue();
            }
            else if (_gaps.FirstOrDefault(pair => pair.Value.Missing.Contains(sequence)) is { Value: { } gap } found)
            {
                verdict.ShouldBe(SequenceVerdict.Late);
                gap.Missing.Remove(sequence);
                if (gap.Missing.Count == 0)
                    _gaps.Remove(found.Key);
                _letIn.Add(sequence).ShouldBeTrue();
            }
            else
            {
                verdict.ShouldBe(SequenceVerdict.Old);
            }
        }

        private void Refuse(long sequence)
        {
            _sequencer.Refuse(sequence, _now.AsMoment());
            if (_first is not null && sequence <= _last)
                return;
            Pass(sequence);
            var isBehind = _jump is null;
            (_jump, _span) = (null, null);
            if (isBehind && _gaps.Values.FirstOrDefault(gap => gap.Reason == GapReason.Unreadable && gap.Last == sequence - 1) is { Begun: { } begun } last && _now - begun < TimeSpan.FromMinutes(1))
            {
                last.Missing.Add(sequence);
                (last.Last, last.SeenAt, last.IsTolerated) = (sequence, _now, last.Missing.Count <= tolerance);
                return;
            }

            Add(new ModelGap(GapReason.Unreadable, _now) { Missing = [sequence], IsConfirmed = true, IsTolerated = tolerance >= 1, Begun = _now, Last = sequence });
        }

        /// <summary>All that was jumped over is one gap: the span's that is open, or a new one.</summary>
        private void Pass(long sequence)
        {
            if (_first is null)
                _last = sequence - 1;
            if (_first is null && _isSubscribed)
                Add(new ModelGap(GapReason.Start, _now) { IsConfirmed = true });
            _first ??= sequence;
            HashSet<long> missing = [.. Enumerable.Range(0, (int)(sequence - _last - 1)).Select(index => _last + 1 + index)];
            _last = sequence;
            if (missing.Count == 0)
                return;
            if (_span is not null)
            {
                _span.Missing.UnionWith(missing);
                (_span.SeenAt, _span.IsAnswered) = (_now, false);
                Hold(_span);
                return;
            }

            var gap = new ModelGap(_jump ?? GapReason.Hole, _now) { Missing = missing };
            Add(gap);
            if (_jump is not null)
                Confirm(gap);
        }

        private void Add(ModelGap gap) => _gaps.Add(_nextGap++, gap);

        private void Confirm(ModelGap gap)
        {
            (gap.IsConfirmed, gap.IsTolerated) = (true, gap.Missing.Count <= tolerance);
            Hold(gap);
        }

        private void Hold(ModelGap gap)
        {
            if (gap.Reason != GapReason.Unreadable && gap.Missing.Count > tolerance && gap.SeenAt + holdFor > _now)
                gap.Until = gap.SeenAt + holdFor;
        }

        private void Wait(TimeSpan time)
        {
            _now += time;
            _sequencer.Expire(_now.AsMoment());
            foreach (var gap in _gaps.Values)
            {
                if (!gap.IsConfirmed && _now - gap.SeenAt >= _window)
                    Confirm(gap);
                if (gap.Until <= _now)
                    gap.Until = null;
            }
        }

        private void Close(long number)
        {
            if (_gaps.GetValueOrDefault(number) is not { IsConfirmed: true } gap)
                return;
            // One that comes after all, though its gap is closed, and newer than all that could be read before: nothing tells it from a numbering that starts again.
            if (gap.Missing.Any(missing => !_letIn.Any(known => known > missing)))
                return;
            _sequencer.Forget(new HashSet<long> { number });
            _gaps.Remove(number);
            _recorded.Remove(number);
            _given.UnionWith(gap.Missing);
            if (gap == _span)
                _span = null;
        }

        private void Reconnect()
        {
            _sequencer.Reconnected(_now.AsMoment());
            _jump ??= GapReason.Reconnect;
            _isSubscribed |= _first is null;
            if (!_hasTime)
                return;
            if (_span is null)
                Add(_span = new ModelGap(_jump.Value, _now) { IsConfirmed = true });
            _span.SeenAt = _now;
        }

        /// <summary>A new process that knows only what is durable.</summary>
        private void Restart()
        {
            if (_first is null)
                return;
            var mark = _sequencer.Mark;
            _sequencer = new EventSequencer(_window, holdFor, tolerance);
            _sequencer.Restore(mark, _recorded.Values.Select(Stored), _nextGap, _now.AsMoment());
            (_jump, _span) = (GapReason.Restart, null);
            foreach (var gap in _gaps.Values)
            {
                (gap.Until, gap.Begun) = (null, null);
                if (!gap.IsConfirmed)
                    Confirm(gap);
                else if (!gap.IsAnswered)
                    Hold(gap);
            }
        }

        private void Record()
        {
            foreach (var (gap, kind) in _sequencer.TakeChanges().Select(change => (change.Gap, change.Kind)))
            {
                _recorded.ContainsKey(gap.Number).ShouldBe(kind != GapChangeKind.Seen);
                if (kind == GapChangeKind.Shrunk)
                    gap.IsTolerated = _recorded[gap.Number].IsTolerated;
                if (kind == GapChangeKind.Filled)
                    _recorded.Remove(gap.Number);
                else
                    _recorded[gap.Number] = gap;
            }
        }

        /// <summary>What a record says of a gap.</summary>
        private Gap Stored(Gap gap)
        {
            var stored = new Gap(gap.Number, gap.Epoch, gap.Reason, gap.Missing, gap.From, gap.To, gap.SeenAt, gap.First, gap.Last) { IsAnswered = _gaps[gap.Number].IsAnswered };
            if (gap.ConfirmedAt is { } confirmedAt)
                stored.Confirm(confirmedAt);
            return stored;
        }

        private void Check()
        {
            _sequencer.Last.ShouldBe(_first is null ? null : _last);
            _recorded.Values.OrderBy(gap => gap.Number).Select(gap => (gap.Number, gap.Reason, string.Join(',', Numbers(gap)), gap.SeenAt, gap.ConfirmedAt is not null, gap.IsTolerated)).ShouldBe(
                _gaps.Select(pair => (pair.Key, pair.Value.Reason, string.Join(',', pair.Value.Missing.Order()), pair.Value.SeenAt, pair.Value.IsConfirmed, pair.Value.IsTolerated)));
            CheckHolds([.. _gaps.Values.Where(gap => gap.Holds)]);
            if (_first is not { } first)
                return;
            for (var number = first; number <= _last; number++)
                (_letIn.Contains(number) ^ (_given.Contains(number) || _gaps.Values.Any(gap => gap.Missing.Contains(number)))).ShouldBeTrue($"number {number}");
        }

        private void CheckHolds(List<ModelGap> holding)
        {
            _sequencer.IsHolding.ShouldBe(holding.Count > 0);
            var through = holding.Count > 0 ? holding.Min(gap => gap.Missing.Min()) - 1 : long.MaxValue;
            _sequencer.ReleasableThrough.ShouldBe(through);
            (_sequencer.NextExpiry?.AsTime()).ShouldBe(holding.Count > 0 ? holding.Min(gap => gap.IsConfirmed ? gap.Until!.Value : gap.SeenAt + _window) : null);
            _sequencer.IsHeld(_last + 1).ShouldBe(holding.Count > 0);
            _sequencer.IsHeld(_last).ShouldBe(_last > through);
        }

        private static IEnumerable<long> Numbers(Gap gap) => gap.Missing.SelectMany(range => Enumerable.Range(0, (int)range.Count).Select(index => range.First + index));
    }
}
