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

    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(30);

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
        var kills = new List<Kill>();
        while (kills.Count < Kills)
        {
            await site.MoreEventsAsync(random.Next(200, 4_000), _soon);
            var killedAt = TimeProvider.System.GetUtcNow();
            await site.KillAsync();
            kills.Add(new Kill(killedAt, TimeProvider.System.GetUtcNow()));
            await site.StartTielineAsync();
            await site.IsSubscribedAsync(_soon);
        }

        await site.MoreEventsAsync(2_000, _soon);
        var account = await site.SettleAsync(TimeSpan.FromSeconds(60));
        var said = $"seed {seed}: {account}";

        account.IsSettled.ShouldBeTrue(said);
        account.Strangers.ShouldBeEmpty(said);
        account.TwoBodies.ShouldBeEmpty(said);
        account.OutOfOrder.ShouldBeEmpty(said);
        var inHand = account.SentButInGap.Select(line => (Line: line, Kill: KillOf(line.WrittenAt!.Value, kills))).ToList();
        inHand.Where(lost => lost.Kill is null || lost.Kill.At - lost.Line.WrittenAt > _inHand + pace.AllowanceAt(lost.Kill.At)).ShouldBeEmpty($"in a gap, though sent long before a kill; {said}");

        // A second copy is for an answer that was not seen, or not yet on record: the first came just before a kill.
        var copies = account.SecondCopies.ToHashSet(StringComparer.Ordinal);
        var copyAges = account.Requests.Where(request => copies.Contains(request.Id!)).GroupBy(request => request.Id!, StringComparer.Ordinal).Select(group => KillOf(group.First().ArrivedAt, kills)?.At - group.First().ArrivedAt).ToList();
        copyAges.ShouldAllBe(age => age != null && age < TimeSpan.FromSeconds(1), said);
        (await site.StopAsync()).ExitCode.ShouldBe(0, said);
        var verdict = await site.RunAsync("audit", "verify", "--data", site.DataDirectory);
        verdict.ExitCode.ShouldBe(0, $"{said}\n{verdict}");
        site.AuditLines("started").Count.ShouldBe(Kills + 1);
        site.AuditLines("delivered").Select(line => line.Entry.Id).ShouldBeUnique();
        Say($"seed {seed}: {account.Sent.Count} sent, {account.Delivered} delivered, {account.InGaps.Count} in gaps, of them {account.SentButInGap.Count} sent; {account.SecondCopies.Count} second copies, the oldest {copyAges.Max()?.TotalMilliseconds ?? 0:F0} ms");
        foreach (var kill in kills)
        {
            var ages = inHand.Where(lost => lost.Kill == kill).Select(lost => (kill.At - lost.Line.WrittenAt!.Value).TotalMilliseconds).ToList();
            Say($"  {ages.Count} in hand, the oldest {ages.DefaultIfEmpty().Max():F0} ms (200 allowed, and {pace.AllowanceAt(kill.At).TotalMilliseconds:F0} for the machine)");
        }
    }

    [Fact]
    [Trait("Guarantee", "G1")]
    [Trait("Guarantee", "G4")]
    public async Task Killed_while_events_wait_for_a_hole_to_fill_it_lists_the_hole_and_lets_them_go()
    {
        await using var site = await Site.StartAsync();
        await site.MoreDeliveriesAsync(20, _soon);
        await site.FaultAsync(new SimulatorFault { Kind = "drop", Count = 5 });
        await site.MoreEventsAsync(150, _soon); // less than the window of two seconds
        await Eventually.TrueAsync(() => JournalRow(site, "SELECT count(*) FROM held") > 10, TimeSpan.FromSeconds(1), () => "events wait behind the hole");
        await site.KillAsync();
        JournalRow(site, "SELECT count(*) FROM gap WHERE state = 'seen'").ShouldBe(1);
        await site.StartTielineAsync();
        await site.IsSubscribedAsync(_soon);
        await site.MoreEventsAsync(100, _soon);
        var account = await site.SettleAsync(_soon);
        account.ShouldBalance();
        account.InGaps.Count.ShouldBeGreaterThanOrEqualTo(5);
        site.NumberedGaps().Select(detail => (string?)detail["reason"]).ShouldBe(["hole", "restart"]);
        JournalRow(site, "SELECT count(*) FROM held").ShouldBe(0);
    }

    [Fact]
    [Trait("Guarantee", "G7")]
    public async Task A_last_line_of_the_audit_log_that_a_crash_tore_is_cut_off_and_that_is_on_record()
    {
        const string Torn = """{"timestamp":"2026-03-02T09:1""";
        await using var site = await Site.StartAsync();
        await site.MoreDeliveriesAsync(20, _soon);
        await site.KillAsync();
        await File.AppendAllTextAsync(Directory.GetFiles(site.AuditDirectory, "audit-*.jsonl").Order().Last(), Torn, TestContext.Current.CancellationToken);
        await site.StartTielineAsync();
        await site.IsSubscribedAsync(_soon);
        await site.MoreDeliveriesAsync(20, _soon);
        (await site.SettleAsync(_soon)).ShouldBalance();
        (await site.StopAsync()).ExitCode.ShouldBe(0);
        var (_, detail) = site.AuditLines("log-repaired").ShouldHaveSingleItem();
        ((int)detail!["removedBytes"]!).ShouldBe(Torn.Length);
        var verdict = await site.RunAsync("audit", "verify", "--data", site.DataDirectory);
        verdict.ExitCode.ShouldBe(0, verdict.ToString());
    }

    /// <summary>The first kill after this moment, or the one just before, when nobody read any more what was still written to the dead one's socket.</summary>
    private static Kill? KillOf(DateTimeOffset time, List<Kill> kills) => kills.Find(kill => time <= kill.GoneAt);

    private static long JournalRow(Site site, string sql)
    {
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(site.DataDirectory, "tieline.db")};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // text of the test's own
        command.CommandText = sql;
#pragma warning restore CA2100
        return (long)command.ExecuteScalar()!;
    }

    /// <param name="At">When SIGKILL was sent.</param>
    /// <param name="GoneAt">When the process was gone; the next one was started after it.</param>
    private sealed record Kill(DateTimeOffset At, DateTimeOffset GoneAt);
}
