using System.Text;
using Tieline.Events;
using Tieline.Sequencing;

namespace Tieline.Tests.Sequencing;

/// <summary>Numberings that start again, reconnects and restarts.</summary>
public sealed class EventSequencerEpochTests : SequencerTests
{
    [Fact]
    public void Reconnected_IsAGapAtOnce_KnownByTimeUntilNumbersJump_AndTheNextJumpIsAHoleAgain()
    {
        OfferAll(1);
        Sequencer.Reconnected(Now.AsMoment());
        var span = Sequencer.TakeChanges()[^1].Gap;
        (span.Reason, span.First, span.From, span.To, span.SeenAt, span.ConfirmedAt).ShouldBe((GapReason.Reconnect, null, TimeOf(1), Now, Now, Now));
        OfferAll(4, 6);
        Changes().ShouldBe(["Confirmed 1: 2-3", "Seen 2: 5"]);
    }

    [Fact]
    public void Reconnected_WithoutAJump_IsAGapOfTimeOnly()
    {
        OfferAll(1);
        Sequencer.Reconnected(Now.AsMoment());
        OfferAll(2, 4);
        Changes().ShouldBe(["Seen 1: ", "Confirmed 1: ", "Seen 2: 3"]);
    }

    [Fact]
    public void Reconnected_BeforeTheFirstEventEver_IsAGapFromTheFirstSubscriptionToThatEvent()
    {
        var subscribed = Now;
        Sequencer.Reconnected(Now.AsMoment());
        Sequencer.TakeChanges().ShouldBeEmpty("nothing is known to have been missed");
        Now += TimeSpan.FromMinutes(1);
        Sequencer.Reconnected(Now.AsMoment());
        Now += TimeSpan.FromMinutes(1);
        Sequencer.Offer(7, Encoding.UTF8.GetBytes(EventTime.ToText(Now.AddSeconds(-1))), Now.AsMoment()).ShouldBe(SequenceVerdict.Next);
        var gap = Sequencer.TakeChanges()[^1].Gap;
        (gap.Reason, gap.From, gap.To, gap.First, Sequencer.IsHolding).ShouldBe((GapReason.Start, subscribed, Now.AddSeconds(-1), null, false));
        Offer(8);
        Sequencer.TakeChanges().ShouldBeEmpty();
    }

    /// <summary>One event of the year 2000 made 66 calls, and its gap reached back for 26 years.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Offer_AnEventThatIsDatedYearsAgo_BoundsAGapByWhenItCame(bool isBefore)
    {
        var old = new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var came = Now;
        Sequencer.Offer(1, Encoding.UTF8.GetBytes(EventTime.ToText(isBefore ? old : came)), came.AsMoment());
        Now += TimeSpan.FromSeconds(5);
        Sequencer.Offer(3, Encoding.UTF8.GetBytes(EventTime.ToText(isBefore ? Now : old)), Now.AsMoment()).ShouldBe(SequenceVerdict.Next);
        var gap = Sequencer.TakeChanges().Single(change => change.Kind == GapChangeKind.Seen).Gap;
        (gap.From, gap.To).ShouldBe((came, Now));
        Sequencer.Offer(2, Encoding.UTF8.GetBytes(EventTime.ToText(old)), Now.AsMoment()).ShouldBe(SequenceVerdict.Late);
        Sequencer.Offer(1, Encoding.UTF8.GetBytes(EventTime.ToText(old)), Now.AsMoment()).ShouldBe(SequenceVerdict.Old, "a copy of years ago begins no new numbering");
    }

    [Fact]
    public void Refuse_TheFirstFrameEver_IsPrecededByTheSameGap()
    {
        Sequencer.Reconnected(Now.AsMoment());
        Sequencer.Refuse(7, Now.AddSeconds(9).AsMoment());
        Gaps().Where(gap => gap.Kind == GapChangeKind.Confirmed).Select(gap => gap.Reason).ShouldBe([GapReason.Start, GapReason.Unreadable]);
    }

    [Fact]
    public void Offer_ATimeThatIsNotBelieved_BoundsAGapWhereNoOtherDoes()
    {
        var ahead = Now.AddDays(5);
        Sequencer.Offer(1, Encoding.UTF8.GetBytes(EventTime.ToText(ahead)), Now.AsMoment());
        Sequencer.Offer(4, Encoding.UTF8.GetBytes(EventTime.ToText(ahead.AddSeconds(2))), Now.AsMoment());
        var gap = Sequencer.TakeChanges()[^1].Gap;
        (gap.From, gap.To, Sequencer.Mark.OccurredAt).ShouldBe((ahead, ahead.AddSeconds(2), null));
    }

