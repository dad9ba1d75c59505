using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Tieline.FunctionalTests.Support;
using Tieline.Simulator;

namespace Tieline.FunctionalTests;

public sealed class PersonalDataTests
{
    private const string Canary = "Kanarienvogel7Q";
    private const string Observer = "observer";
    private const string Subscription = """{"messageType":"subscribe","subscriptions":[{"channel":"conversation"}]}""";

    [Fact]
    [Trait("Guarantee", "G8")]
    public async Task Nothing_about_a_person_leaves_or_is_stored_anywhere_though_every_event_is_full_of_it()
    {
        await using var site = await Site.StartAsync(options =>
        {
            options.Verbose = true;
            options.Genesys.Canary = Canary;
            options.Genesys.OtherClients[Observer] = "observer-secret";
        });
        var raw = new PersonalDataSearch([Canary, .. PersonalData.Markers]);
        await ReadRawAsync(site, raw);
        raw.Found.ShouldContain(found => found.Contains(Canary, StringComparison.Ordinal), "the search does not find the canary where it is planted");
        PersonalData.Markers.ShouldAllBe(marker => raw.Found.Any(found => found.Contains($"'{marker}'", StringComparison.Ordinal)));

        // Dead letters and refused frames keep a record too; frames cut in the middle of a name are logged.
        site.Crm.Answer(400, 422);
        site.Crm.Answer(new CrmFault { Status = 503, Count = 2 });
        site.Genesys.Emit(
        [
            Encoding.UTF8.GetBytes($$"""{"type":"conversation.state","state":"completed","participants":[{"id":"p","name":"{{Canary}}"""),
            Encoding.UTF8.GetBytes($$"""{"sequence":"{{Canary}}","type":"{{Canary}}","conversationId":7,"timestamp":"{{Canary}}"}"""),
            Encoding.UTF8.GetBytes($$"""["{{Canary}}"]"""),
            Encoding.UTF8.GetBytes(Canary),
        ]);
        await site.MoreEventsAsync(1_500, TimeSpan.FromSeconds(30));
        await site.MoreDeliveriesAsync(50, TimeSpan.FromSeconds(20));

        var search = new PersonalDataSearch([Canary, .. PersonalData.Markers]);
        search.InFilesOf(site.DataDirectory); // the WAL as it is while the process runs
        search.In("/metrics, JSON", await site.GetAsync("/metrics"));
        search.In("/metrics, Prometheus", await site.GetAsync("/metrics", "text/plain"));
        search.In("/metrics, OpenMetrics", await site.GetAsync("/metrics", "application/openmetrics-text"));
        search.In("/health/ready", (await site.ReadyAsync()).Text);
        File.Exists(Path.Combine(site.DataDirectory, "tieline.db-wal")).ShouldBeTrue("the WAL was to be searched");
        (await site.StopAsync()).ExitCode.ShouldBe(0);
        search.InFilesOf(site.DataDirectory);
        search.In("log", string.Join('\n', site.LogText));
        search.In("stdout", string.Join('\n', site.Process.Output));
        foreach (var request in site.Crm.Requests())
        {
            search.In($"body {request.Index}", request.Body);
            search.In($"headers {request.Index}", string.Join('\n', request.Headers.Select(header => $"{header.Key}: {header.Value}")));
        }

        search.Found.ShouldBeEmpty();
        search.Searched.ShouldBeGreaterThan(2 * 100);
        site.AuditLines("dead-lettered").Count.ShouldBe(2);
        site.LogText.Count().ShouldBeGreaterThan(10, "--verbose was to say much");
    }

    /// <summary>Listens in on Genesys as another client would.</summary>
    private static async Task ReadRawAsync(Site site, PersonalDataSearch search)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var http = new HttpClient();
        using var form = new FormUrlEncodedContent([new("grant_type", "client_credentials"), new("client_id", Observer), new("client_secret", "observer-secret")]);
        using var answer = await http.PostAsync(new Uri(site.Genesys.TokenUrl), form, cancellation);
        var token = (await answer.Content.ReadFromJsonAsync<JsonElement>(cancellation)).GetProperty("access_token").GetString();
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        await socket.ConnectAsync(new Uri(site.Genesys.StreamUrl), cancellation);
        await socket.SendAsync(Encoding.UTF8.GetBytes(Subscription), WebSocketMessageType.Text, endOfMessage: true, cancellation);
        var buffer = new byte[64 * 1024];
        for (var frames = 0; frames < 500; frames++)
        {
            var received = await socket.ReceiveAsync(buffer, cancellation);
            search.In($"raw frame {frames}", buffer.AsSpan(0, received.Count));
        }
    }
}
