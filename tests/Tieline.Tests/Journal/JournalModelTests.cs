using CsCheck;
using Tieline.Journal;
using Tieline.Sequencing;
using Tieline.TestKit;
using static Tieline.Tests.Journal.JournalRig;

namespace Tieline.Tests.Journal;

/// <summary>The journal against a model of lists, over any work in any order, restarts in between.</summary>
public sealed class JournalModelTests
{
    private static readonly Gen<Step> _steps = Gen.Select(
        Gen.Frequency(
            (8, Gen.Const(What.Append)),
            (4, Gen.Const(What.Hold)),
            (2, Gen.Const(What.Release)),
            (8, Gen.Const(What.Settle)),
            (1, Gen.Const(What.Bury)),
            (2, Gen.Const(What.Retry)),
            (2, Gen.Const(What.Gap)),
            (2, Gen.Const(What.ChangeGap)),
            (1, Gen.Const(What.Advance)),
            (1, Gen.Const(What.Note)),
            (2, Gen.Const(What.Look)),
            (1, Gen.Const(What.Reopen))),
        Gen.Int[0, 1_000]).Select((what, by) => new Step(what, by));

    private enum What
    {
        Append,
        Hold,
        Release,
        Settle,
        Bury,
        Retry,
        Gap,
        ChangeGap,
        Advance,
        Note,
        Look,
        Reopen,
    }

    [Fact]
    public Task Whatever_is_done_in_whatever_order_it_reads_as_the_model_does() =>
        _steps.Array[1, 80].SampleAsync(
            async steps =>
            {
                await using var rig = new JournalRig(Crm, Erp);
                await new Model(rig).RunAsync(steps);
            },
            iter: 40, threads: 1, print: steps => string.Join(' ', steps.Select(step => $"{step.What}{step.By}")));

    private readonly record struct Step(What What, int By);

    private sealed class Model(JournalRig rig)
    {
        private static readonly string[] _names = [Crm, Erp];

        /// <summary>The sequences at positions 1, 2, …</summary>
        private readonly List<long> _events = [];
        private readonly List<(long At, long Sequence)> _held = [];
        private readonly Dictionary<string, SortedSet<long>> _settled = new() { [Crm] = [], [Erp] = [] };
        private readonly Dictionary<(string Destination, long Position), int> _retries = [];
        private readonly SortedDictionary<long, Gap> _gaps = [];
        private readonly List<string> _facts = [];
        private Mark _mark = Mark.None;
        private long _sequence;
        private long _nextGap = 1;

        public async Task RunAsync(Step[] steps)
        {
            foreach (var step in steps)
                await TakeAsync(step.What, step.By);
            await LookAsync(random: 7);
            await rig.ReopenAsync(_names);
            await LookAsync(random: 3);
        }

        private async Task TakeAsync(What what, int by)
        {
            switch (what)
            {
                case What.Append or What.Hold:
                    await PostAsync(Append(what == What.Hold, by));
                    break;
                case What.Release:
                    await PostAsync(Release(_held.Count == 0 ? by : _held[by % _held.Count].Sequence));
                    break;
                case What.Settle or What.Bury:
                    await PostAsync(Settle(_names[by % 2], by, what == What.Bury));
                    break;
                case What.Retry:
                    await PostAsync(Retry(_names[by % 2], by));
                    break;
                case What.Gap:
                    await PostAsync(Open());
                    break;
                case What.ChangeGap:
                    await PostAsync(Change(by));
                    break;
                case What.Advance:
                    await PostAsync(new JournalWork.Advance(_mark = new Mark(1 + (by % 3), by == 0 ? null : by, by % 2 == 0 ? null : Some.Time.AddSeconds(by))));
                    break;
                case What.Note:
                    _facts.Add("started");
                    await PostAsync(new JournalWork.Note("started", null));
                    break;
                case What.Look:
                    await LookAsync(by);
                    break;
                default:
                    await rig.ReopenAsync(_names);
                    break;
            }
        }

        private static ValueTask PostAsync(JournalRig rig, JournalWork? work) => work is null ? ValueTask.CompletedTask : rig.Journal.PostAsync(work, Cancellation);

        private ValueTask PostAsync(JournalWork? work) => PostAsync(rig, work);

        private JournalWork.Append Append(bool held, int at)
        {
            var sequence = ++_sequence;
            _mark = new Mark(1, sequence, Some.Time);
            if (held)
                _held.Add((at, sequence));
            else
                Accept(sequence);
            return new JournalWork.Append(Some.Redacted(sequence, $"c{sequence}", TimeSpan.FromSeconds(at)), _mark, held);
        }

        private JournalWork.Release Release(long through)
        {
            foreach (var (at, sequence) in _held.Where(held => held.Sequence <= through).Order().ToList())
            {
                _held.Remove((at, sequence));
                Accept(sequence);
            }

            return new JournalWork.Release(1, through);
        }

        private void Accept(long sequence)
        {
            _events.Add(sequence);
            _facts.Add($"accepted {sequence}");
        }

