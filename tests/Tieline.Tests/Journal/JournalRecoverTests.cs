using Tieline.Events;
using Tieline.Journal;
using Tieline.Sequencing;
using Tieline.TestKit;
using static Tieline.Tests.Journal.JournalRig;

namespace Tieline.Tests.Journal;

/// <summary>What comes over another path is appended only if the journal does not have it, wherever it has it.</summary>
public sealed class JournalRecoverTests : IAsyncLifetime
{
    private const int EndsDiffer = 2004;

    private readonly JournalRig _rig = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task Recover_WhatIsNotThere_IsAppendedAndAccepted()
    {
        await _rig.DoAsync(Append(1));
        (await _rig.RecoverAsync(Fact("c1", 60), Fact("c1", 90, EventKinds.Completed))).ShouldBe([FactVerdict.New, FactVerdict.New]);
        _rig.Entries().Select(entry => (entry.Position.Value, entry.ConversationId, entry.State, entry.Origin)).ShouldBe(
            [(1, "c1", EventKinds.Queued, EventOrigin.Live), (2, "c1", EventKinds.Queued, EventOrigin.Backfill), (3, "c1", EventKinds.Completed, EventOrigin.Backfill)]);
        _rig.FactLines().ShouldBe(["1 accepted 1", "2 accepted", "3 accepted"]);
        _rig.Journal.Counters.Mark.Sequence.ShouldBe(1);
    }

    [Fact]
    public async Task Recover_WhatIsThere_IsNotAppended()
    {
        await _rig.DoAsync(Append(1), Append(2));
        (await _rig.RecoverAsync(Fact("c2", 2))).ShouldBe([FactVerdict.Known]);
        (await _rig.RecoverAsync(Fact("c2", 3.5))).ShouldBe([FactVerdict.Known]);
        (await _rig.RecoverAsync(Fact("c2", 4.5))).ShouldBe([FactVerdict.New]);
        (await _rig.RecoverAsync(Fact("c3", 2))).ShouldBe([FactVerdict.New]);
        _rig.Positions().ShouldBe([1, 2, 3, 4]);
    }

