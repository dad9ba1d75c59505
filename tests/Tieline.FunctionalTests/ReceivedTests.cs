using System.Globalization;
using System.Net.Mime;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CloudNative.CloudEvents;
using CloudNative.CloudEvents.SystemTextJson;
using Org.BouncyCastle.Math.EC.Rfc8032;
using Tieline.FunctionalTests.Support;
using Tieline.Simulator;
using static Tieline.FunctionalTests.Support.Figures;

namespace Tieline.FunctionalTests;

/// <summary>Four destinations, each signed, authenticated and written in another way, as their receivers see them: every event at each of them, once; the secret of one replaced on the way.</summary>
[Trait("Guarantee", "G1")]
public sealed class ReceivedTests
{
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Each_receiver_can_verify_and_read_all_it_gets_also_while_its_secret_is_replaced()
    {
        await using var site = await Site.StartAsync(options =>
        {
            options.Genesys.Rate = 60;
            options.Environment["CRM_WEBHOOK_URL"] = null;
            options.Prepare = Install;
        });
        var folder = site.Folder;
        var before = await ReadAsync(folder, "v1.secret");
        await Eventually.TrueAsync(() => Of(site, "/v1").Count > 20, _soon, () => $"v1 gets events\n{site.Process.Tail()}");
        var rotated = await site.RunAsync("secret", "rotate", "--destination", "v1");
        rotated.ExitCode.ShouldBe(0, rotated.ToString());
        await Eventually.TrueAsync(() => Of(site, "/v1").Count(request => Signatures(request).Length == 2) > 50, _soon, () => $"both secrets sign\n{site.Process.Tail()}");
        site.Genesys.Stop();
        await Eventually.TrueAsync(
            async () => await site.MetricsAsync() is var metrics && metrics["waiting"] == 0 && metrics["lastSequence"] >= site.Genesys.Status.LastSequence,
            _soon,
            () => $"all is delivered\n{site.Process.Tail()}");
        var after = await ReadAsync(folder, "v1.secret");

        var sent = site.Genesys.Ledger().Where(line => line is { Passes: true, Written: true }).ToDictionary(line => line.Id!, StringComparer.Ordinal);
        foreach (var path in (string[])["/v1", "/v1a", "/events", "/template"])
            Of(site, path).Select(request => request.Id!).ShouldBe(sent.Keys, ignoreOrder: true, path);
        VerifyV1(Of(site, "/v1"), before, after);
        VerifyV1a(Of(site, "/v1a"), await ReadAsync(folder, "v1a.secret"));
        ReadCloudEvents(Of(site, "/events"), sent);
        ReadTemplate(Of(site, "/template"), sent);
        var basic = "Basic " + Convert.ToBase64String("tieline:pass:w0rd"u8);
        Of(site, "/events").ShouldAllBe(request => Header(request, "Authorization") == basic);
        Of(site, "/template").ShouldAllBe(request => Header(request, "X-Api-Key") == "key-4711");
        Say($"{sent.Count} events at four destinations; {Of(site, "/v1").Count(request => Signatures(request).Length == 2)} signed by both secrets");
    }

