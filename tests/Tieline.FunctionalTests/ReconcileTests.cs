using System.Text.Json;
using Microsoft.Data.Sqlite;
using Tieline.FunctionalTests.Support;
using static Tieline.FunctionalTests.Support.Figures;

namespace Tieline.FunctionalTests;

/// <summary>Genesys's own records of a span against journal and deliveries: what is missing is found, whoever took it, and sent.</summary>
[Collection(Load.Name)]
[Trait("Guarantee", "G2")]
[Trait("Guarantee", "G3")]
public sealed class ReconcileTests
{
    private const int Events = 100_000;

    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task One_delivery_deleted_behind_its_back_among_100_000_is_found_and_repaired()
    {
        await using var site = await Site.StartAsync(options =>
        {
            options.Genesys.Rate = 5_000;
            options.Genesys.Passing = 1;
            options.FillsSoon();
        });
        await site.MoreEventsAsync(Events, TimeSpan.FromSeconds(120));
        var account = await site.SettleAsync(TimeSpan.FromSeconds(60));
        account.ShouldBeUndisturbed();
        var (from, to) = (account.Ledger[0].Line.Timestamp.AddSeconds(-1), account.Ledger[^1].Line.Timestamp.AddSeconds(1));
        await Eventually.TrueAsync(() => TimeProvider.System.GetUtcNow() > to + TimeSpan.FromSeconds(6), _soon, () => "the records have settled");
        string[] span = ["--from", $"{from:O}", "--to", $"{to:O}", "--json"];

        var clean = await site.RunAsync(["reconcile", .. span]);
        clean.ExitCode.ShouldBe(0, clean.ToString());
        Figure(clean, "expected").ShouldBe(account.Delivered, clean.ToString());
        Figure(clean, "missing").ShouldBe(0, clean.ToString());

        var victim = Delete(site.DataDirectory, Seed.Next() % account.Delivered);
        var found = await site.RunAsync(["reconcile", .. span]);
        found.ExitCode.ShouldBe(3, found.ToString());
        Figure(found, "missing").ShouldBe(1, found.ToString());
        found.Output.ShouldContain(victim);

        var repaired = await site.RunAsync(["reconcile", .. span, "--repair"]);
        repaired.ExitCode.ShouldBe(0, repaired.ToString());
        await Eventually.TrueAsync(() => site.Crm.Requests().Count(request => request.Id == victim) == 2, _soon, () => $"{victim} was sent again");
        var after = Account.Of(site);
        after.SecondCopies.ShouldBe([victim]);
        after.TwoBodies.ShouldBeEmpty(after.ToString());
        var last = await site.RunAsync(["reconcile", .. span]);
        last.ExitCode.ShouldBe(0, last.ToString());
        await Eventually.TrueAsync(() => site.AuditLines("reconciled").Count == 4 && site.AuditLines("replayed").Count == 1, _soon, () => "four reconciliations and a replay are in the audit log");
        var complete = await site.RunAsync("completeness", "--from", $"{from:O}", "--to", $"{to:O}", "--json");
        complete.ExitCode.ShouldBe(0, complete.ToString());
        Say($"{account.Delivered} deliveries; found {victim}; {complete.Output.Trim()}");
    }

    [Fact]
    public async Task A_span_is_fetched_on_demand_and_what_a_stopped_tieline_missed_is_sent_without_one_running()
    {
        await using var site = await Site.StartAsync(options => options.FillsSoon());
        await site.MoreDeliveriesAsync(50, _soon);
        var from = TimeProvider.System.GetUtcNow();
        await site.KillAsync();
        await site.MoreEventsAsync(600, _soon);
        site.Genesys.Stop();
        var to = TimeProvider.System.GetUtcNow();
        var backfilled = await site.RunAsync("backfill", "--from", $"{from:O}", "--to", $"{to:O}");
        backfilled.ExitCode.ShouldBe(0, backfilled.ToString());
        var requests = site.Crm.Requests().Select(request => request.Id).ToHashSet(StringComparer.Ordinal);
        site.Genesys.Ledger().Where(line => line is { Passes: true } && line.Timestamp >= from && line.Timestamp < to && !requests.Contains(line.Id)).ShouldBeEmpty(backfilled.ToString());
        Say(backfilled.Output);
    }

    private static long Figure(CommandResult result, string name)
    {
        using var report = JsonDocument.Parse(result.Output);
        return report.RootElement.GetProperty(name).GetInt64();
    }

    /// <summary>What nobody but the disk should do.</summary>
    /// <returns>The event's id.</returns>
    private static string Delete(string dataDirectory, int index)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(dataDirectory, "tieline.db")};Pooling=False");
        connection.Open();
        using var find = connection.CreateCommand();
        find.CommandText = "SELECT d.position, lower(hex(e.id)) FROM delivery d JOIN event e ON e.position = d.position ORDER BY d.position LIMIT 1 OFFSET $index";
        find.Parameters.AddWithValue("$index", index);
        using var row = find.ExecuteReader();
        row.Read().ShouldBeTrue();
        var (position, id) = (row.GetInt64(0), row.GetString(1));
        row.Close();
        using var delete = connection.CreateCommand();
        delete.CommandText = "DELETE FROM delivery WHERE position = $position";
        delete.Parameters.AddWithValue("$position", position);
        delete.ExecuteNonQuery().ShouldBe(1);
        return $"evt_{id}";
    }
}
