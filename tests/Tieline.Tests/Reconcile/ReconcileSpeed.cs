using Tieline.Pipeline;

namespace Tieline.Tests.Reconcile;

/// <summary>Run by name: a hundred thousand events and one deletion.</summary>
public sealed class ReconcileSpeed(ITestOutputHelper output)
{
    [Theory(Explicit = true)]
    [InlineData("DELETE FROM delivery WHERE position = 61400 AND destination = 1")]
    [InlineData("DELETE FROM event WHERE position = 61400")]
    [InlineData("DELETE FROM event WHERE position = 61400; DELETE FROM delivery WHERE position = 61400")]
    public async Task One_of_a_hundred_thousand_is_found_and_sent(string tamper)
    {
        await using var rig = new ReconcileRig();
        await rig.HaveAsync(25_000);
        rig.Tamper(tamper);
        var (started, before) = (TimeProvider.System.GetTimestamp(), GC.GetTotalMemory(forceFullCollection: true));

        var report = await rig.RunAsync();

        output.WriteLine($"{report.Figures.Expected} events in {TimeProvider.System.GetElapsedTime(started).TotalSeconds:F1} s; {(GC.GetTotalMemory(forceFullCollection: true) - before) / 1024:N0} KiB kept");
        report.Figures.ShouldBe(new ReconcileFigures { Conversations = 25_000, Expected = 100_000, Delivered = 99_999, Missing = 1 });
        report.Findings.ShouldHaveSingleItem().ConversationId.ShouldBe("c15350");
        (await rig.RunAsync(new JournalRepair(rig.Intake, rig.Journal))).IsGood.ShouldBeTrue();
        await rig.Journal.WaitForDurabilityAsync(ReconcileRig.Cancellation);
        rig.Unsettled(ReconcileRig.Crm).ShouldHaveSingleItem().ConversationId.ShouldBe("c15350");
    }
}
