using Tieline.Events;
using Tieline.Pipeline;

namespace Tieline.Tests.Reconcile;

public sealed class ReconcileRepairTests
{
    private const string OfErp = "destination = (SELECT number FROM destination WHERE name = 'erp')";

    [Theory]
    [InlineData("DELETE FROM delivery WHERE position = 614 AND " + OfErp, "", "c154 transfer")]
    [InlineData("DELETE FROM delivery WHERE position = 614", "c154 transfer", "c154 transfer")]
    [InlineData("DELETE FROM event WHERE position = 614", "c154 transfer", "c154 transfer")]
    [InlineData("DELETE FROM event WHERE position = 614; DELETE FROM delivery WHERE position = 614", "c154 transfer", "c154 transfer")]
    [InlineData("DELETE FROM event WHERE position IN (613, 614, 615, 616)", "c154 queued, c154 transfer, c154 queued, c154 completed", "c154 queued, c154 transfer, c154 queued, c154 completed")]
    public async Task What_is_missing_goes_to_whom_it_is_missing_at_and_nowhere_else(string tamper, string toCrm, string toErp)
    {
        await using var rig = new ReconcileRig();
        await rig.HaveAsync(250);
        rig.Tamper(tamper).ShouldBePositive();

        var report = await rig.RunAsync(new JournalRepair(rig.Intake, rig.Journal));

        report.IsGood.ShouldBeTrue();
        report.Figures.Missing.ShouldBePositive();
        report.Figures.Repaired.ShouldBe(report.Figures.Missing);
        report.Findings.ShouldAllBe(finding => finding.IsRepaired);
        await rig.Journal.WaitForDurabilityAsync(ReconcileRig.Cancellation);
        Told(rig, ReconcileRig.Crm).ShouldBe(toCrm);
        Told(rig, ReconcileRig.Erp).ShouldBe(toErp);
        (await rig.RunAsync(new JournalRepair(rig.Intake, rig.Journal))).Figures.ShouldBe(new ReconcileFigures
        {
            Conversations = 250,
            Expected = 1000,
            Delivered = 1000 - report.Figures.Missing,
            Waiting = report.Figures.Missing,
        });

        for (var position = 1001; position < rig.Journal.Counters.NextPosition; position++)
        {
            foreach (var destination in (string[])[ReconcileRig.Crm, ReconcileRig.Erp])
                await rig.SettleAsync(destination, position);
        }

        await rig.Journal.WaitForDurabilityAsync(ReconcileRig.Cancellation);
        (await rig.RunAsync()).Figures.ShouldBe(new ReconcileFigures { Conversations = 250, Expected = 1000, Delivered = 1000 });
    }

    [Fact]
    public async Task A_missing_fact_is_not_taken_for_one_nearby_that_is_there()
    {
        await using var rig = new ReconcileRig();
        var record = ReconcileRig.Record("c1", """
            acd voice q1 | interact 10-11 transfer
            acd voice q1 | interact 11-12 transfer
            ends 30
            """);
        rig.Tell(record);
        await rig.ReceiveAsync(ReconcileRig.Facts(record));
        rig.Tamper("DELETE FROM event WHERE position = 2");

        (await rig.RunAsync(new JournalRepair(rig.Intake, rig.Journal))).IsGood.ShouldBeTrue();

        await rig.Journal.WaitForDurabilityAsync(ReconcileRig.Cancellation);
        rig.Unsettled(ReconcileRig.Crm).ShouldHaveSingleItem().OccurredAt.Second.ShouldBe(11);
    }

    [Fact]
    public async Task Nothing_is_sent_unless_it_is_asked_for()
    {
        await using var rig = new ReconcileRig();
        await rig.HaveAsync(1);
        rig.Tamper("DELETE FROM delivery");

        var report = await rig.RunAsync();

        (report.Figures.Missing, report.Figures.Repaired, report.IsGood).ShouldBe((4, 0, false));
        rig.Journal.Counters.NextPosition.ShouldBe(5);
    }

    [Fact]
    public async Task A_repair_is_in_the_audit_log_and_leaves_with_retention()
    {
        await using var rig = new ReconcileRig();
        await rig.HaveAsync(1);
        rig.Tamper("DELETE FROM delivery WHERE position = 2 AND " + OfErp);

        await rig.RunAsync(new JournalRepair(rig.Intake, rig.Journal));

        var fact = rig.Journal.ReadFacts(0, 100)[^1];
        (fact.Action, fact.Destination, fact.ConversationId, fact.Detail!.ToJsonString()).ShouldBe(("replayed", "erp", "c1", """{"position":5,"of":2}"""));
        fact.Id.ShouldBe(rig.Unsettled(ReconcileRig.Erp).ShouldHaveSingleItem().Id);

        await rig.SettleAsync(ReconcileRig.Erp, 5);
        await rig.SettleAsync(ReconcileRig.Crm, 5);
        await rig.Journal.WaitForDurabilityAsync(ReconcileRig.Cancellation);
        await rig.Journal.SaveHeadAsync(new Tieline.Journal.AuditHead(rig.Journal.Counters.NextFact - 1, new string('0', 64)), ReconcileRig.Cancellation);
        var removed = new TaskCompletionSource<int>();
        await rig.Journal.PostAsync(new Tieline.Journal.JournalWork.Remove(rig.Journal.ReadRemovable().Through, 100, TestKit.Some.Time, removed), ReconcileRig.Cancellation);
        (await removed.Task).ShouldBe(5);
        rig.Scalar("SELECT count(*) FROM delivery").ShouldBe(0);
    }

    private static string Told(ReconcileRig rig, string destination) => string.Join(", ", rig.Unsettled(destination).Select(entry => $"{entry.ConversationId} {entry.State}"));
}