    [Fact]
    public void Reconnected_AgainBeforeAnEvent_IsTheSameGapWhichGoesOn()
    {
        OfferAll(1);
        Sequencer.Reconnected(Now.AsMoment());
        Now += TimeSpan.FromMinutes(1);
        Sequencer.Reconnected(Now.AsMoment());
        var span = Sequencer.TakeChanges()[^1];
        (span.Kind, span.Gap.Number, span.Gap.From, span.Gap.To, span.Gap.SeenAt).ShouldBe((GapChangeKind.Extended, 1, TimeOf(1), Now, Now));
        Sequencer.Reconnected(Now.AsMoment());
        OfferAll(3);
        Changes().ShouldBe(["Extended 1: ", "Confirmed 1: 2"]);
    }

    [Fact]
    public void Reconnected_RepeatsAndLateOnesFirst_TheJumpBehindThemIsStillTheReconnects()
    {
        OfferAll(1, 3);
        Changes();
        Sequencer.Reconnected(Now.AsMoment());
        OfferAll(3, 2, 1, 8);
        Changes().ShouldBe(["Seen 2: ", "Confirmed 2: ", "Filled 1: ", "Confirmed 2: 4-7"]);
    }

    [Fact]
    public void Offer_AnOldNumberWithALaterTime_StartsAnEpochAndGivesUpOldHoles()
    {
        OfferAll(10, 12);
        Changes();
        Sequencer.Offer(1, At(20), Now.AsMoment()).ShouldBe(SequenceVerdict.NewEpoch);
        var changes = Sequencer.TakeChanges();
        changes.Select(change => (change.Gap.Reason, change.Kind)).ShouldBe(
            [(GapReason.Hole, GapChangeKind.Confirmed), (GapReason.Renumbered, GapChangeKind.Seen), (GapReason.Renumbered, GapChangeKind.Confirmed)]);
        var between = changes[^1].Gap;
        (between.Epoch, between.First, between.Last, between.MissingCount, between.From, between.To).ShouldBe((1, null, null, 0, TimeOf(12), TimeOf(20)));
        Sequencer.Mark.ShouldBe(new Mark(2, 1, TimeOf(20)));
        Sequencer.IsHeld(1).ShouldBeFalse();
        Sequencer.Offer(11, At(30), Now.AsMoment()).ShouldBe(SequenceVerdict.Next);
        Changes().ShouldBe(["Seen 3: 2-10"]);
    }

    [Theory]
    [InlineData("2026-03-02T09:00:09.000Z")]
    [InlineData("2026-03-02T09:00:08.999Z")]
    [InlineData("")]
    [InlineData("later than that")]
    [InlineData("9999-12-31T23:59:59.999Z")]
    [InlineData("2026-03-03T10:00:00.001Z")]
    public void Offer_AnOldNumberWithoutALaterTime_IsOld(string timestamp)
    {
        OfferAll(8, 9);
        Sequencer.Offer(5, Encoding.UTF8.GetBytes(timestamp), Now.AsMoment()).ShouldBe(SequenceVerdict.Old);
        Sequencer.Mark.ShouldBe(new Mark(1, 9, TimeOf(9)));
        Changes().ShouldBeEmpty();
    }

    [Fact]
    public void Offer_ARepeatOfAnEventWithALaterTimeThanTheLast_IsOldAndNoEpoch()
    {
        // Numbers are given in the order of sending: times may lie otherwise by some milliseconds. Two sockets that overlap repeat every event.
        Sequencer.Offer(1, At(1), Now.AsMoment());
        Sequencer.Offer(2, At(3), Now.AsMoment());
        Sequencer.Offer(3, At(2), Now.AsMoment());
        Sequencer.Offer(2, At(3), Now.AsMoment()).ShouldBe(SequenceVerdict.Old);
        Sequencer.Epoch.ShouldBe(1);
    }

