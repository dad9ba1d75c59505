using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Tieline.FunctionalTests.Support;

namespace Tieline.FunctionalTests;

/// <summary>Who has no Prometheus is told all the same.</summary>
[Collection(Load.Name)]
public sealed class AlertTests
{
    private const string Down = "TielineDestinationDown";
    private const string Key = "c2l4dGVlbiBieXRlcyBhbmQgYSBmZXcgbW9yZSE=";

    /// <summary>A few looks, and the two minutes after a restart in which nothing is taken to be over, on a machine that has much else to do.</summary>
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(420);

    [Fact]
    public async Task A_CRM_that_is_down_is_told_of_once_over_a_restart_and_again_when_it_is_up()
    {
        await using var receiver = await AlertReceiver.StartAsync(refusals: 1);
        await using var site = await Site.StartAsync(options =>
        {
            options.Genesys.Rate = 50;
            options.Genesys.Passing = 1;
            options.Environment["TIELINE_Alerts__Webhook__Url"] = receiver.Url.ToString();
            options.Environment["TIELINE_Alerts__Webhook__Signing__Secret"] = $"whsec_{Key}";
            options.Settings.Add("Alerts:Webhook:Headers:X-Key=for-the-receiver");
            options.Settings.Add($"Alerts:For:{Down}=1s");
            options.Settings.Add("Alerts:GroupWait=0s");
            options.Settings.Add("Alerts:GroupInterval=1s");
        });
        await site.MoreDeliveriesAsync(20, _soon);

        await site.Crm.DownAsync();
        await Eventually.TrueAsync(() => receiver.Of(Down, "firing").Count > 0, _soon, () => $"it is told\n{site.Process.Tail()}");
        receiver.Refused.ShouldBe(1);
        var notice = receiver.Of(Down, "firing")[0];
        notice.Headers["X-Key"].ShouldBe("for-the-receiver");
        notice.Headers["webhook-signature"].ShouldBe(SignatureOf(notice));
        notice.Text.ShouldContain("crm is down for ");
        site.Log.ShouldContain(line => line.Name == "AlertsNotDelivered");
        var told = (await AlertsAsync(site)).Single(alert => alert!["alert"]!.GetValue<string>() == Down)!;
        (told["state"]!.GetValue<string>(), told["severity"]!.GetValue<string>(), told["runbook"]!.GetValue<string>()).ShouldBe(("firing", "page", $"docs/runbooks/{Down}.md"));

        (await site.StopAsync()).ExitCode.ShouldBe(0);
        await site.StartTielineAsync();
        await site.Crm.UpAsync();
        await Eventually.TrueAsync(() => receiver.Of(Down, "resolved").Count > 0, _soon, () => $"that it is over is told\n{site.Process.Tail()}");
        receiver.Of(Down, "firing").Count.ShouldBe(1, "a restart tells nothing twice");
        site.LogText.ShouldAllBe(line => !line.Contains("hush", StringComparison.Ordinal), "the URL is a secret");
    }

    private static async Task<JsonArray> AlertsAsync(Site site)
    {
        using var http = new HttpClient { BaseAddress = site.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(Path.Combine(site.DataDirectory, "console-token"), TestContext.Current.CancellationToken)).Trim());
        return JsonNode.Parse(await http.GetStringAsync("/api/v1/alerts", TestContext.Current.CancellationToken))!["alerts"]!.AsArray();
    }

    private static string SignatureOf(AlertReceiver.Taken notice)
    {
        byte[] signed = [.. Encoding.ASCII.GetBytes($"{notice.Headers["webhook-id"]}.{notice.Headers["webhook-timestamp"]}."), .. notice.Body];
        return "v1," + Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(Key), signed));
    }
}
