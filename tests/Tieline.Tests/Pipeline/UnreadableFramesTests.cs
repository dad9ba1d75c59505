using Tieline.TestKit;

namespace Tieline.Tests.Pipeline;

/// <summary>Frames that cannot be read, one after another: what is kept of them does not grow with their number.</summary>
public sealed class UnreadableFramesTests
{
    [Fact]
    public async Task Two_thousand_in_a_row_are_one_gap_one_fact_and_one_line_in_the_log()
    {
        await using var rig = new IntakeRig();
        rig.StartWriting();
        await rig.OfferAsync(EventIntakeTests.Kept(1));
        for (var sequence = 2; sequence <= 2_001; sequence++)
            await rig.OfferAsync($$"""{"sequence":{{sequence}},"type":"conversation.state"}""");
        await rig.OfferAsync(EventIntakeTests.Kept(2_002));
        (await rig.GapsAsync()).ShouldBe(["unreadable open 2-2001"]);
        rig.Logs.Lines.Count(line => line.EventId == 6101).ShouldBe(1);
        rig.Rows("SELECT 1 FROM fact WHERE kind = 'gap-detected'", _ => 1).Count.ShouldBe(1);
        rig.Intake.TakeGapChanges().Count.ShouldBe(1);
    }

    [Fact]
    public async Task One_that_others_lie_between_is_a_gap_of_its_own()
    {
        await using var rig = new IntakeRig();
        rig.StartWriting();
        await rig.OfferAsync(EventIntakeTests.Kept(1));
        await rig.OfferAsync("""{"sequence":2,"type":"conversation.state"}""");
        await rig.OfferAsync(EventIntakeTests.Kept(3));
        await rig.OfferAsync("""{"sequence":4,"type":"conversation.state"}""");
        (await rig.GapsAsync()).ShouldBe(["unreadable open 2", "unreadable open 4"]);
    }

    [Fact]
    public async Task After_a_minute_another_gap_begins_so_that_the_first_can_be_asked_for_and_settled()
    {
        await using var rig = new IntakeRig();
        rig.StartWriting();
        await rig.OfferAsync(EventIntakeTests.Kept(1));
        await rig.OfferAsync("""{"sequence":2,"type":"conversation.state"}""");
        rig.Time.Advance(TimeSpan.FromSeconds(60));
        await rig.OfferAsync("""{"sequence":3,"type":"conversation.state"}""");
        (await rig.GapsAsync()).ShouldBe(["unreadable open 2", "unreadable open 3"]);
    }

    [Fact]
    public async Task What_comes_after_all_shrinks_the_gap()
    {
        await using var rig = new IntakeRig();
        rig.StartWriting();
        await rig.OfferAsync(EventIntakeTests.Kept(1));
        foreach (var sequence in (long[])[2, 3, 4])
            await rig.OfferAsync($$"""{"sequence":{{sequence}},"type":"conversation.state"}""");
        await rig.OfferAsync(EventIntakeTests.Kept(3));
        (await rig.GapsAsync()).ShouldBe(["unreadable open 2,4"]);
    }
}
