using System.Globalization;
using Microsoft.Data.Sqlite;
using Tieline.FunctionalTests.Support;
using Tieline.Simulator;
using Tieline.TestKit;
using static Tieline.FunctionalTests.Support.Figures;

namespace Tieline.FunctionalTests;

/// <summary>Starting where something is in the way, and stopping and starting again.</summary>
public sealed class StartTests
{
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(30);

    public enum Journal
    {
        Garbage,
        SomebodyElses,
        Newer,
        Damaged,
    }

    [Fact]
    public async Task A_second_process_on_the_same_data_directory_says_so_and_the_first_goes_on()
    {
        await using var site = await Site.StartAsync();
        var first = site.Process;
        await site.MoreDeliveriesAsync(20, _soon);
        var second = site.Launch();
        (await second.ExitAsync(_soon)).ShouldBe(1);
        var said = string.Join('\n', second.Errors);
        said.ShouldContain("in use by another Tieline");
        said.ShouldContain(first.Id.ToString(CultureInfo.InvariantCulture));
        said.ShouldContain(site.DataDirectory);
        first.HasExited.ShouldBeFalse();
        await site.MoreDeliveriesAsync(20, _soon);
        (await site.SettleAsync(_soon)).ShouldBeUndisturbed();
    }

    /// <summary>What no command lets in any more may be on record from before.</summary>
    [Fact]
    public async Task A_gap_from_the_beginning_of_time_is_refused_at_the_door_and_one_on_record_ends_nothing()
    {
        await using var site = await Site.StartAsync();
        await site.MoreDeliveriesAsync(20, _soon);
        var refused = await site.RunAsync("backfill", "--from", "0001-01-01", "--to", "2026-01-01");
        refused.ExitCode.ShouldBe(2, refused.ToString());
        refused.ToString().ShouldContain("--from must be from 2000-01-01T00:00:00.000Z to 2100-01-01T00:00:00.000Z, was '0001-01-01'");
        (await site.StopAsync()).ExitCode.ShouldBe(0);
        Execute(Path.Combine(site.DataDirectory, "tieline.db"), """
            INSERT INTO gap(number, epoch, missing, reason, state, from_time, to_time, seen_at, confirmed_at, next_ask_at)
            SELECT next_gap, 1, '', 'manual', 'open', -62135596800000, -62135596700000, 0, 0, -9223372036854775808 FROM mark;
            UPDATE mark SET next_gap = next_gap + 1;
            """);
        await site.StartTielineAsync();
        await site.MoreDeliveriesAsync(20, _soon);
        (await site.PrometheusAsync()).Sum("tieline_gaps_state", "tieline_gap_state", "abandoned").ShouldBe(1);
        site.Process.HasExited.ShouldBeFalse();
    }