    private static void Install(Site site)
    {
        File.WriteAllText(Path.Combine(site.Folder, "v1.secret"), "whsec_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        File.WriteAllText(Path.Combine(site.Folder, "v1a.secret"), "whsk_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        File.WriteAllText(Path.Combine(site.Folder, "crm.liquid"), """{"key":"{{ id }}","call":"{{ conversationId }}","status":"{{ state | default: 'none' }}"}""");
        File.WriteAllText(
            Path.Combine(site.Folder, "tieline.json"),
            $$"""
            {
              "Destinations": [
                { "Name": "v1", "Url": "{{site.Crm.Url}}/v1", "Signing": { "SecretFile": "v1.secret" } },
                { "Name": "v1a", "Url": "{{site.Crm.Url}}/v1a", "Signing": { "Algorithm": "V1a", "SecretFile": "v1a.secret" } },
                { "Name": "events", "Url": "{{site.Crm.Url}}/events", "Format": "CloudEvents", "Authentication": { "Type": "Basic", "Username": "tieline", "Password": "pass:w0rd" } },
                { "Name": "template", "Url": "{{site.Crm.Url}}/template", "Format": "Template", "Template": { "Text_FILE": "crm.liquid" },
                  "Authentication": { "Type": "Header", "Name": "X-Api-Key", "Value": "key-4711" } }
              ]
            }
            """);
    }

    private static List<CrmRequest> Of(Site site, string path) => [.. site.Crm.Requests().Where(request => request.Path == path)];

    private static string? Header(CrmRequest request, string name) => request.Headers.FirstOrDefault(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    private static string[] Signatures(CrmRequest request) => Header(request, "webhook-signature")!.Split(' ');

    private static async Task<string> ReadAsync(string folder, string name) => (await File.ReadAllTextAsync(Path.Combine(folder, name), TestContext.Current.CancellationToken)).Trim();

    private static byte[] Content(CrmRequest request) => [.. Encoding.UTF8.GetBytes($"{request.Id}.{Header(request, "webhook-timestamp")}."), .. request.Body];

    /// <summary>A receiver with the old secret verifies all of it; one with the new one all from when that was taken up.</summary>
    private static void VerifyV1(List<CrmRequest> requests, string before, string after)
    {
        after.ShouldNotBe(before);
        var takenUp = requests.FindIndex(request => Signatures(request).Length == 2);
        foreach (var (index, request) in requests.Index())
        {
            Signatures(request).ShouldContain(Hmac(request, before), $"request {index}");
            // A few that were in flight just then may have arrived in another order.
            if (index > takenUp + 32)
                Signatures(request).ShouldContain(Hmac(request, after), $"request {index}");
            var age = request.ArrivedAt - DateTimeOffset.FromUnixTimeSeconds(long.Parse(Header(request, "webhook-timestamp")!, CultureInfo.InvariantCulture));
            age.ShouldBeInRange(TimeSpan.FromSeconds(-1), TimeSpan.FromMinutes(1));
        }
    }

    private static string Hmac(CrmRequest request, string secret) => "v1," + Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(secret["whsec_".Length..]), Content(request)));

    private static void VerifyV1a(List<CrmRequest> requests, string secret)
    {
        var publicKey = new byte[Ed25519.PublicKeySize];
        Ed25519.GeneratePublicKey(Convert.FromBase64String(secret["whsk_".Length..]), 0, publicKey, 0);
        foreach (var request in requests)
        {
            var content = Content(request);
            var signature = Signatures(request).ShouldHaveSingleItem();
            signature.ShouldStartWith("v1a,");
            Ed25519.Verify(Convert.FromBase64String(signature["v1a,".Length..]), 0, publicKey, 0, content, 0, content.Length).ShouldBeTrue(request.Id);
        }
    }

    private static void ReadCloudEvents(List<CrmRequest> requests, Dictionary<string, LedgerLine> sent)
    {
        var formatter = new JsonEventFormatter();
        foreach (var request in requests)
        {
            var read = formatter.DecodeStructuredModeMessage(request.Body, new ContentType(Header(request, "Content-Type")!), null);
            var line = sent[request.Id!];
            (read.Id, read.Subject, read.Type, read.Time).ShouldBe((line.Id, line.ConversationId, $"com.tieline.{line.Type}", line.Timestamp));
            read.IsValid.ShouldBeTrue();
            ((JsonElement)read.Data!).GetProperty("conversationId").GetString().ShouldBe(line.ConversationId);
        }
    }

    private static void ReadTemplate(List<CrmRequest> requests, Dictionary<string, LedgerLine> sent)
    {
        foreach (var request in requests)
        {
            var (body, line) = (JsonSerializer.Deserialize<JsonElement>(request.Body), sent[request.Id!]);
            (body.GetProperty("key").GetString(), body.GetProperty("call").GetString()).ShouldBe((line.Id, line.ConversationId));
            body.GetProperty("status").GetString().ShouldNotBeNullOrEmpty();
        }
    }
}