    [Fact]
    public async Task Recover_Again_IsKnown()
    {
        var facts = new[] { Fact("c1", 1), Fact("c1", 2), Fact("c1", 9, EventKinds.Completed) };
        await _rig.RecoverAsync(facts);
        (await _rig.RecoverAsync(facts)).ShouldAllBe(verdict => verdict == FactVerdict.Known);
        await _rig.ReopenAsync();
        (await _rig.RecoverAsync(facts)).ShouldAllBe(verdict => verdict == FactVerdict.Known);
        _rig.Positions().ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task Recover_WhatIsHeld_IsKnown()
    {
        await _rig.DoAsync(Append(1), Append(3, held: true));
        (await _rig.RecoverAsync(Fact("c3", 3))).ShouldBe([FactVerdict.Known]);
        await _rig.ReopenAsync();
        (await _rig.RecoverAsync(Fact("c3", 3))).ShouldBe([FactVerdict.Known]);
        await _rig.DoAsync(new JournalWork.Release(1, long.MaxValue));
        (await _rig.RecoverAsync(Fact("c3", 3))).ShouldBe([FactVerdict.Known]);
        await _rig.ReopenAsync();
        (await _rig.RecoverAsync(Fact("c3", 3))).ShouldBe([FactVerdict.Known]);
        _rig.Positions().ShouldBe([1, 2]);
    }

    [Fact]
    public async Task Recover_AnotherEnd_IsReportedAndNotAppended()
    {
        await _rig.RecoverAsync(Fact("c1", 9, EventKinds.Completed));
        (await _rig.RecoverAsync(Fact("c1", 8, EventKinds.Abandoned))).ShouldBe([FactVerdict.Conflicting]);
        _rig.Positions().ShouldBe([1]);
    }

    [Fact]
    public async Task What_was_fetched_before_a_live_event_happened_is_another_however_near()
    {
        await _rig.RecoverAsync(Fact("c1", 60, receivedAfter: 0.5));
        await _rig.DoAsync(LookUp(7, "c1", 60.6), LookUp(8, "c1", 60.601));
        _rig.FactLines().ShouldBe(["1 accepted", "2 accepted 8"]);
    }

    [Fact]
    public async Task A_live_event_that_is_looked_up_is_appended_only_if_it_is_not_there()
    {
        await _rig.RecoverAsync(Fact("c1", 60));
        await _rig.DoAsync(LookUp(7, "c1", 60), LookUp(8, "c1", 61), LookUp(9, "c1", 70), LookUp(10, "c1", 60, looksUp: false), LookUp(11, "c2", 60));
        _rig.FactLines().ShouldBe(["1 accepted", "2 accepted 9", "3 accepted 10", "4 accepted 11"]);
        _rig.Journal.Counters.Mark.Sequence.ShouldBe(11);
        _rig.Logs.Has(EndsDiffer).ShouldBeFalse();
    }

    [Fact]
    public async Task The_mark_moves_past_a_live_event_that_was_there()
    {
        await _rig.RecoverAsync(Fact("c1", 60));
        await _rig.DoAsync(LookUp(7, "c1", 60));
        await _rig.ReopenAsync();
        _rig.Journal.Counters.Mark.Sequence.ShouldBe(7);
        _rig.Positions().ShouldBe([1]);
    }

    [Fact]
    public async Task A_live_end_that_differs_is_said_and_not_sent()
    {
        await _rig.RecoverAsync(Fact("c1", 60, EventKinds.Completed));
        await _rig.DoAsync(LookUp(7, "c1", 61, EventKinds.Abandoned), LookUp(8, "c1", 62, EventKinds.Completed));
        _rig.Positions().ShouldBe([1]);
        _rig.Logs.Lines.Count(line => line.EventId == EndsDiffer).ShouldBe(1);
    }

    [Fact]
    public async Task Two_conversations_with_the_same_key_are_two()
    {
        await _rig.RecoverAsync(Fact(ConversationIndexTests.Twin, 1));
        (await _rig.RecoverAsync(Fact(ConversationIndexTests.OtherTwin, 1))).ShouldBe([FactVerdict.New]);
        await _rig.ReopenAsync();
        (await _rig.RecoverAsync(Fact(ConversationIndexTests.Twin, 2.5), Fact(ConversationIndexTests.Twin, 1))).ShouldBe([FactVerdict.New, FactVerdict.Known]);
        (await _rig.RecoverAsync(Fact(ConversationIndexTests.OtherTwin, 1))).ShouldBe([FactVerdict.Known]);
        _rig.Positions().Count().ShouldBe(3);
    }

    [Fact]
    public async Task Nothing_is_forgotten_while_events_go_to_the_table_nor_afterwards()
    {
        const int Count = ConversationIndex.Capacity + 36_000;
        await _rig.RecoverAsync(Fact("first", -30));
        for (var from = 1; from < Count; from += 12_000)
        {
            await _rig.DoAsync(Appends(12_000, from));
            await CheckAsync(from + 11_999);
        }

        _rig.Scalar("SELECT looked_up_through FROM mark").ShouldBe(ConversationIndex.Capacity);
        _rig.Scalar("SELECT count(*) FROM lookup").ShouldBe(ConversationIndex.Capacity);
        _rig.Scalar("SELECT count(DISTINCT position) FROM lookup").ShouldBe(ConversationIndex.Capacity);
        _rig.Scalar("SELECT count(DISTINCT day) FROM lookup").ShouldBe(2);
        await _rig.ReopenAsync();
        await CheckAsync(Count);

        async Task CheckAsync(int last)
        {
            var positions = _rig.Journal.Positions.Value;
            (await _rig.RecoverAsync(Fact("first", -30))).ShouldBe([FactVerdict.Known]);
            foreach (var sequence in (long[])[1, 2, 12_000, 12_001, 40_000, 65_535, 65_536, 65_537, 80_000, last])
            {
                if (sequence > last)
                    continue;
                (await _rig.RecoverAsync(Fact($"c{sequence}", sequence + 1))).ShouldBe([FactVerdict.Known], $"{sequence} of {last}");
                await _rig.DoAsync(LookUp(sequence, $"c{sequence}", sequence));
            }

            _rig.Journal.Positions.Value.ShouldBe(positions);
        }
    }

    [Fact]
    public async Task A_restart_in_the_middle_of_the_way_to_the_table_loses_nothing_and_doubles_nothing()
    {
        await _rig.DoAsync(Appends(ConversationIndex.Capacity));
        await _rig.DoAsync(Appends(1_000, from: ConversationIndex.Capacity + 1));
        _rig.Scalar("SELECT count(*) FROM lookup").ShouldBeInRange(1, ConversationIndex.Capacity - 1);
        _rig.Scalar("SELECT looked_up_through FROM mark").ShouldBe(0);
        await _rig.ReopenAsync();
        _rig.Scalar("SELECT looked_up_through FROM mark").ShouldBe(ConversationIndex.Capacity);
        _rig.Scalar("SELECT count(*) FROM lookup").ShouldBe(ConversationIndex.Capacity);
        (await _rig.RecoverAsync(Fact("c1", 1))).ShouldBe([FactVerdict.Known]);
        (await _rig.RecoverAsync(Fact("c66000", 66_000))).ShouldBe([FactVerdict.Known]);
    }

    [Fact]
    public async Task Released_events_are_put_where_they_are_found()
    {
        await _rig.DoAsync([.. Enumerable.Range(1, 20_000).Select(sequence => Append(sequence, held: true)), new JournalWork.Release(1, long.MaxValue), .. Appends(90_000, from: 20_001)]);
        _rig.Scalar("SELECT looked_up_through FROM mark").ShouldBe(ConversationIndex.Capacity);
        foreach (var sequence in (long[])[1, 19_999, 20_000, 20_001])
            (await _rig.RecoverAsync(Fact($"c{sequence}", sequence))).ShouldBe([FactVerdict.Known]);
    }

    [Fact]
    public async Task Fetched_events_go_out_in_their_place_among_the_held_and_those_beyond_wait()
    {
        await _rig.DoAsync(Append(10, held: true, atSeconds: 5), Append(12, held: true, atSeconds: 7), Append(15, held: true, atSeconds: 20));
        await _rig.DoAsync(Recover(true, Fact("late", 30)), Recover(true, Fact("between", 6)), Recover(true, Fact("equal", 7)), Recover(true, Fact("beyond", 7.5)), Recover(true, Fact("early", 1)));
        _rig.Entries().ShouldBeEmpty();
        await _rig.DoAsync(new JournalWork.Release(1, 12));
        Conversations().ShouldBe(["early", "c10", "between", "equal", "c12"]);
        await _rig.ReopenAsync();
        await _rig.DoAsync(new JournalWork.Release(1, 15));
        Conversations().Skip(5).ShouldBe(["beyond", "c15"]);
        await _rig.DoAsync(new JournalWork.Release(1, 16));
        Conversations().Count().ShouldBe(7);
        await _rig.DoAsync(new JournalWork.Release(1, long.MaxValue));
        Conversations().Skip(7).ShouldBe(["late"]);
        _rig.Scalar("SELECT count(*) FROM held").ShouldBe(0);
    }

    [Fact]
    public async Task Nothing_but_fetched_events_waits_for_the_end_of_the_hold()
    {
        await _rig.DoAsync(Recover(true, Fact("a", 6)), Recover(true, Fact("b", 5)), new JournalWork.Release(1, 9_000));
        Conversations().ShouldBeEmpty();
        await _rig.DoAsync(new JournalWork.Release(1, long.MaxValue));
        Conversations().ShouldBe(["b", "a"]);
    }

    [Fact]
    public async Task Fetched_events_of_an_earlier_epoch_go_out_before_the_new_one()
    {
        await _rig.DoAsync(Recover(true, Fact("old", 100)), Append(900, held: true, atSeconds: 90), Append(3, held: true, epoch: 2, atSeconds: 50), new JournalWork.Release(2, 3));
        Conversations().ShouldBe(["c900", "old", "c3"]);
    }

    [Fact]
    public async Task Conversations_that_something_was_fetched_of_are_known_after_a_restart_held_ones_too()
    {
        await _rig.DoAsync(Append(1), Recover(false, Fact("a", 6)), Append(2), Recover(false, Fact("b", 6)), Recover(true, Fact("c", 7)), Append(9, held: true), Recover(true, Fact("d", 7)));
        await _rig.ReopenAsync();
        _rig.Journal.ReadRecovered(10).ShouldBe(["d", "c", "b", "a"]);
        _rig.Journal.ReadRecovered(3).ShouldBe(["d", "c", "b"]);
        _rig.Journal.ReadRecovered(1).ShouldBe(["d"]);
    }

    [Fact]
    public async Task The_time_of_the_first_event_stays()
    {
        _rig.Journal.Read(reader => reader.ReadSince()).ShouldBeNull();
        await _rig.DoAsync(new JournalWork.Advance(new Mark(1, 4, null)));
        _rig.Journal.Read(reader => reader.ReadSince()).ShouldBeNull();
        await _rig.DoAsync(new JournalWork.Advance(new Mark(1, 5, Some.Time.AddSeconds(5))));
        await _rig.DoAsync(Append(9));
        await _rig.ReopenAsync();
        await _rig.DoAsync(Append(10));
        _rig.Journal.Read(reader => reader.ReadSince()).ShouldBe(Some.Time.AddSeconds(5));
    }

    private IEnumerable<string> Conversations() => _rig.Entries().Select(entry => entry.ConversationId);
}
