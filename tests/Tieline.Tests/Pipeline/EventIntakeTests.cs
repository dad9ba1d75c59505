using System.Diagnostics.Metrics;
using Tieline.Events;
using Tieline.Journal;
using Tieline.Sequencing;
using Tieline.TestKit;

namespace Tieline.Tests.Pipeline;

public sealed class EventIntakeTests
{
    [Fact]
    public async Task In_order_everything_kept_goes_out_at_once_and_what_the_filter_drops_moves_the_mark()
    {
        await using var rig = new IntakeRig();
        await rig.OfferAsync(Kept(1), Dropped(2), Kept(3), Dropped(4));
        (await rig.DeliverableAsync()).ShouldBe([1, 3]);
        rig.Journal.Counters.Mark.Sequence.ShouldBe(3);
        await rig.Intake.MarkAsync(rig.Limit);
        await rig.DeliverableAsync();
        rig.Journal.Counters.Mark.Sequence.ShouldBe(4);
        (await rig.GapsAsync()).ShouldBeEmpty();
        (rig.Specification.TotalEvents, rig.Specification.LastSequence, rig.Specification.SequenceGaps).ShouldBe((2, 4, 0));
    }

    [Fact]
    public async Task Behind_a_hole_events_are_journaled_at_once_and_go_out_by_time_when_its_window_is_over()
    {
        await using var rig = new IntakeRig();
        await rig.OfferAsync(Kept(1), Kept(4, milliseconds: 9), Kept(5, milliseconds: 7));
        (await rig.DeliverableAsync()).ShouldBe([1]);
        (await rig.HeldAsync()).ShouldBe([4, 5]);
        (await rig.GapsAsync()).ShouldBe(["hole seen 2-3"]);
        rig.Journal.Counters.Mark.Sequence.ShouldBe(5);
        await rig.ExpireAsync(1.999);
        (await rig.HeldAsync()).Count.ShouldBe(2);
        await rig.ExpireAsync(0.001);
        (await rig.DeliverableAsync()).ShouldBe([1, 5, 4]);
        (await rig.HeldAsync()).ShouldBeEmpty();
        (await rig.GapsAsync()).ShouldBe(["hole open 2-3"]);
        rig.Specification.SequenceGaps.ShouldBe(1);
        rig.Rows("SELECT detail FROM fact WHERE kind = 'gap-detected'", row => row.GetString(0)).ShouldHaveSingleItem().ShouldContain("\"missing\":2");
    }

