using Tieline.Events;
using Tieline.Journal;
using Tieline.Pipeline;
using Tieline.Storage;
using Tieline.TestKit;
using static Tieline.Tests.Pipeline.BackfillRig;

namespace Tieline.Tests.Pipeline;

public sealed class DamageLoopTests
{
    [Theory]
    [InlineData("UPDATE event SET type = 'routing.queuf' WHERE position = 2", false)]
    [InlineData("UPDATE event SET occurred_at = 9223372036854775807 WHERE position = 2", false)]
    [InlineData("DELETE FROM event WHERE position = 2", true)]
    public async Task What_is_damaged_is_fetched_again_and_goes_out_under_its_right_id(string damage, bool isGone)
    {
        await using var rig = new BackfillRig();
        await rig.OfferAsync((1, 10));
        await rig.Rig.OfferAsync(Some.Frame(2, "c2", EventKinds.RoutingQueue, EventKinds.Queued, TimeSpan.FromSeconds(20)));
        await rig.OfferAsync((3, 30));
        await rig.Rig.RestartAsync();
        rig.Rig.StartWriting();
        var id = rig.Rig.Rows("SELECT hex(id) FROM event WHERE position = 2", row => row.GetString(0)).Single();
        Change(rig, damage);
        rig.Rig.Logs.Expect(6010);
        rig.Answer = _ => Page(Record("c2", "acd voice q1 | interact 20-"), Other);
        using var stopping = new CancellationTokenSource();
        var loop = new DamageLoop(rig.Rig.Intake, rig.Rig.Journal, rig.Time, rig.Rig.Logs.For<DamageLoop>());
        var running = loop.RunAsync(stopping.Token, rig.Rig.Limit);
        rig.Start();
        var crm = rig.Rig.Journal.NumberOf(IntakeRig.Destination);
        rig.Rig.Journal.ReadEntries(crm, JournalPosition.Start, 10).Count(entry => entry.Damage is null).ShouldBe(2);
        await rig.AskedAsync(1);
        await rig.PassAsync(7_200);
        rig.Rig.Rows("SELECT position FROM event WHERE hex(id) = '" + id + "' AND position > 3", row => row.GetInt64(0)).ShouldHaveSingleItem();
        (await rig.GapsAsync()).ShouldHaveSingleItem().ShouldStartWith("damaged filled ");
        var asked = rig.Asked[0];
        (asked.From < At(isGone ? 10 : 10.001), asked.To > At(30)).ShouldBe((true, true));
        await stopping.CancelAsync();
        await running;
    }

    [Fact]
    public async Task A_start_goes_on_with_what_was_set_aside_and_not_asked_for_and_asks_for_the_rest_no_second_time()
    {
        await using var rig = new IntakeRig();
        await rig.OfferAsync(EventIntakeTests.Kept(1), EventIntakeTests.Kept(2), EventIntakeTests.Kept(3));
        rig.StartWriting();
        var crm = rig.Journal.NumberOf(IntakeRig.Destination);
        await rig.Journal.PostAsync(new JournalWork.Settle(new Settlement(crm, new(1), 200, 1, null, new(1))), rig.Limit);
        await rig.Journal.PostAsync(new JournalWork.Settle(new Settlement(crm, new(2), 422, 1, StoredEvent.Damaged + ": and why", new(2))), rig.Limit);
        rig.Logs.Expect(6010);
        for (var start = 0; start < 2; start++)
        {
            await rig.RestartAsync();
            rig.StartWriting();
            using var stopping = new CancellationTokenSource();
            var running = new DamageLoop(rig.Intake, rig.Journal, rig.Time, rig.Logs.For<DamageLoop>()).RunAsync(stopping.Token, rig.Limit);
            (await rig.GapsAsync()).ShouldBe(["damaged open"]);
            await stopping.CancelAsync();
            await running;
        }
    }

    private static void Change(BackfillRig rig, string sql)
    {
        using var connection = Database.OpenForWriting(rig.Rig.DatabasePath, JournalSchema.Migrations);
        Database.Execute(connection, sql);
    }
}
