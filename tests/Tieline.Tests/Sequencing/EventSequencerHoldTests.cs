using Tieline.Sequencing;

namespace Tieline.Tests.Sequencing;

/// <summary>What comes behind a gap waits: first for the window, then for the backfill's answer, and never for longer than that.</summary>
public sealed class EventSequencerHoldTests : SequencerTests
{
    private static readonly TimeSpan _holdFor = TimeSpan.FromSeconds(5);

    public EventSequencerHoldTests() => Sequencer = new EventSequencer(Window, _holdFor);

    [Fact]
    public void A_hole_holds_for_its_window_and_then_for_the_backfill_counted_from_when_it_was_seen()
    {
        OfferAll(1, 3);
        var seen = Now;
        NextExpiry.ShouldBe(seen + Window);
        After(Window);
        Changes().ShouldBe(["Seen 1: 2", "Confirmed 1: 2"]);
        Held(1, 2, 3, 4).ShouldBe([2, 3, 4]);
        NextExpiry.ShouldBe(seen + _holdFor);
        After(_holdFor - Window - TimeSpan.FromTicks(1));
        Held(3, 4).ShouldBe([3, 4]);
        After(TimeSpan.FromTicks(1));
        Held(3, 4).ShouldBeEmpty();
        (Sequencer.IsHolding, NextExpiry, Sequencer.ReleasableThrough).ShouldBe((false, null, long.MaxValue));
        Changes().ShouldBeEmpty();
    }

    [Fact]
    public void While_no_ask_has_failed_a_gap_holds_for_longer_and_a_failed_one_ends_that()
    {
        Sequencer = new EventSequencer(Window, _holdFor, holdAtMost: TimeSpan.FromSeconds(30));
        OfferAll(1, 3);
        var seen = Now;
        After(Window);
        NextExpiry.ShouldBe(seen.AddSeconds(30));
        Sequencer.HeldSince.ShouldBe(seen.AsSteady());
        Sequencer.Refused(new HashSet<long> { 2 }, Now.AsMoment());
        NextExpiry.ShouldBe(seen.AddSeconds(30), "another gap's ask says nothing of this one");
        Sequencer.Refused(new HashSet<long> { 1 }, Now.AsMoment());
        NextExpiry.ShouldBe(seen + _holdFor);
        After(_holdFor - Window);
        Held(3, 4).ShouldBeEmpty();
        Sequencer.HeldSince.ShouldBeNull();
    }

    [Fact]
    public void An_ask_that_fails_later_than_that_lets_go_at_once_and_no_answer_at_the_second_limit()
    {
        Sequencer = new EventSequencer(Window, _holdFor, holdAtMost: TimeSpan.FromSeconds(30));
        OfferAll(1, 3);
        After(Window);
        After(TimeSpan.FromSeconds(10));
        Held(3).ShouldBe([3]);
        Sequencer.Refused(new HashSet<long> { 1 }, Now.AsMoment());
        Held(3).ShouldBeEmpty();
        OfferAll(6);
        After(TimeSpan.FromSeconds(30) - TimeSpan.FromTicks(1));
        Held(6).ShouldBe([6]);
        After(TimeSpan.FromTicks(1));
        Held(6).ShouldBeEmpty();
    }

    [Fact]
    public void An_answer_ends_the_hold_and_the_gap_still_knows_what_is_late()
    {
        OfferAll(1, 4);
        After(Window);
        Changes();
        Answered(1);
        Held(2, 3, 4, 5).ShouldBeEmpty();
        Changes().ShouldBeEmpty();
        Offer(3).ShouldBe(SequenceVerdict.Late);
        Changes().ShouldBe(["Shrunk 1: 2"]);
        Sequencer.IsHolding.ShouldBeFalse("late ones do not take the hold up again");
    }

    [Fact]
    public void An_answer_about_a_hole_that_is_not_confirmed_is_about_something_else()
    {
        OfferAll(1, 3);
        Answered(1);
        Held(3).ShouldBe([3]);
    }

