using System.Text;
using System.Text.Json.Nodes;
using Tieline.FunctionalTests.Support;
using Tieline.TestKit;

namespace Tieline.FunctionalTests;

[Collection(Load.Name)]
public sealed class UndisturbedTests
{
    [Fact]
    [Trait("Guarantee", "G1")]
    [Trait("Guarantee", "G3")]
    [Trait("Guarantee", "G4")]
    [Trait("Guarantee", "G7")]
    [Trait("Guarantee", "G10")]
    public async Task What_is_sent_at_500_a_second_is_filtered_or_delivered_once_and_in_order_and_the_audit_log_proves_it()
    {
        await using var site = await Site.StartAsync(options => options.Genesys.Rate = 500);
        await site.MoreEventsAsync(5_000, TimeSpan.FromSeconds(30));
        var account = await site.SettleAsync(TimeSpan.FromSeconds(30));

        account.ShouldBeUndisturbed();
        account.Sent.Count.ShouldBe(account.Filtered + account.Delivered, account.ToString());
        account.Sent.Count.ShouldBe(account.Ledger.Count);
        account.Requests.Count.ShouldBe(account.Delivered);
        WouldBeNoticed(site);
        var metrics = await site.MetricsAsync();
        metrics["totalEvents"].ShouldBe(account.Delivered);
        metrics["lastSequence"].ShouldBe(account.Ledger[^1].Line.Sequence);
        metrics["sequenceGaps"].ShouldBe(0);
        metrics["reconnectionCount"].ShouldBe(0);
        metrics["duplicates"].ShouldBe(0);
        metrics["avgLatencyMs"].ShouldBeGreaterThan(0);

        var (code, after) = await site.StopAsync();
        code.ShouldBe(0, site.Process.Tail());
        after.ShouldBeLessThan(TimeSpan.FromSeconds(5));
        site.Genesys.Status.Closes[^1].ShouldSatisfyAllConditions(close => close.By.ShouldBe("client"), close => close.Code.ShouldBe(1000));
        site.Log.ShouldNotContain(line => line.Level == "Error" || line.Level == "Fatal" || line.Level == "Warning");

        var delivered = site.AuditLines("delivered").Select(line => line.Entry.Id).ToList();
        delivered.Order().ShouldBe(site.Crm.Requests().Select(request => request.Id).Order());
        site.AuditLines("accepted").Select(line => line.Entry.Id).Order().ShouldBe(delivered.Order());
        (await site.RunAsync("audit", "verify", "--data", site.DataDirectory)).ExitCode.ShouldBe(0);
        await TheOtherVerifierAgreesAsync(site);
        await FindsWhatWasDoneToACopyAsync(site);
    }

    private static async Task TheOtherVerifierAgreesAsync(Site site)
    {
        using var journal = site.OpenJournal();
        var (head, file) = (journal.ReadHead()!, Path.Combine(site.DataDirectory, "known.json"));
        var known = new JsonObject { ["fact"] = head.Fact, ["hash"] = head.Hash, ["newest"] = journal.ReadCounters().NextFact - 1, ["checkpoint"] = head.Checkpoint!.Number, ["checkpointHash"] = head.Checkpoint.Hash };
        await File.WriteAllTextAsync(file, known.ToJsonString(), TestContext.Current.CancellationToken);
        var found = await IndependentVerifier.RunAsync([site.AuditDirectory], ["--journal", file, "--key", head.Checkpoint.Key], TestContext.Current.CancellationToken);
        if (found is [var one])
            (one.Ok, one.Reason, one.Head).ShouldBe((true, null, head.Hash));
    }

    /// <summary>The account balances because nothing is wrong, not because it cannot see: one request less, twice, or earlier than another does not pass.</summary>
    private static void WouldBeNoticed(Site site)
    {
        var requests = site.Crm.Requests();
        Account.Of(site, [.. requests.Skip(1)]).Lost.Count.ShouldBe(1);
        Account.Of(site, [requests[5], .. requests]).SecondCopies.Count.ShouldBe(1);
        Account.Of(site, [.. requests.Reverse()]).OutOfOrder.ShouldNotBeEmpty();
    }

    /// <summary>Also without the journal: the files alone must tell.</summary>
    private static async Task FindsWhatWasDoneToACopyAsync(Site site)
    {
        var name = Path.GetFileName(Directory.GetFiles(site.AuditDirectory, "audit-*.jsonl").Order().First());
        var lines = File.ReadAllLines(Path.Combine(site.AuditDirectory, name), Encoding.Latin1);
        var middle = lines.Length / 2;
        var copy = await VerifyCopyAsync("untouched", lines);
        copy.ExitCode.ShouldBe(0, copy.ToString());

        var flipped = Encoding.Latin1.GetBytes(lines[middle]);
        flipped[flipped.Length / 3] ^= 1;
        await FoundAsync("flipped", [.. lines[..middle], Encoding.Latin1.GetString(flipped), .. lines[(middle + 1)..]]);
        await FoundAsync("deleted", [.. lines[..middle], .. lines[(middle + 1)..]]);
        await FoundAsync("swapped", [.. lines[..middle], lines[middle + 1], lines[middle], .. lines[(middle + 2)..]]);

        async Task FoundAsync(string what, string[] changed)
        {
            var result = await VerifyCopyAsync(what, changed);
            result.ExitCode.ShouldBe(3, $"{what}: {result}");
            result.Output.ShouldContain(name, customMessage: what);
            result.Output.ShouldContain($"line {middle + 1}:", customMessage: what);
        }

        async Task<CommandResult> VerifyCopyAsync(string what, string[] content)
        {
            var folder = Path.Combine(site.Folder, what);
            var audit = Directory.CreateDirectory(Path.Combine(folder, "audit")).FullName;
            foreach (var file in Directory.GetFiles(site.AuditDirectory))
                File.Copy(file, Path.Combine(audit, Path.GetFileName(file)));
            File.WriteAllText(Path.Combine(audit, name), string.Join('\n', content) + '\n', Encoding.Latin1);
            return await site.RunAsync("audit", "verify", "--data", folder);
        }
    }
}