    [Theory]
    [InlineData(Journal.Garbage, "is damaged or is no SQLite file")]
    [InlineData(Journal.SomebodyElses, "not a Tieline journal")]
    [InlineData(Journal.Newer, "made by a newer Tieline")]
    [InlineData(Journal.Damaged, "is damaged")]
    public async Task A_journal_that_is_not_to_be_trusted_is_refused_and_left_as_it_is(Journal what, string said)
    {
        await using var site = await Site.StartAsync(options => options.Start = what == Journal.Damaged);
        var path = Path.Combine(site.DataDirectory, "tieline.db");
        if (what == Journal.Damaged)
        {
            await site.MoreDeliveriesAsync(50, _soon);
            (await site.StopAsync()).ExitCode.ShouldBe(0);
        }

        Directory.CreateDirectory(site.DataDirectory);
        Make(what, path);
        var before = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        var process = site.Launch();
        (await process.ExitAsync(_soon)).ShouldBe(1, process.Tail());
        string.Join('\n', process.Errors).ShouldContain(said);
        string.Join('\n', process.Errors).ShouldContain(path);
        (await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken)).ShouldBe(before);
    }

    [Fact]
    public async Task Every_mistake_in_the_configuration_is_told_at_once_and_no_secret_with_them()
    {
        const string Secret = "hush-hush-2718";
        using var folder = new TempDirectory();
        await File.WriteAllTextAsync(folder.FileNamed("tieline.json"), """{ "Gaps": { "ReorderWindow": "soon" }, "Nonsense": 1, "Genesys": { "Region": "nowhere at all" } }""", TestContext.Current.CancellationToken);
        await using var process = ChildProcess.Start(["run", "--set", "Http:Listen=nowhere"], folder.Path, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["GENESYS_CLIENT_SECRET"] = Secret,
            ["CRM_WEBHOOK_URL"] = "http://crm.example.com/hook",
            ["TIELINE_Genesys__StreamUrl"] = "not a url",
        });
        var result = await CommandResult.OfAsync(process, _soon);
        result.ExitCode.ShouldBe(2, result.ToString());
        foreach (var key in (string[])["Gaps:ReorderWindow", "Nonsense", "Genesys:Region", "Http:Listen", "Genesys:ClientId", "CRM_WEBHOOK_URL", "Genesys:StreamUrl"])
            result.Errors.ShouldContain(key);
        result.Errors.ShouldNotContain(Secret);
        result.Output.ShouldNotContain(Secret);
        Directory.Exists(folder.FileNamed("data")).ShouldBeFalse("nothing was begun");
    }

    [Fact]
    [Trait("Guarantee", "G1")]
    [Trait("Guarantee", "G2")]
    [Trait("Guarantee", "G5")]
    [Trait("Guarantee", "G10")]
    public async Task Stopped_with_a_backlog_and_started_again_it_goes_on_exactly_where_it_was()
    {
        await using var site = await Site.StartAsync(options =>
        {
            options.Genesys.Rate = 400;
            options.Genesys.Passing = 1;
        });
        await site.MoreDeliveriesAsync(200, _soon);
        await site.Crm.DownAsync();
        await site.MoreEventsAsync(2_000, _soon);
        var (code, after) = await site.StopAsync();
        code.ShouldBe(0, site.Process.Tail());
        after.ShouldBeLessThan(TimeSpan.FromSeconds(8));
        await site.MoreEventsAsync(400, _soon);
        await site.StartTielineAsync();
        await site.IsSubscribedAsync(_soon);
        (await site.MetricsAsync())["waiting"].ShouldBeGreaterThan(1_500);
        await site.Crm.UpAsync();
        await site.MoreDeliveriesAsync(2_000, _soon);
        var account = await site.SettleAsync(_soon);
        account.ShouldHaveExactGaps();
        account.InGaps.Count.ShouldBeGreaterThanOrEqualTo(400);
        account.DeadLettered.ShouldBe(0);
        ((string?)site.NumberedGaps().ShouldHaveSingleItem()["reason"]).ShouldBe("restart");
        (await site.StopAsync()).ExitCode.ShouldBe(0);
        (await site.RunAsync("audit", "verify", "--data", site.DataDirectory)).ExitCode.ShouldBe(0);
        site.AuditLines("stopped").Count.ShouldBe(2);
        Say($"stopped in {after.TotalSeconds:F1} s with a backlog; {account}");
    }

    private static void Make(Journal what, string path)
    {
        switch (what)
        {
            case Journal.Garbage:
                File.WriteAllText(path, string.Concat(Enumerable.Repeat("this was a journal once\n", 500)));
                break;
            case Journal.SomebodyElses:
                Execute(path, "CREATE TABLE recipes(name TEXT); INSERT INTO recipes VALUES ('pie');");
                break;
            case Journal.Newer:
                Execute(path, "PRAGMA application_id=0x5449454C; PRAGMA user_version=999; CREATE TABLE future(x INTEGER);");
                break;
            default:
                using (var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite))
                    RandomAccess.Write(file, [.. Enumerable.Repeat((byte)0xA5, 2_000)], 100); // the schema's page, behind the header
                break;
        }
    }

    private static void Execute(string path, string sql)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // text of the test's own
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