    [Fact]
    public void An_answer_about_other_gaps_ends_no_hold()
    {
        OfferAll(1, 3);
        After(Window);
        Answered(2, 3);
        Held(3).ShouldBe([3]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void A_hold_no_longer_than_the_window_ends_with_it(double holdSeconds)
    {
        Sequencer = new EventSequencer(Window, TimeSpan.FromSeconds(holdSeconds));
        OfferAll(1, 3);
        After(Window - TimeSpan.FromTicks(1));
        Held(3).ShouldBe([3]);
        After(TimeSpan.FromTicks(1));
        Held(3).ShouldBeEmpty();
        Sequencer.IsHolding.ShouldBeFalse();
    }

    [Fact]
    public void Without_a_window_a_hole_is_confirmed_at_once_and_held_for_the_backfill()
    {
        Sequencer = new EventSequencer(TimeSpan.Zero, _holdFor);
        OfferAll(1, 3);
        Changes().ShouldBe(["Seen 1: 2", "Confirmed 1: 2"]);
        Held(3).ShouldBe([3]);
        NextExpiry.ShouldBe(Now + _holdFor);
    }

    [Fact]
    public void A_jump_after_a_reconnect_skips_the_window_and_holds()
    {
        OfferAll(1);
        Sequencer.Reconnected(Now.AsMoment());
        Sequencer.IsHolding.ShouldBeFalse("nothing is known to be missing");
        After(TimeSpan.FromSeconds(20));
        OfferAll(4);
        Changes().ShouldBe(["Seen 1: ", "Confirmed 1: ", "Confirmed 1: 2-3"]);
        Held(1, 2, 4, 5).ShouldBe([2, 4, 5]);
        NextExpiry.ShouldBe(Now + _holdFor, "the hole was seen when the numbers jumped, not when the connection was back");
        Answered(1);
        Sequencer.IsHolding.ShouldBeFalse();
    }

    [Fact]
    public void A_span_without_a_connection_that_cost_nothing_holds_nothing()
    {
        OfferAll(1);
        Sequencer.Reconnected(Now.AsMoment());
        OfferAll(2, 3);
        Held(2, 3).ShouldBeEmpty();
    }

    [Fact]
    public void A_jump_after_a_restart_holds()
    {
        Sequencer.Restore(new Mark(1, 10, TimeOf(10)), [], nextGap: 1, Now.AsMoment());
        Sequencer.Reconnected(Now.AsMoment());
        Offer(13);
        Gaps().ShouldBe([(GapReason.Restart, GapChangeKind.Seen), (GapReason.Restart, GapChangeKind.Confirmed), (GapReason.Restart, GapChangeKind.Confirmed)]);
        Held(10, 11, 13).ShouldBe([11, 13]);
    }

    [Fact]
    public void What_an_earlier_run_held_for_the_backfill_is_held_until_it_is_answered_or_its_time_is_over()
    {
        var seen = new Gap(1, 1, GapReason.Hole, [new SequenceRange(5, 6)], TimeOf(4), TimeOf(7), Now);
        var confirmed = new Gap(2, 1, GapReason.Hole, [new SequenceRange(8, 8)], TimeOf(7), TimeOf(9), Now);
        confirmed.Confirm(Now);
        Sequencer.Restore(new Mark(1, 9, TimeOf(9)), [seen, confirmed], nextGap: 3, Now.AsMoment());
        Changes().ShouldBe(["Confirmed 1: 5-6"]);
        Held(4, 5, 7, 9, 10).ShouldBe([5, 7, 9, 10]);
        NextExpiry.ShouldBe(Now + _holdFor);
        Answered(1);
        Held(5, 7, 8, 9).ShouldBe([8, 9]);
        After(_holdFor);
        (Sequencer.IsHolding, Sequencer.ReleasableThrough).ShouldBe((false, long.MaxValue));
    }

    [Theory]
    [InlineData("its time is over", "Hole", 2, 5, false)]
    [InlineData("it was answered", "Hole", 2, 0, true)]
    [InlineData("it came, and could not be read", "Unreadable", 2, 0, false)]
    [InlineData("so little is tolerated", "Hole", 1, 0, false)]
    [InlineData("only its time is known", "Renumbered", 0, 0, false)]
    public void Of_what_an_earlier_run_held_nothing_waits_for_a_gap_when(string why, string reason, int missing, double secondsAgo, bool isAnswered)
    {
        Sequencer = new EventSequencer(Window, _holdFor, tolerance: 1);
        var gap = new Gap(1, 1, Enum.Parse<GapReason>(reason), missing == 0 ? [] : [new SequenceRange(5, 4 + missing)], TimeOf(4), TimeOf(7), Now.AddSeconds(-secondsAgo)) { IsAnswered = isAnswered };
        gap.Confirm(gap.SeenAt);
        Sequencer.Restore(new Mark(1, 9, TimeOf(9)), [gap], nextGap: 2, Now.AsMoment());
        Sequencer.IsHolding.ShouldBeFalse(why);
    }

    [Fact]
    public void More_gaps_than_are_remembered_that_an_earlier_run_left_unconfirmed_are_all_confirmed_and_held_for()
    {
        var gaps = Enumerable.Range(1, 1_100).Select(number => new Gap(number, 1, GapReason.Hole, [new SequenceRange(number * 2, number * 2)], TimeOf(0), TimeOf(1), Now));
        Sequencer.Restore(new Mark(1, 2_201, TimeOf(1)), gaps, nextGap: 1_101, Now.AsMoment());
        Changes().Count().ShouldBe(1_100);
        Sequencer.ReleasableThrough.ShouldBe(1);
    }

    [Fact]
    public void A_frame_that_cannot_be_read_holds_nothing()
    {
        OfferAll(1);
        Sequencer.Refuse(2, Now.AsMoment());
        Offer(3);
        Held(2, 3).ShouldBeEmpty();
    }

    [Fact]
    public void A_numbering_that_starts_again_holds_the_new_epoch_and_nothing_of_the_old()
    {
        OfferAll(10, 12);
        Sequencer.Offer(3, At(20), Now.AsMoment()).ShouldBe(SequenceVerdict.NewEpoch);
        Sequencer.Epoch.ShouldBe(2);
        Held(3, 4).ShouldBe([3, 4]);
        Sequencer.ReleasableThrough.ShouldBe(2);
        NextExpiry.ShouldBe(Now + _holdFor);
        Sequencer.TakeChanges().Where(change => change.Kind == GapChangeKind.Confirmed).Select(change => change.Gap.HoldsFrom).ShouldBe([null, 3]);
        Answered(2);
        Held(3, 4).ShouldBeEmpty();
    }

    [Fact]
    public void A_numbering_that_starts_again_holds_until_its_time_is_over()
    {
        OfferAll(10);
        Sequencer.Offer(0, At(20), Now.AsMoment()).ShouldBe(SequenceVerdict.NewEpoch);
        Sequencer.IsHeld(0).ShouldBeTrue();
        After(_holdFor);
        Sequencer.IsHeld(0).ShouldBeFalse();
    }

    [Fact]
    public void A_late_one_lets_go_what_waited_for_it_alone()
    {
        OfferAll(1, 5);
        After(Window);
        Offer(3).ShouldBe(SequenceVerdict.Late);
        Sequencer.ReleasableThrough.ShouldBe(1);
        Offer(2).ShouldBe(SequenceVerdict.Late);
        Sequencer.ReleasableThrough.ShouldBe(3);
        Offer(4).ShouldBe(SequenceVerdict.Late);
        Sequencer.IsHolding.ShouldBeFalse();
        Changes().Last().ShouldBe("Filled 1: ");
    }

    [Fact]
    public void Of_several_gaps_the_lowest_that_holds_counts()
    {
        OfferAll(1, 3);
        After(TimeSpan.FromSeconds(1));
        OfferAll(5);
        After(TimeSpan.FromSeconds(1)); // the first is confirmed
        Sequencer.Refuse(6, Now.AsMoment());
        OfferAll(8);
        Held(3, 5, 6, 8).ShouldBe([3, 5, 6, 8]);
        Answered(1);
        Sequencer.ReleasableThrough.ShouldBe(3);
        After(TimeSpan.FromSeconds(2)); // all are
        Answered(4);
        Sequencer.ReleasableThrough.ShouldBe(3);
        Answered(2);
        (Sequencer.IsHolding, Sequencer.ReleasableThrough).ShouldBe((false, long.MaxValue));
    }

    [Fact]
    public void A_gap_that_is_closed_holds_no_longer_and_what_comes_for_it_is_old()
    {
        OfferAll(1, 4);
        After(Window);
        Sequencer.Forget(new HashSet<long> { 1 });
        Sequencer.IsHolding.ShouldBeFalse();
        Offer(3).ShouldBe(SequenceVerdict.Old);
    }

    [Fact]
    public void A_span_that_is_closed_stays_closed_and_a_jump_behind_it_is_a_gap_of_its_own()
    {
        OfferAll(1);
        Sequencer.Reconnected(Now.AsMoment());
        Sequencer.Forget(new HashSet<long> { 1 });
        Changes();
        OfferAll(4);
        Gaps().ShouldBe([(GapReason.Reconnect, GapChangeKind.Seen), (GapReason.Reconnect, GapChangeKind.Confirmed)]);
        Held(4).ShouldBe([4]);
    }

    [Theory]
    [InlineData(2, true)]
    [InlineData(3, true)]
    [InlineData(4, false)]
    public void A_gap_within_the_tolerance_is_on_record_and_holds_only_for_its_window(long missing, bool isTolerated)
    {
        Sequencer = new EventSequencer(Window, _holdFor, tolerance: 3);
        OfferAll(1, missing + 2);
        Held(missing + 2).ShouldBe([missing + 2], "it may still be a reordering");
        After(Window);
        var gap = Sequencer.TakeChanges()[^1].Gap;
        (gap.IsTolerated, gap.MissingCount, gap.ConfirmedAt).ShouldBe((isTolerated, missing, Now));
        Sequencer.IsHeld(missing + 2).ShouldBe(!isTolerated);
        Offer(2).ShouldBe(SequenceVerdict.Late);
    }

    [Fact]
    public void What_came_within_the_window_does_not_count_against_the_tolerance()
    {
        Sequencer = new EventSequencer(Window, _holdFor, tolerance: 2);
        OfferAll(1, 5, 3);
        After(Window);
        Sequencer.TakeChanges()[^1].Gap.IsTolerated.ShouldBeTrue();
    }

    [Theory]
    [InlineData(3, false)]
    [InlineData(4, true)]
    public void A_span_without_a_connection_is_fetched_whatever_the_tolerance_which_only_says_whether_to_wait(long jump, bool isHeld)
    {
        Sequencer = new EventSequencer(Window, _holdFor, tolerance: 2);
        OfferAll(1);
        Sequencer.Reconnected(Now.AsMoment());
        OfferAll(1 + jump);
        Sequencer.TakeChanges()[^1].Gap.IsTolerated.ShouldBeFalse();
        Sequencer.IsHeld(1 + jump).ShouldBe(isHeld);
    }

    [Fact]
    public void A_span_that_somebody_asks_for_is_a_gap_that_holds_nothing()
    {
        OfferAll(1);
        Sequencer.Request(TimeOf(-3_600), TimeOf(-1_800), Now.AsMoment()).ShouldBe(1);
        var changes = Sequencer.TakeChanges();
        changes.Select(change => change.Kind).ShouldBe([GapChangeKind.Seen, GapChangeKind.Confirmed]);
        var gap = changes[^1].Gap;
        (gap.Reason, gap.From, gap.To, gap.First, gap.IsTolerated, gap.HoldsFrom).ShouldBe((GapReason.Manual, TimeOf(-3_600), TimeOf(-1_800), null, false, null));
        Offer(3);
        Changes().ShouldBe(["Seen 2: 2"]);
    }

    [Fact]
    public void A_span_begins_no_later_than_when_something_was_last_heard_though_an_events_time_lies_ahead()
    {
        Sequencer.Offer(1, At(3_600 + 7_200), Now.AsMoment());
        var heard = Now;
        After(TimeSpan.FromMinutes(10));
        Sequencer.Reconnected(Now.AsMoment());
        var span = Sequencer.TakeChanges()[^1].Gap;
        (span.From, span.To).ShouldBe((heard, Now));
    }

    [Fact]
    public void More_gaps_than_are_remembered_are_all_held_for()
    {
        for (var number = 1; number <= 2_203; number += 2)
            Offer(number);
        After(Window);
        Sequencer.ReleasableThrough.ShouldBe(1);
        Offer(2).ShouldBe(SequenceVerdict.Late);
        Sequencer.ReleasableThrough.ShouldBe(3);
        After(_holdFor - Window);
        Sequencer.IsHolding.ShouldBeFalse();
    }

    private void Answered(params long[] gaps) => Sequencer.Answered(gaps.ToHashSet());
}
