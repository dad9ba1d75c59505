using Tieline.FunctionalTests.Support;
using Tieline.Simulator;
using Tieline.TestKit;
using static Tieline.FunctionalTests.Support.Figures;

namespace Tieline.FunctionalTests;

/// <summary>Each recipe of <c>samples/</c>, as it stands there but for the addresses, against a stand-in of its CRM that allows too little: what was sent is there, once, and a limit is waited for.</summary>
[Trait("Guarantee", "G1")]
[Trait("Guarantee", "G5")]
public sealed class CrmRecipeTests
{
    private const string Secret = "secret-of-the-crm";

    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(60);

    /// <summary>With 403 or 429 and no time, the destination is asked again by and by.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(150);

    [Theory]
    [InlineData("salesforce", 2, Secret, "https://example.my.salesforce.com", "")]
    [InlineData("hubspot", 2, "Bearer " + Secret, "https://api.hubapi.com", "")]
    [InlineData("zendesk", 3, Secret, "https://example.zendesk.com", "")]
    [InlineData("dynamics365", 40, Secret, "https://example.crm.dynamics.com", "https://login.microsoftonline.com")]
    [InlineData("servicenow", 2, Secret, "https://example.service-now.com", "")]
    public async Task What_was_sent_is_in_the_crm_once_and_no_throttle_is_a_dead_letter(string crm, int limit, string secret, string address, string login)
    {
        await using var site = await Site.StartAsync(options =>
        {
            (options.Crm.Preset, options.Crm.PresetLimit) = (crm, limit);
            options.Genesys.Rate = crm == "zendesk" ? 200 : 40;
            options.Environment["CRM_WEBHOOK_URL"] = null;
            options.Prepare = site => Install(site, crm, secret, [address, .. login.Length == 0 ? (string[])[] : [login]]);
        });
        await Eventually.TrueAsync(() => site.Crm.Status.Preset!.Throttled > 0, _soon, () => $"it is throttled: {site.Crm.Status}\n{site.Process.Tail()}");
        // An answer that gets lost: the same goes out again, and must not be there twice. And a token that ends before its time.
        site.Crm.Answer(new CrmFault { Close = "processed", Count = 1 });
        site.Crm.RevokeTokens();
        site.Genesys.Stop();
        await Eventually.TrueAsync(
            async () => await site.MetricsAsync() is var metrics && metrics["waiting"] == 0 && metrics["lastSequence"] >= site.Genesys.Status.LastSequence,
            _patience,
            () => $"all is delivered: {site.Crm.Status}\n{site.Process.Tail()}");

        var sent = site.Genesys.Ledger().Where(line => line is { Passes: true, Written: true } && (crm != "zendesk" || line.State == "abandoned")).Select(line => line.Id!).ToHashSet(StringComparer.Ordinal);
        var records = site.Crm.Records;
        records.Select(record => record.ExternalId).ShouldBe(sent, ignoreOrder: true);
        records.ShouldAllBe(record => record.Copies == 1);
        (await site.MetricsAsync())["deadLetters"].ShouldBe(0);
        site.AuditLines("dead-lettered").ShouldBeEmpty();
        var status = site.Crm.Status;
        // What was in flight when the first of them was turned away may still arrive.
        status.Preset!.Pushed.ShouldBeLessThanOrEqualTo(32, status.ToString());
        status.Answers.Keys.ShouldBeSubsetOf([0, 200, 201, 204, 401, 403, 429], status.ToString());
        if (crm == "salesforce")
        {
            site.Log.ShouldContain(line => line.Name == "QuotaNearlyUsed" && line.Level == "Warning");
            (await site.PrometheusAsync()).Sum("tieline_delivery_quota_used").ShouldBeGreaterThan(0);
        }

        Say($"{crm}: {records.Count} records in {status.Requests} requests, {status.Preset.Throttled} of them turned away ({status.Preset.Pushed} while it had named a time)");
    }

    /// <summary>The sample's files, with the stand-in's address in place of the CRM's.</summary>
    private static void Install(Site site, string crm, string secret, IReadOnlyList<string> addresses)
    {
        var sample = Repository.FileNamed(Path.Combine("samples", crm));
        foreach (var file in Directory.EnumerateFiles(sample))
        {
            var text = File.ReadAllText(file);
            // The scope of a token is no address: it may be anything.
            foreach (var address in addresses)
                text = text.Replace($"\"{address}/", $"\"{site.Crm.Url}/", StringComparison.Ordinal);
            File.WriteAllText(Path.Combine(site.Folder, Path.GetFileName(file)), text);
        }

        File.WriteAllText(Path.Combine(site.Folder, "crm.secret"), secret + "\n");
    }
}
