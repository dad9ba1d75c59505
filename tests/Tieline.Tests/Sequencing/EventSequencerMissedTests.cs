using Tieline.Sequencing;
using Tieline.TestKit;

namespace Tieline.Tests.Sequencing;

/// <summary>A source without numbers: what was missed is known by time alone.</summary>
public sealed class EventSequencerMissedTests : SequencerTests
{
    [Fact]
    public void Missed_SinceTheLastRun_GoesOnWithItsNumbersOfGaps()
    {
        Sequencer.Restore(new Mark(1, null, TimeOf(10)), [], nextGap: 7, Now.AsMoment());
        Sequencer.Missed(GapReason.Restart, TimeOf(10), Now, Now.AsMoment());
        var changes = Sequencer.TakeChanges();
        changes.Select(change => change.Kind).ShouldBe([GapChangeKind.Seen, GapChangeKind.Confirmed]);
        var gap = changes[^1].Gap;
        (gap.Number, gap.Reason, gap.From, gap.To, gap.First).ShouldBe((7, GapReason.Restart, TimeOf(10), Now, null));
        Sequencer.IsHolding.ShouldBeFalse();
    }

    [Fact]
    public void Missed_AChannelThatIsBack_IsAGapOfItsOwn()
    {
        Sequencer.Saw(TimeOf(100), Now.AsMoment());
        Sequencer.Missed(GapReason.Reconnect, TimeOf(20), TimeOf(30), Now.AsMoment());
        Sequencer.Missed(GapReason.Reconnect, TimeOf(25), TimeOf(40), Now.AsMoment());
        Sequencer.TakeChanges().Where(change => change.Kind == GapChangeKind.Confirmed).Select(change => (change.Gap.Reason, change.Gap.From, change.Gap.To)).ShouldBe(
            [(GapReason.Reconnect, TimeOf(20), TimeOf(30)), (GapReason.Reconnect, TimeOf(25), TimeOf(40))]);
    }

    [Fact]
    public void Missed_SeenLastAheadOfTheClock_EndsWhereItBegins()
    {
        Sequencer.Missed(GapReason.Restart, Now.AddSeconds(5), Now, Now.AsMoment());
        var gap = Sequencer.TakeChanges()[^1].Gap;
        (gap.From, gap.To).ShouldBe((Now, Now));
    }

    [Fact]
    public void Saw_OnlyMovesTheMarkForward()
    {
        Sequencer.Saw(TimeOf(9), Now.AsMoment());
        Sequencer.Saw(TimeOf(4), Now.AsMoment());
        Sequencer.Mark.ShouldBe(new Mark(1, null, TimeOf(9)));
        Sequencer.TakeChanges().ShouldBeEmpty();
    }
}
