using Tieline.FunctionalTests.Support;
using Tieline.Simulator;
using static Tieline.FunctionalTests.Support.Figures;

namespace Tieline.FunctionalTests;

[Collection(Load.Name)]
public sealed class KillTests
{
    private const int Kills = 10;

    /// <summary>What a killed process had read and not yet made durable is this old at most.</summary>
    private static readonly TimeSpan _inHand = TimeSpan.FromMilliseconds(200);

    [Fact]
    [Trait("Guarantee", "G1")]
    [Trait("Guarantee", "G2")]
    [Trait("Guarantee", "G3")]
    [Trait("Guarantee", "G4")]
    [Trait("Guarantee", "G5")]
    [Trait("Guarantee", "G7")]
    [Trait("Guarantee", "G10")]
    public async Task Killed_at_ten_random_instants_under_2000_events_a_second_it_loses_nothing_that_is_not_in_a_listed_gap()
    {
        var seed = Seed.Next();
        var random = new Random(seed);
        await using var site = await Site.StartAsync(options => options.Genesys.Rate = 2_000);
        await using var pace = new MachinePace(site.Folder);
        var kills = new List<DateTimeOffset>();
        for (var kill = 0; kill < Kills; kill++)
        {
            await site.MoreEventsAsync(random.Next(200, 4_000), TimeSpan.FromSeconds(30));
            kills.Add(TimeProvider.System.GetUtcNow());
            await site.KillAsync();
            await site.StartTielineAsync();
            await site.IsSubscribedAsync(TimeSpan.FromSeconds(30));
        }

        await site.MoreEventsAsync(2_000, TimeSpan.FromSeconds(30));
        var account = await site.SettleAsync(TimeSpan.FromSeconds(60));
        var said = $"seed {seed}: {account}";

        account.IsSettled.ShouldBeTrue(said);
        account.Strangers.ShouldBeEmpty(said);
        account.TwoBodies.ShouldBeEmpty(said);
        account.OutOfOrder.ShouldBeEmpty(said);
        account.SentButInGap.Where(line => !WasInHand(line, kills, pace)).Select(line => AgeAtKill(line, kills)).ShouldBeEmpty($"in a gap, though sent long before a kill; {said}");
        AreCopiesOfWhatKillsInterrupted(account, kills, said);
        (await site.StopAsync()).ExitCode.ShouldBe(0, said);
        var verdict = await site.RunAsync("audit", "verify", "--data", site.DataDirectory);
        verdict.ExitCode.ShouldBe(0, $"{said}\n{verdict}");
        site.AuditLines("started").Count.ShouldBe(Kills + 1);
        site.AuditLines("delivered").Select(line => line.Entry.Id).ShouldBeUnique();
        var oldest = account.SentButInGap.Select(line => AgeAtKill(line, kills)).DefaultIfEmpty().Max();
        Say($"seed {seed}: {account.Sent.Count} sent, {account.Delivered} delivered, {account.InGaps.Count} in gaps, of them {account.SentButInGap.Count} sent, the oldest {oldest.TotalMilliseconds:F0} ms before its kill; {account.SecondCopies.Count} second copies");
    }

    private static bool WasInHand(LedgerLine line, List<DateTimeOffset> kills, MachinePace pace) =>
        AgeAtKill(line, kills) is var age && age != TimeSpan.MaxValue && age <= _inHand + pace.AllowanceAt(line.WrittenAt!.Value + age);

    /// <summary>How long before the next kill it was written to the socket; below zero when nobody read it any more.</summary>
    private static TimeSpan AgeAtKill(LedgerLine line, List<DateTimeOffset> kills) =>
        kills.Select(kill => kill - line.WrittenAt!.Value).Where(age => age > -TimeSpan.FromSeconds(1)).DefaultIfEmpty(TimeSpan.MaxValue).Min();

    /// <summary>A second copy is for an answer that was not seen, or not yet on record: the first came just before a kill.</summary>
    private static void AreCopiesOfWhatKillsInterrupted(Account account, List<DateTimeOffset> kills, string said)
    {
        var copies = account.SecondCopies.ToHashSet(StringComparer.Ordinal);
        var firsts = account.Requests.Where(request => copies.Contains(request.Id!)).GroupBy(request => request.Id!, StringComparer.Ordinal).Select(group => group.First().ArrivedAt);
        firsts.ShouldAllBe(at => kills.Exists(kill => at >= kill - TimeSpan.FromSeconds(2) && at <= kill + TimeSpan.FromSeconds(1)), said);
    }
}
