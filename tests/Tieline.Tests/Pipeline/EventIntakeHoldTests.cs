using Tieline.Backfill;
using Tieline.Events;
using Tieline.Journal;
using Tieline.Sequencing;
using Tieline.TestKit;
using static Tieline.Tests.Pipeline.EventIntakeTests;

namespace Tieline.Tests.Pipeline;

/// <summary>The way in while what came behind a gap waits for the backfill.</summary>
public sealed class EventIntakeHoldTests
{
    [Fact]
    public async Task What_was_fetched_goes_out_by_time_among_those_that_waited_for_it_when_the_answer_is_in()
    {
        await using var rig = new IntakeRig(holdSeconds: 5);
        await rig.OfferAsync(Kept(1), Kept(4, milliseconds: 40), Kept(5, milliseconds: 20));
        await rig.ExpireAsync(2);
        (await RecoverAsync(rig, 10, 30)).ShouldBe([FactVerdict.New, FactVerdict.New]);
        (await rig.DeliverableAsync()).ShouldBe([1]);
        rig.Intake.TakeGapChanges().ToList().ShouldHaveSingleItem().Kind.ShouldBe(GapChangeKind.Confirmed);
        await rig.Intake.AnsweredAsync([1], rig.Limit);
        (await rig.DeliverableAsync()).ShouldBe([1, null, 5, null, 4]);
    }

    [Fact]
    public async Task Without_an_answer_it_goes_out_when_the_hold_is_over()
    {
        await using var rig = new IntakeRig(holdSeconds: 5);
        await rig.OfferAsync(Kept(1), Kept(4, milliseconds: 40));
        await rig.ExpireAsync(2);
        await RecoverAsync(rig, 30);
        await rig.ExpireAsync(2.999);
        (await rig.DeliverableAsync()).ShouldBe([1]);
        await rig.ExpireAsync(0.001);
        (await rig.DeliverableAsync()).ShouldBe([1, null, 4]);
    }

    [Fact]
    public async Task A_late_arrival_goes_out_at_once_with_what_waited_for_it_alone()
    {
        await using var rig = new IntakeRig(holdSeconds: 5);
        await rig.OfferAsync(Kept(1), Kept(4), Kept(6));
        await rig.ExpireAsync(2);
        await rig.OfferAsync(Kept(3));
        (await rig.DeliverableAsync()).ShouldBe([1]);
        await rig.OfferAsync(Kept(2));
        (await rig.DeliverableAsync()).ShouldBe([1, 2, 3, 4]);
        (await rig.HeldAsync()).ShouldBe([6]);
    }

    [Fact]
    public async Task An_epoch_that_starts_lets_go_the_old_one_and_waits_itself()
    {
        await using var rig = new IntakeRig(holdSeconds: 5);
        await rig.OfferAsync(Kept(100), Kept(102), Frame(1, "new", milliseconds: 5_000));
        (await rig.DeliverableAsync()).ShouldBe([100, 102]);
        (await rig.HeldAsync()).ShouldBe([1]);
        await rig.ExpireAsync(5);
        (await rig.DeliverableAsync()).ShouldBe([100, 102, 1]);
    }

    [Fact]
    public async Task After_a_restart_what_waited_for_the_backfill_still_does_and_no_longer_than_it_would_have()
    {
        await using var rig = new IntakeRig(holdSeconds: 5);
        await rig.OfferAsync(Kept(1), Kept(4));
        await rig.ExpireAsync(2);
        await rig.RestartAsync();
        await rig.OfferAsync(Kept(5));
        await rig.ExpireAsync(2.999);
        (await rig.DeliverableAsync()).ShouldBe([1]);
        (await rig.HeldAsync()).ShouldBe([4, 5]);
        await rig.ExpireAsync(0.001);
        (await rig.DeliverableAsync()).ShouldBe([1, 4, 5]);
        (await rig.GapsAsync()).ShouldBe(["hole open 2-3"]);
    }

