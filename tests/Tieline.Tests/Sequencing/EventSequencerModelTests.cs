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
        (1, Gen.Const(new Step(What.Reconnect, 0))),
        (1, Gen.Const(new Step(What.Restart, 0))));

    private enum What
    {
        Next,
        Jump,
        Back,
        Refuse,
        Wait,
        Reconnect,
        Restart,
    }

    [Fact]
    public void Whatever_is_lost_repeated_or_swapped_each_number_is_let_in_once_or_is_missing_in_a_gap() =>
        _steps.Array[1, 120].Sample(steps => new Model().Run(steps), iter: 5_000, print: steps => string.Join(' ', steps.Select(step => $"{step.What}{step.By}")));

    [Fact]
    public void Any_order_of_a_span_ends_without_a_hole() =>
        Gen.Shuffle(Enumerable.Range(2, 30).Select(number => (long)number).ToArray()).Sample(numbers =>
        {
            var sequencer = new EventSequencer(_window);
            var gaps = new HashSet<long>();
            foreach (var number in (long[])[1, .. numbers])
            {
                (sequencer.Offer(number, TimeOf(number), Some.Time) is SequenceVerdict.Next or SequenceVerdict.Late).ShouldBeTrue();
                foreach (var change in sequencer.TakeChanges())
                {
                    if (change.Kind == GapChangeKind.Filled)
                        gaps.Remove(change.Gap.Number);
                    else
                        gaps.Add(change.Gap.Number);
                }
            }

            gaps.ShouldBeEmpty();
            sequencer.HasUnconfirmed.ShouldBeFalse();
            sequencer.Last.ShouldBe(31);
        });

    private static byte[] TimeOf(long sequence) => Encoding.UTF8.GetBytes(EventTime.ToText(Some.Time.AddSeconds(sequence)));

    private readonly record struct Step(What What, int By);

    private sealed class Model
    {
        private readonly HashSet<long> _letIn = [];
        private readonly Dictionary<long, (DateTimeOffset SeenAt, bool Confirmed)> _missing = [];

        /// <summary>As the journal would have them.</summary>
        private readonly Dictionary<long, Gap> _recorded = [];
        private EventSequencer _sequencer = new(_window);
        private DateTimeOffset _now = Some.Time.AddHours(1);
        private bool _cannotFill;
        private long? _first;
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
                    _now += TimeSpan.FromMilliseconds(step.By);
                    _sequencer.Expire(_now);
                    ConfirmWhere(missing => _now - missing.SeenAt >= _window);
                    break;
                case What.Reconnect:
                    _sequencer.Reconnected();
                    _cannotFill = true;
                    break;
                default:
                    Restart();
                    break;
            }
        }

        private void Offer(long sequence)
        {
            var verdict = _sequencer.Offer(sequence, TimeOf(sequence), _now);
            if (_first is null || sequence > _last)
            {
                verdict.ShouldBe(SequenceVerdict.Next);
                Pass(sequence);
                _letIn.Add(sequence).ShouldBeTrue();
            }
            else if (_missing.Remove(sequence))
            {
                verdict.ShouldBe(SequenceVerdict.Late);
                _letIn.Add(sequence).ShouldBeTrue();
            }
            else
            {
                verdict.ShouldBe(SequenceVerdict.Old);
            }
        }

        private void Refuse(long sequence)
        {
            _sequencer.Refuse(sequence, _now);
            if (_first is not null && sequence <= _last)
                return;
            Pass(sequence);
            _missing.Add(sequence, (_now, true));
        }

        private void Pass(long sequence)
        {
            if (_first is null)
                _last = sequence - 1;
            _first ??= sequence;
            for (var number = _last + 1; number < sequence; number++)
                _missing.Add(number, (_now, _cannotFill));
            _last = sequence;
            _cannotFill = false;
        }

        /// <summary>A new process that knows only what is durable.</summary>
        private void Restart()
        {
            if (_first is null)
                return;
            var mark = _sequencer.Mark;
            _sequencer = new EventSequencer(_window);
            _sequencer.Restore(mark, _recorded.Values, _nextGap, _now);
            _cannotFill = true;
            ConfirmWhere(_ => true);
        }

        private void ConfirmWhere(Func<(DateTimeOffset SeenAt, bool Confirmed), bool> due)
        {
            foreach (var (number, missing) in _missing.Where(pair => due(pair.Value)).ToList())
                _missing[number] = missing with { Confirmed = true };
        }

        private void Record()
        {
            foreach (var (gap, kind) in _sequencer.TakeChanges().Select(change => (change.Gap, change.Kind)))
            {
                _recorded.ContainsKey(gap.Number).ShouldBe(kind != GapChangeKind.Seen);
                _nextGap = Math.Max(_nextGap, gap.Number + 1);
                if (kind == GapChangeKind.Filled)
                    _recorded.Remove(gap.Number);
                else
                    _recorded[gap.Number] = gap;
            }
        }

        private void Check()
        {
            _sequencer.Last.ShouldBe(_first is null ? null : _last);
            var recorded = _recorded.Values.SelectMany(gap => gap.Missing.SelectMany(
                range => Enumerable.Range(0, (int)range.Count).Select(index => (range.First + index, gap.SeenAt, gap.ConfirmedAt is not null)))).Order().ToList();
            recorded.ShouldBe(_missing.Select(pair => (pair.Key, pair.Value.SeenAt, pair.Value.Confirmed)).Order());
            var open = _missing.Where(pair => !pair.Value.Confirmed).ToList();
            _sequencer.HasUnconfirmed.ShouldBe(open.Count > 0);
            _sequencer.ReleasableThrough.ShouldBe(open.Count > 0 ? open.Min(pair => pair.Key) - 1 : long.MaxValue);
            _sequencer.NextExpiry.ShouldBe(open.Count > 0 ? open.Min(pair => pair.Value.SeenAt) + _window : null);
            if (_first is not { } first)
                return;
            for (var number = first; number <= _last; number++)
                (_letIn.Contains(number) ^ _missing.ContainsKey(number)).ShouldBeTrue($"number {number}");
        }
    }
}