        private JournalWork.Settle? Settle(string destination, int by, bool bury)
        {
            var open = Enumerable.Range(1, _events.Count).Select(position => (long)position).Where(position => !_settled[destination].Contains(position)).ToList();
            if (open.Count == 0)
                return null;
            var position = open[by % Math.Min(open.Count, 5)];
            _settled[destination].Add(position);
            _retries.Remove((destination, position));
            _facts.Add($"{(bury ? "dead-lettered" : "delivered")} {destination} {_events[(int)position - 1]}");
            return new JournalWork.Settle(new Settlement(
                rig.Journal.NumberOf(destination), new JournalPosition(position), 200, 1, bury ? "no" : null, new JournalPosition(Through(destination))));
        }

        private JournalWork.Retry? Retry(string destination, int by)
        {
            var position = _events.Count - (by % 5);
            if (position < 1 || _settled[destination].Contains(position))
                return null;
            _retries[(destination, position)] = by;
            return new JournalWork.Retry(new RetryRecord(rig.Journal.NumberOf(destination), new JournalPosition(position), by, TimeSpan.FromMilliseconds(by)));
        }

        private JournalWork.RecordGap Open()
        {
            var gap = new Gap(_nextGap++, 1, GapReason.Hole, [new SequenceRange(10, 12)], null, Some.Time, Some.Time);
            _gaps[gap.Number] = gap;
            return new JournalWork.RecordGap(new GapChange(gap.Snapshot(), GapChangeKind.Seen));
        }

        private JournalWork.RecordGap? Change(int by)
        {
            if (_gaps.Count == 0)
                return null;
            var gap = _gaps.Values.ElementAt(by % _gaps.Count);
            if (gap.ConfirmedAt is null && by % 2 == 0)
            {
                gap.Confirm(Some.Time);
                _facts.Add($"gap-detected {gap.Number}");
                return new JournalWork.RecordGap(new GapChange(gap.Snapshot(), GapChangeKind.Confirmed));
            }

            gap.TryFill(gap.Missing[0].First);
            if (gap.Missing.Count > 0)
                return new JournalWork.RecordGap(new GapChange(gap.Snapshot(), GapChangeKind.Shrunk));
            _gaps.Remove(gap.Number);
            if (gap.ConfirmedAt is not null)
                _facts.Add($"gap-filled {gap.Number}");
            return new JournalWork.RecordGap(new GapChange(gap, GapChangeKind.Filled));
        }

        private long Through(string destination)
        {
            var through = 0L;
            while (_settled[destination].Contains(through + 1))
                through++;
            return through;
        }

        private async Task LookAsync(int random)
        {
            await rig.Journal.WaitForDurabilityAsync(Cancellation);
            rig.Journal.Counters.ShouldBe(new JournalCounters(_mark, _events.Count + 1, _facts.Count + 1, _nextGap));
            rig.Journal.Positions.Value.ShouldBe(_events.Count);
            rig.Journal.ReadRecentIds(int.MaxValue).Count.ShouldBe(_events.Count + _held.Count);
            rig.Journal.ReadOpenGaps().Select(gap => (gap.ToString(), gap.ConfirmedAt)).ShouldBe(_gaps.Values.Select(gap => (gap.ToString(), gap.ConfirmedAt)));
            foreach (var destination in _names)
            {
                var number = rig.Journal.NumberOf(destination);
                rig.Journal.ReadSettledThrough(number).Value.ShouldBe(Through(destination));
                rig.Journal.CountSettledAbove(number, new JournalPosition(Through(destination))).ShouldBe(_settled[destination].Count - Through(destination));
                rig.Entries(destination, after: random % 20, limit: 1 + (random % 10)).Select(entry => (entry.Position.Value, entry.ConversationId, entry.Attempts)).ShouldBe(
                    Enumerable.Range(1, _events.Count).Select(position => (long)position).Where(position => position > random % 20 && !_settled[destination].Contains(position))
                        .Take(1 + (random % 10)).Select(position => (position, $"c{_events[(int)position - 1]}", _retries.GetValueOrDefault((destination, position)))));
            }

            var facts = rig.Facts();
            facts.Select(fact => fact.Number).ShouldBe(Enumerable.Range(1, _facts.Count).Select(number => (long)number));
            Sorted(facts.Select(Text)).ShouldBe(Sorted(_facts));
            rig.FactLines(random % 30, 1 + (random % 15)).ShouldBe(rig.FactLines().Skip(random % 30).Take(1 + (random % 15)));
        }

        private static string Text(AuditFact fact) => string.Join(' ', new[] { fact.Action, fact.Destination, fact.Sequence?.ToString() ?? fact.Detail?["gap"]?.ToString() }.Where(part => part is not null));

        /// <summary>Deliveries to one destination that follow each other may stand in any order: a group sorts them.</summary>
        private static List<string> Sorted(IEnumerable<string> facts)
        {
            var sorted = new List<string>();
            var run = new List<string>();
            foreach (var fact in facts.Append(""))
            {
                if (run.Count > 0 && !(fact.StartsWith("delivered", StringComparison.Ordinal) && fact[..13] == run[0][..13]))
                {
                    sorted.AddRange(run.Order(StringComparer.Ordinal));
                    run.Clear();
                }

                if (fact.StartsWith("delivered", StringComparison.Ordinal))
                    run.Add(fact);
                else
                    sorted.Add(fact);
            }

            return sorted;
        }
    }
}
