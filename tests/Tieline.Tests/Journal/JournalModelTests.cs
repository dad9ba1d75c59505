using System.Globalization;
using CsCheck;
using Tieline.Backfill;
using Tieline.Diagnostics;
using Tieline.Events;
using Tieline.Journal;
using Tieline.Sequencing;
using Tieline.TestKit;
using static Tieline.Tests.Journal.JournalRig;
using Tieline.Tests.Sequencing;

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
            (3, Gen.Const(What.ChangeGap)),
            (3, Gen.Const(What.Fill)),
            (5, Gen.Const(What.Recover)),
            (4, Gen.Const(What.LookUp)),
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
        Fill,
        Recover,
        LookUp,
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
            iter: 60, threads: 1, print: steps => string.Join(' ', steps.Select(step => $"{step.What}{step.By}")));

    private readonly record struct Step(What What, int By);

    private sealed class Model(JournalRig rig)
    {
        private static readonly string[] _names = [Crm, Erp];

        /// <summary>What stands at positions 1, 2, …</summary>
        private readonly List<Kept> _events = [];

        /// <summary>In the order in which they came.</summary>
        private readonly List<Kept> _held = [];
        private readonly Dictionary<string, SortedSet<long>> _settled = new() { [Crm] = [], [Erp] = [] };
        private readonly Dictionary<(string Destination, long Position), int> _retries = [];
        private readonly SortedDictionary<long, (Gap Gap, GapFill? Fill)> _gaps = [];
        private readonly List<(JournalWork.Recover Recover, FactVerdict Verdict)> _recovered = [];
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
                    await PostAsync(Release(_held.Count == 0 ? by : _held[by % _held.Count].Sequence ?? (by % 3 == 0 ? long.MaxValue : by)));
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
                case What.Fill:
                    await PostAsync(Fill(by));
                    break;
                case What.Recover:
                    await PostAsync(Recover(by));
                    break;
                case What.LookUp:
                    await PostAsync(LookUp(by));
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
            Keep(new Kept($"c{sequence}", sequence, at, EventOrigin.Live), held);
            return new JournalWork.Append(Some.Redacted(sequence, $"c{sequence}", TimeSpan.FromSeconds(at)), _mark, held);
        }

        /// <summary>A live event of a conversation that there may be already, dated as another path would.</summary>
        private JournalWork.Append LookUp(int by)
        {
            var sequence = ++_sequence;
            _mark = new Mark(1, sequence, Some.Time);
            var kept = new Kept($"c{1 + (by % Math.Max(1, sequence))}", sequence, Near(by), EventOrigin.Live);
            if (!Has(kept))
                Keep(kept, by % 4 == 0);
            return new JournalWork.Append(new RedactedEvent(Fact(kept.Conversation, kept.At, origin: EventOrigin.Live) with { Sequence = sequence }), _mark, by % 4 == 0, LooksUp: true);
        }

        private JournalWork.Recover Recover(int by)
        {
            var kept = new Kept($"c{1 + (by % Math.Max(1, _sequence))}", null, Near(by), EventOrigin.Backfill);
            var recover = JournalRig.Recover(by % 4 == 0, Fact(kept.Conversation, kept.At));
            var has = Has(kept);
            _recovered.Add((recover, has ? FactVerdict.Known : FactVerdict.New));
            if (!has)
                Keep(kept, by % 4 == 0);
            return recover;
        }

        /// <summary>A time that is that of some event of the conversation, or a few seconds from it.</summary>
        private double Near(int by)
        {
            var conversation = $"c{1 + (by % Math.Max(1, _sequence))}";
            return (_events.Concat(_held).LastOrDefault(kept => kept.Conversation == conversation)?.At ?? by) + (by % 7 - 3);
        }

        private bool Has(Kept kept) => _events.Concat(_held).Any(other =>
            other.Conversation == kept.Conversation && (other.At == kept.At || (Math.Abs(other.At - kept.At) <= 2 && (other.Origin == EventOrigin.Live) != (kept.Origin == EventOrigin.Live))));

        private void Keep(Kept kept, bool held)
        {
            if (held)
                _held.Add(kept);
            else
                Accept(kept);
        }

        private JournalWork.Release Release(long through)
        {
            var numbered = _held.Where(held => held.Sequence <= through).ToList();
            var time = through == long.MaxValue ? double.MaxValue : numbered.Count == 0 ? double.MinValue : numbered.Max(held => held.At);
            foreach (var released in _held.Where(held => held.Sequence is null ? held.At <= time : held.Sequence <= through).OrderBy(held => held.At).ThenBy(held => held.Sequence ?? -1).ToList())
            {
                _held.Remove(released);
                Accept(released);
            }

            return new JournalWork.Release(1, through);
        }

        private void Accept(Kept kept)
        {
            _events.Add(kept);
            _facts.Add($"accepted {kept.Sequence}".TrimEnd());
        }

        private JournalWork.Settle? Settle(string destination, int by, bool bury)
        {
            var open = Enumerable.Range(1, _events.Count).Select(position => (long)position).Where(position => !_settled[destination].Contains(position)).ToList();
            if (open.Count == 0)
                return null;
            var position = open[by % Math.Min(open.Count, 5)];
            _settled[destination].Add(position);
            _retries.Remove((destination, position));
            _facts.Add($"{(bury ? "dead-lettered" : "delivered")} {destination} {_events[(int)position - 1].Sequence}".TrimEnd());
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
            _gaps[gap.Number] = (gap, null);
            return new JournalWork.RecordGap(new GapChange(gap.Snapshot(), GapChangeKind.Seen));
        }

        private JournalWork.RecordGap? Change(int by)
        {
            if (_gaps.Count == 0)
                return null;
            var (gap, fill) = _gaps.Values.ElementAt(by % _gaps.Count);
            if ((gap.ConfirmedAt is null && by % 2 == 0) || by % 5 == 0)
            {
                // Again: it is bigger than it was. Its figures go on.
                if (gap.ConfirmedAt is not null)
                    gap.Miss(new SequenceRange(100 + by, 100 + by), null, gap.SeenAt.AddSeconds(1).AsMoment());
                gap.Confirm(Some.Time);
                gap.IsTolerated = by % 3 == 0;
                _gaps[gap.Number] = (gap, GapFill.Of(gap, fill));
                _facts.Add($"gap-detected {gap.Number}");
                return new JournalWork.RecordGap(new GapChange(gap.Snapshot(), GapChangeKind.Confirmed));
            }

            if (gap.Missing.Count > 0)
                gap.TryFill(gap.Missing[0].First);
            if (gap.Missing.Count > 0)
                return new JournalWork.RecordGap(new GapChange(gap.Snapshot(), GapChangeKind.Shrunk));
            if (fill is null)
            {
                _gaps.Remove(gap.Number);
            }
            else if (fill.State != GapState.Filled)
            {
                _gaps[gap.Number] = (gap, fill with { State = GapState.Filled, NextAskAt = null, Problem = null, ClosedAt = Some.Time });
                _facts.Add($"gap-filled {gap.Number}");
            }

            return new JournalWork.RecordGap(new GapChange(gap.Snapshot(), GapChangeKind.Filled));
        }

        private JournalWork.SaveFill? Fill(int by)
        {
            var confirmed = _gaps.Values.Where(known => known.Fill is not null).ToList();
            if (confirmed.Count == 0)
                return null;
            var (gap, current) = confirmed[by % confirmed.Count];
            var state = (GapState)(1 + (by % 3));
            var fill = GapFill.Of(gap) with
            {
                State = state,
                Asks = by,
                Recovered = by % 9,
                Known = by % 4,
                Problem = by % 2 == 0 ? null : "HTTP 503",
                NextAskAt = state == GapState.Filling ? Some.Time.AddSeconds(by) : null,
                ClosedAt = state == GapState.Filling ? null : Some.Time.AddSeconds(by),
            };
            if (by % 10 == 9)
                return new JournalWork.SaveFill(fill with { Since = fill.Since.AddSeconds(-1) }); // about what it was before
            if (current!.State == GapState.Filled)
                return new JournalWork.SaveFill(fill);
            _gaps[gap.Number] = (gap, fill);
            if (fill.IsClosed)
                _facts.Add($"gap-{(state == GapState.Filled ? "filled" : "abandoned")} {gap.Number}");
            return new JournalWork.SaveFill(fill);
        }

        private long Through(string destination)
        {
            var through = 0L;
            while (_settled[destination].Contains(through + 1))
                through++;
            return through;
        }

        /// <summary>What is on the monotonic clock is not on record: each run reckons it anew.</summary>
        private static GapFill Stored(GapFill fill) => fill with { Found = default, Due = MonotonicTime.Never, InServiceSince = default };

        private async Task LookAsync(int random)
        {
            await rig.Journal.WaitForDurabilityAsync(Cancellation);
            rig.Journal.Counters.ShouldBe(new JournalCounters(_mark, _events.Count + 1, _facts.Count + 1, _nextGap));
            rig.Journal.Positions.Value.ShouldBe(_events.Count);
            rig.Journal.ReadRecentIds(int.MaxValue).Count.ShouldBe(_events.Count + _held.Count);
            rig.Journal.ReadOpenGaps().Select(gap => (gap.ToString(), gap.ConfirmedAt)).ShouldBe(
                _gaps.Values.Where(known => known.Fill?.State != GapState.Filled).Select(known => (known.Gap.ToString(), known.Gap.ConfirmedAt)));
            var fills = _gaps.Values.Where(known => known.Fill is not null).Select(known => known.Fill!).ToList();
            rig.Journal.Read(reader => reader.ReadFills()).ShouldBe(fills.Where(fill => !fill.IsClosed).Select(Stored));
            rig.Journal.Read(reader => reader.ReadFills(DateTimeOffset.MinValue, DateTimeOffset.MaxValue)).ShouldBe(fills.Select(Stored));
            rig.Journal.Read(reader => reader.ReadGapCounts()).Select(count => (count.State, count.Count)).Order().ShouldBe(
                fills.GroupBy(fill => GapStateNames.Of(fill.State)).Select(group => (group.Key, (long)group.Count())).Order());
            foreach (var (recover, verdict) in _recovered)
                (await recover.Done.Task.WaitAsync(Cancellation)).ShouldBe([verdict]);
            rig.Journal.ReadRecovered(1_000).Order().ShouldBe(_events.Concat(_held).Where(kept => kept.Origin != EventOrigin.Live).Select(kept => kept.Conversation).Order());
            foreach (var destination in _names)
            {
                var number = rig.Journal.NumberOf(destination);
                rig.Journal.ReadSettledThrough(number).Value.ShouldBe(Through(destination));
                rig.Journal.CountSettledAbove(number, new JournalPosition(Through(destination))).ShouldBe(_settled[destination].Count - Through(destination));
                rig.Entries(destination, after: random % 20, limit: 1 + (random % 10)).Select(entry => (entry.Position.Value, entry.ConversationId, entry.Attempts)).ShouldBe(
                    Enumerable.Range(1, _events.Count).Select(position => (long)position).Where(position => position > random % 20 && !_settled[destination].Contains(position))
                        .Take(1 + (random % 10)).Select(position => (position, _events[(int)position - 1].Conversation, _retries.GetValueOrDefault((destination, position)))));
            }

            var facts = rig.Facts();
            facts.Select(fact => fact.Number).ShouldBe(Enumerable.Range(1, _facts.Count).Select(number => (long)number));
            Sorted(facts.Select(Text)).ShouldBe(Sorted(_facts));
            rig.FactLines(random % 30, 1 + (random % 15)).ShouldBe(rig.FactLines().Skip(random % 30).Take(1 + (random % 15)));
        }

        private static string Text(AuditFact fact) => string.Join(' ', new[] { fact.Action, fact.Destination, fact.Sequence?.ToString(CultureInfo.InvariantCulture) ?? fact.Detail?["gap"]?.ToString() }.Where(part => part is not null));

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

    private sealed record Kept(string Conversation, long? Sequence, double At, EventOrigin Origin);
}