    [Fact]
    public async Task Reordered_within_the_window_all_goes_out_in_order_and_no_gap_remains()
    {
        await using var rig = new IntakeRig();
        await rig.OfferAsync(Kept(1), Kept(4), Kept(3));
        (await rig.DeliverableAsync()).ShouldBe([1]);
        await rig.OfferAsync(Kept(2), Kept(5));
        (await rig.DeliverableAsync()).ShouldBe([1, 2, 3, 4, 5]);
        (await rig.GapsAsync()).ShouldBeEmpty();
        rig.Specification.SequenceGaps.ShouldBe(0);
        rig.Rows("SELECT 1 FROM fact WHERE kind LIKE 'gap%'", _ => 1).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_dropped_event_fills_the_hole_and_lets_go_what_waited()
    {
        await using var rig = new IntakeRig();
        await rig.OfferAsync(Kept(1), Kept(3), Dropped(2));
        (await rig.DeliverableAsync()).ShouldBe([1, 3]);
        (await rig.GapsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_repeat_that_fills_the_hole_lets_go_what_waited_before_anything_newer()
    {
        await using var rig = new IntakeRig();
        await rig.OfferAsync(Frame(1, "same"), Kept(3), Frame(2, "same"), Kept(4));
        (await rig.DeliverableAsync()).ShouldBe([1, 3, 4]);
    }

    [Fact]
    public async Task An_event_that_comes_after_its_gap_was_confirmed_goes_out_and_fills_it()
    {
        await using var rig = new IntakeRig();
        await rig.OfferAsync(Kept(1), Kept(3));
        await rig.ExpireAsync(2);
        await rig.OfferAsync(Kept(2));
        (await rig.DeliverableAsync()).ShouldBe([1, 3, 2]);
        (await rig.GapsAsync()).ShouldBe(["hole filled"]);
    }

    [Fact]
    public async Task A_repeat_by_number_or_by_id_is_dropped_and_counted()
    {
        await using var rig = new IntakeRig();
        using var duplicates = new Counted(rig, "tieline.events.duplicates");
        await rig.OfferAsync(Kept(1), Kept(2), Kept(2), Kept(1), Frame(3, "c1"), Frame(4, "c4"));
        (await rig.DeliverableAsync()).ShouldBe([1, 2, 4]);
        duplicates.Total.ShouldBe(3);
        (await rig.GapsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_old_number_with_an_unknown_id_is_kept()
    {
        await using var rig = new IntakeRig();
        await rig.OfferAsync(Kept(1), Kept(2), Frame(1, "another", milliseconds: 0));
        (await rig.DeliverableAsync()).ShouldBe([1, 2, 1]);
    }

    [Fact]
    public async Task A_numbering_that_starts_again_lets_go_what_was_held_first_and_is_listed()
    {
        await using var rig = new IntakeRig();
        await rig.OfferAsync(Kept(100), Kept(102), Frame(1, "new", milliseconds: 5_000), Frame(2, "newer", milliseconds: 5_001));
        (await rig.DeliverableAsync()).ShouldBe([100, 102, 1, 2]);
        (await rig.GapsAsync()).ShouldBe(["hole open 101", "renumbered open"]);
        rig.Journal.Counters.Mark.Epoch.ShouldBe(2);
        rig.Logs.Has(6102).ShouldBeTrue();
    }

    [Fact]
    public async Task A_frame_that_cannot_be_read_is_counted_and_listed_if_it_has_a_number_and_holds_up_nothing()
    {
        await using var rig = new IntakeRig();
        using var faults = new Counted(rig, "tieline.source.frame.faults");
        await rig.OfferAsync(Kept(1));
        await rig.OfferAsync("not json");
        await rig.OfferAsync("[]");
        await rig.OfferAsync("""{"type":"heartbeat"}""");
        await rig.OfferAsync("""{"sequence":2,"type":"conversation.state","state":"completed","timestamp":"2026-03-02T09:00:00Z"}""");
        await rig.OfferAsync("""{"sequence":3,"type":"conversation.state","state":"completed","conversationId":"c3","timestamp":"yesterday"}""");
        await rig.OfferAsync(Kept(4));
        rig.Intake.OnRefused(FrameFault.TooBig);
        (await rig.DeliverableAsync()).ShouldBe([1, 4]);
        (await rig.GapsAsync()).ShouldBe(["unreadable open 2-3"]);
        faults.Total.ShouldBe(6);
        rig.Logs.Lines.Count(line => line.EventId == 6103).ShouldBe(1);
    }

    [Fact]
    public async Task A_hole_across_a_reconnect_is_a_gap_at_once_and_holds_nothing()
    {
        await using var rig = new IntakeRig();
        rig.Intake.OnConnected(continuous: false);
        await rig.OfferAsync(Kept(1));
        rig.Intake.OnDisconnected();
        rig.Intake.OnConnected(continuous: false);
        await rig.OfferAsync(Kept(5), Kept(6));
        (await rig.DeliverableAsync()).ShouldBe([1, 5, 6]);
        (await rig.GapsAsync()).ShouldBe(["start open", "reconnect open 2-4"]);
    }

    [Fact]
    public async Task A_hole_after_a_socket_took_over_from_a_live_one_may_still_fill_itself()
    {
        await using var rig = new IntakeRig();
        await rig.OfferAsync(Kept(1));
        rig.Intake.OnConnected(continuous: true);
        await rig.OfferAsync(Kept(3));
        (await rig.GapsAsync()).ShouldBe(["hole seen 2"]);
    }

    [Fact]
    public async Task With_a_window_of_zero_nothing_is_ever_held()
    {
        await using var rig = new IntakeRig(windowSeconds: 0);
        await rig.OfferAsync(Kept(1), Kept(3));
        (await rig.DeliverableAsync()).ShouldBe([1, 3]);
        (await rig.GapsAsync()).ShouldBe(["hole open 2"]);
    }

    [Fact]
    public async Task A_restart_goes_on_from_the_mark_lists_what_was_missed_and_knows_repeats()
    {
        await using var rig = new IntakeRig();
        await rig.OfferAsync(Kept(1), Kept(2));
        await rig.RestartAsync();
        rig.Specification.LastSequence.ShouldBe(0, "the six figures start at 0");
        rig.Intake.LastSequence.ShouldBe(2);
        await rig.OfferAsync(Kept(2), Kept(6));
        (await rig.DeliverableAsync()).ShouldBe([1, 2, 6]);
        (await rig.GapsAsync()).ShouldBe(["restart open 3-5"]);
    }

    [Fact]
    public async Task A_restart_lets_go_what_was_held_and_confirms_its_hole()
    {
        await using var rig = new IntakeRig();
        await rig.OfferAsync(Kept(1), Kept(4, milliseconds: 9), Kept(5, milliseconds: 8));
        await rig.RestartAsync();
        await rig.Intake.ExpireAsync(rig.Limit);
        await rig.OfferAsync(Kept(6));
        (await rig.DeliverableAsync()).ShouldBe([1, 5, 4, 6]);
        (await rig.GapsAsync()).ShouldBe(["hole open 2-3"]);
    }

    [Fact]
    public async Task A_crash_between_a_gaps_record_and_the_event_behind_it_loses_neither()
    {
        await using var rig = new IntakeRig();
        await rig.OfferAsync(Kept(1));
        rig.StartWriting();
        var gap = new Gap(1, 1, GapReason.Hole, [new SequenceRange(2, 3)], null, null, rig.Time.GetUtcNow());
        await rig.Journal.PostAsync(new JournalWork.RecordGap(new GapChange(gap, GapChangeKind.Seen)), rig.Limit);
        await rig.RestartAsync(); // 4 was not journaled
        await rig.OfferAsync(Kept(5));
        (await rig.DeliverableAsync()).ShouldBe([1, 5]);
        (await rig.GapsAsync()).ShouldBe(["hole open 2-3", "restart open 4"]);
    }

    [Fact]
    public async Task After_a_restart_a_repeat_from_before_the_last_gap_starts_no_new_epoch()
    {
        await using var rig = new IntakeRig();
        await rig.OfferAsync(Kept(1), Dropped(2), Dropped(3), Dropped(4)); // the mark is durable at 1
        await rig.OfferAsync("""{"sequence":5,"type":"conversation.state","state":"completed","timestamp":"2026-03-02T09:00:00Z"}""");
        await rig.RestartAsync();
        await rig.OfferAsync(Dropped(3), Kept(6));
        (await rig.DeliverableAsync()).ShouldBe([1, 6]);
        (await rig.GapsAsync()).ShouldBe(["unreadable open 5"]);
        rig.Journal.Counters.Mark.Epoch.ShouldBe(1);
    }

    [Fact]
    public async Task A_gap_recorded_before_the_first_event_survives_a_restart()
    {
        await using var rig = new IntakeRig();
        await rig.OfferAsync("""{"sequence":7,"type":"conversation.state","state":"completed","timestamp":"2026-03-02T09:00:00Z"}""");
        await rig.RestartAsync();
        await rig.OfferAsync(Kept(8), Kept(10));
        await rig.ExpireAsync(2);
        (await rig.DeliverableAsync()).ShouldBe([8, 10]);
        (await rig.GapsAsync()).ShouldBe(["unreadable open 7", "hole open 9"]);
    }

    [Fact]
    public async Task While_the_journal_has_no_room_a_frames_task_waits_and_nothing_is_lost_or_reordered()
    {
        await using var rig = new IntakeRig();
        var offered = 0L;
        Task waiting;
        do
            waiting = rig.Intake.OnFrameAsync(Kept(++offered), rig.Limit).AsTask();
        while (waiting.IsCompleted && offered < 100_000);
        offered.ShouldBeInRange(4_096, 10_000);
        waiting.IsCompleted.ShouldBeFalse();
        rig.StartWriting();
        await waiting;
        await rig.OfferAsync(Kept(++offered));
        (await rig.DeliverableAsync()).ShouldBe(Enumerable.Range(1, (int)offered).Select(n => (long?)n));
    }

    [Fact]
    public async Task Personal_data_does_not_reach_the_journal()
    {
        await using var rig = new IntakeRig();
        await rig.OfferAsync("""
            {"sequence":1,"type":"routing.queue","conversationId":"c1","timestamp":"2026-03-02T09:00:00Z","participants":[{"id":"p1","role":"customer","identity":"dana@example.com","name":"Dana"}]}
            """);
        await rig.DeliverableAsync();
        rig.Rows("SELECT participants FROM event", row => row.GetString(0)).ShouldHaveSingleItem().ShouldMatch("""^\[\{"id":"p1","role":"customer","identity":"h:[0-9a-f]{16}"\}\]$""");
    }

    internal static byte[] Kept(long sequence, double? milliseconds = null) => Frame(sequence, $"c{sequence}", milliseconds: milliseconds);

    internal static byte[] Dropped(long sequence) => Some.Frame(sequence, $"c{sequence}", state: "active", at: TimeSpan.FromMilliseconds(sequence));

    internal static byte[] Frame(long sequence, string conversation, double? milliseconds = null) =>
        Some.Frame(sequence, conversation, at: TimeSpan.FromMilliseconds(milliseconds ?? sequence));

    /// <summary>What one of the rig's counters has come to.</summary>
    private sealed class Counted : IDisposable
    {
        private readonly MeterListener _listener = new();
        private long _total;

        public Counted(IntakeRig rig, string name)
        {
            Instrument[] ours = [rig.Metrics.Duplicates, rig.Metrics.FrameFaults];
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == name && ours.Contains(instrument))
                    listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref _total, value));
            _listener.Start();
        }

        public long Total => Interlocked.Read(ref _total);

        public void Dispose() => _listener.Dispose();
    }
}
