using Tieline.FunctionalTests.Support;
using Tieline.Simulator;
using static Tieline.FunctionalTests.Support.Figures;

namespace Tieline.FunctionalTests;

/// <summary>The backfill under load, and killed in the middle of it.</summary>
[Collection(Load.Name)]
[Trait("Guarantee", "G1")]
[Trait("Guarantee", "G3")]
public sealed class BackfillLoadTests
{
    private const int Kills = 10;

    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(30);

    [Fact]
    [Trait("Guarantee", "G2")]
    public async Task A_thousand_holes_in_100_000_events_are_all_filled()
    {
        var seed = Seed.Next();
        var random = new Random(seed);
        await using var site = await Site.StartAsync(options =>
        {
            options.Genesys.Rate = 2_500;
            options.FillsSoon();
            for (var hole = 1; hole <= 1_000; hole++)
                options.Genesys.Faults.Add(new SimulatorFault { Kind = "drop", Count = random.Next(1, 8), AfterEvents = (hole * 100) - random.Next(0, 90) });
        });
        await site.MoreEventsAsync(100_000, TimeSpan.FromSeconds(120));
        var account = await site.FilledAsync(TimeSpan.FromSeconds(120));
        var said = $"seed {seed}: {account}";
        account.Missing.ShouldBeEmpty(said);
        account.SecondCopies.ShouldBeEmpty(said);
        account.OutOfOrder.ShouldBeEmpty(said);
        account.Recovered.ShouldBeGreaterThan(500, said);
        (await site.StopAsync()).ExitCode.ShouldBe(0);
        site.AuditLines("gap-filled").Count.ShouldBeGreaterThan(800, said); // the log follows the journal: a stop waits for it
        (await site.RunAsync("audit", "verify", "--data", site.DataDirectory)).ExitCode.ShouldBe(0, said);
        Say($"{said}; {site.Genesys.Status.DetailsRequests.Values.Sum()} queries");
    }

    [Fact]
    [Trait("Guarantee", "G5")]
    [Trait("Guarantee", "G7")]
    public async Task Killed_ten_times_in_the_middle_of_a_backfill_it_sends_nothing_under_two_ids_and_misses_nothing()
    {
        var seed = Seed.Next();
        var random = new Random(seed);
        await using var site = await Site.StartAsync(options =>
        {
            options.Genesys.Rate = 500;
            options.FillsSoon();
        });
        await site.MoreDeliveriesAsync(50, _soon);
        await site.KillAsync();
        await site.MoreEventsAsync(10_000, _soon);
        for (var kill = 0; kill < Kills; kill++)
        {
            var asked = site.Genesys.Status.DetailsRequests.Values.Sum();
            await site.StartTielineAsync();
            var more = random.Next(1, 12);
            await Eventually.TrueAsync(() => site.Genesys.Status.DetailsRequests.Values.Sum() >= asked + more, _soon, () => $"{more} pages were asked for.\n{site.Process.Tail()}");
            await site.KillAsync();
        }

        await site.StartTielineAsync();
        await site.IsSubscribedAsync(_soon);
        await site.MoreEventsAsync(500, _soon);
        var account = await site.FilledAsync(TimeSpan.FromSeconds(90));
        var said = $"seed {seed}: {account}";
        account.Missing.ShouldBeEmpty(said);
        account.TwoBodies.ShouldBeEmpty(said);
        account.Strangers.ShouldBeEmpty(said);
        account.Recovered.ShouldBeGreaterThan(1_000, said);
        (await site.StopAsync()).ExitCode.ShouldBe(0);
        (await site.RunAsync("audit", "verify", "--data", site.DataDirectory)).ExitCode.ShouldBe(0, said);
        site.AuditLines("accepted").Select(line => line.Entry.Id).ShouldBeUnique(said);
        site.AuditLines("delivered").Select(line => line.Entry.Id).ShouldBeUnique(said);
        Say(said);
    }
}