    [Fact]
    public async Task A_restart_when_the_time_is_over_lets_go_what_waited()
    {
        await using var rig = new IntakeRig(holdSeconds: 5);
        await rig.OfferAsync(Kept(1), Kept(4));
        await rig.ExpireAsync(2);
        rig.Time.Advance(TimeSpan.FromSeconds(3));
        await rig.RestartAsync();
        await rig.Intake.ExpireAsync(rig.Limit);
        (await rig.DeliverableAsync()).ShouldBe([1, 4]);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("half of it", true)]
    public async Task After_a_restart_a_gap_that_was_answered_is_not_waited_for_and_half_an_answer_is_none(string? problem, bool isHeld)
    {
        await using var rig = new IntakeRig(holdSeconds: 5);
        await rig.OfferAsync(Kept(1), Kept(4));
        await rig.ExpireAsync(2);
        var fill = GapFill.Of(rig.Intake.TakeGapChanges()[^1].Gap) with { State = GapState.Filling, Asks = 1, Problem = problem };
        (await rig.Intake.SaveAsync(fill, rig.Limit)).ShouldBeTrue();
        await rig.RestartAsync();
        await rig.OfferAsync(Kept(5));
        (await rig.DeliverableAsync()).ShouldBe(isHeld ? new long?[] { 1 } : [1, 4, 5]);
    }

    [Fact]
    public async Task A_closed_gap_holds_nothing_and_what_comes_for_it_is_kept_once()
    {
        await using var rig = new IntakeRig(holdSeconds: 5);
        await rig.OfferAsync(Kept(1), Kept(3));
        await rig.ExpireAsync(2);
        var fill = GapFill.Of(rig.Intake.TakeGapChanges()[^1].Gap) with { State = GapState.Abandoned, NextAskAt = null, ClosedAt = rig.Time.GetUtcNow() };
        (await rig.Intake.SaveAsync(fill, rig.Limit)).ShouldBeTrue();
        (await rig.DeliverableAsync()).ShouldBe([1, 3]);
        await rig.OfferAsync(Kept(2), Kept(2));
        (await rig.DeliverableAsync()).ShouldBe([1, 3, 2]);
        (await rig.GapsAsync()).ShouldBe(["hole abandoned 2"]);
    }

    [Fact]
    public async Task Holes_that_fill_themselves_and_each_late_event_are_no_news_to_who_fills_gaps()
    {
        await using var rig = new IntakeRig(holdSeconds: 5);
        var told = 0;
        rig.Intake.GapsChanged = () => told++;
        await rig.OfferAsync(Kept(1), Kept(3), Kept(2), Kept(8), Kept(7));
        told.ShouldBe(0);
        await rig.ExpireAsync(2);
        await rig.OfferAsync(Kept(4), Kept(5));
        told.ShouldBe(1);
        await rig.OfferAsync(Kept(6));
        told.ShouldBe(2);
        rig.Intake.TakeGapChanges().Select(change => change.Kind).ShouldBe([GapChangeKind.Confirmed, GapChangeKind.Filled]);
    }

    [Fact]
    public async Task A_fact_that_the_filter_drops_does_not_enter()
    {
        await using var rig = new IntakeRig();
        (await rig.Intake.RecoverAsync([Some.Event(null, "m", "conversation.state", "active", origin: EventOrigin.Backfill)], rig.Limit)).ShouldBeEmpty();
        (await rig.DeliverableAsync()).ShouldBeEmpty();
    }

    private static async Task<IEnumerable<FactVerdict>> RecoverAsync(IntakeRig rig, params double[] milliseconds)
    {
        rig.StartWriting();
        var facts = milliseconds.Select(at => Some.Event(null, "m1", at: TimeSpan.FromMilliseconds(at), origin: EventOrigin.Backfill)).ToList();
        return (await rig.Intake.RecoverAsync(facts, rig.Limit)).Select(fact => fact.Verdict);
    }
}
