using Tieline.Pipeline;

namespace Tieline.Tests.Reconcile;

public sealed class ReconcileLoopTests
{
    [Theory]
    [InlineData(false, 1, 0)]
    [InlineData(true, 1, 1)]
    public async Task By_night_the_day_before_is_reconciled_and_noted(bool repair, int missing, int repaired)
    {
        await using var rig = new ReconcileRig();
        if (!repair)
            rig.Logs.Expect(6221);
        await rig.HaveAsync(3);
        rig.Tamper("DELETE FROM event WHERE position = 5");

        var fact = await rig.LoopUntilAsync("reconciled", new ReconcileOptions { Nightly = "03:30", Repair = repair });

        var detail = fact.Detail!;
        (detail["from"]!.GetValue<string>(), detail["to"]!.GetValue<string>()).ShouldBe(("2026-03-02T00:00:00.000Z", "2026-03-03T00:00:00.000Z"));
        (detail["expected"]!.GetValue<int>(), detail["missing"]!.GetValue<int>(), detail["repaired"]!.GetValue<int>()).ShouldBe((12, missing, repaired));
        rig.Scalar("SELECT count(*) FROM event").ShouldBe(11 + repaired);
    }
}