    [Fact]
    public void Offer_ARepeatOfALateOneWithALaterTimeThanTheLast_IsOldAndNoEpoch()
    {
        Sequencer.Offer(1, At(1), Now.AsMoment());
        Sequencer.Offer(3, At(3), Now.AsMoment());
        Sequencer.Offer(2, At(4), Now.AsMoment()).ShouldBe(SequenceVerdict.Late);
        Sequencer.Offer(2, At(4), Now.AsMoment()).ShouldBe(SequenceVerdict.Old);
    }

    [Theory]
    [InlineData("9999-12-31T23:59:59.999Z")]
    [InlineData("not a time")]
    [InlineData("")]
    public void Offer_AnAbsurdTimeInOrder_DoesNotHideALaterRenumbering(string absurd)
    {
        Sequencer.Offer(8, At(8), Now.AsMoment());
        Sequencer.Offer(9, Encoding.UTF8.GetBytes(absurd), Now.AsMoment()).ShouldBe(SequenceVerdict.Next);
        Sequencer.Mark.ShouldBe(new Mark(1, 9, TimeOf(8)));
        Sequencer.Offer(1, At(10), Now.AsMoment()).ShouldBe(SequenceVerdict.NewEpoch);
    }

    [Fact]
    public void Restore_TheFirstJump_IsTheRestarts()
    {
        Sequencer.Restore(new Mark(3, 10, TimeOf(10)), [], nextGap: 8, Now.AsMoment());
        Sequencer.Epoch.ShouldBe(3);
        Offer(13).ShouldBe(SequenceVerdict.Next);
        var gap = Sequencer.TakeChanges()[^1].Gap;
        (gap.Number, gap.Epoch, gap.Reason, gap.First, gap.Last, gap.From).ShouldBe((8, 3, GapReason.Restart, 11, 12, TimeOf(10)));
        gap.ConfirmedAt.ShouldBe(Now);
    }

    [Fact]
    public void Restore_AHoleThatWasNotConfirmed_IsConfirmedNow()
    {
        var seen = new Gap(4, 1, GapReason.Hole, [new SequenceRange(5, 6), new SequenceRange(8, 8)], TimeOf(4), TimeOf(9), Now, 5, 8);
        Sequencer.Restore(new Mark(1, 9, TimeOf(9)), [seen], nextGap: 5, Now.AsMoment());
        Changes().ShouldBe(["Confirmed 4: 5-6,8"]);
        Sequencer.IsHolding.ShouldBeFalse();
        Offer(8).ShouldBe(SequenceVerdict.Late);
        Changes().ShouldBe(["Shrunk 4: 5-6"]);
    }

    [Fact]
    public void Restore_TheMarkBehindARecordedGap_GoesOnBehindTheGap()
    {
        var recorded = new Gap(1, 1, GapReason.Hole, [new SequenceRange(5, 6)], TimeOf(4), TimeOf(7), Now);
        Sequencer.Restore(new Mark(1, 4, TimeOf(4)), [recorded], nextGap: 2, Now.AsMoment());
        Changes().ShouldBe(["Confirmed 1: 5-6"]);
        Sequencer.Last.ShouldBe(6);
        Offer(7).ShouldBe(SequenceVerdict.Next);
        Changes().ShouldBeEmpty();
        Offer(5).ShouldBe(SequenceVerdict.Late);
    }

    [Fact]
    public void Restore_GapsOfAnEarlierEpochOrKnownByTimeOnly_TakeNoNumbers()
    {
        var earlier = new Gap(1, 1, GapReason.Hole, [new SequenceRange(5, 900)], TimeOf(4), TimeOf(7), Now);
        var byTime = new Gap(2, 2, GapReason.Renumbered, [], TimeOf(4), TimeOf(7), Now);
        Sequencer.Restore(new Mark(2, 10, TimeOf(10)), [earlier, byTime], nextGap: 3, Now.AsMoment());
        Sequencer.Last.ShouldBe(10);
        Offer(6).ShouldBe(SequenceVerdict.Old);
    }

    [Fact]
    public void Restore_NumberingThatStartedAgainMeanwhile_IsANewEpoch()
    {
        Sequencer.Restore(new Mark(1, 500, TimeOf(500)), [], nextGap: 1, Now.AsMoment());
        Sequencer.Offer(3, At(900), Now.AsMoment()).ShouldBe(SequenceVerdict.NewEpoch);
        Gaps().ShouldBe([(GapReason.Renumbered, GapChangeKind.Seen), (GapReason.Renumbered, GapChangeKind.Confirmed)]);
    }
}
