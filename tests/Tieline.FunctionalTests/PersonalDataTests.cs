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

    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(60);
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

    /// <summary>Every output that there is, from either source, while everything goes wrong that makes Tieline say more than usual.</summary>
    [Theory]
    [InlineData("AnalyticsStream")]
    [InlineData("Notifications")]
    [Trait("Guarantee", "G8")]
    public async Task Nothing_about_a_person_is_in_any_output_of_either_source_whatever_goes_wrong(string source)
    {
        await using var collector = await Collector.StartAsync();
        await using var receiver = await AlertReceiver.StartAsync();
        using var disk = FaultyDisk.IsPossible ? new FaultyDisk() : null;
        await using var site = source == "Notifications" ? await Facts.StartAsync(Configure) : await Site.StartAsync(Configure);
        void Configure(SiteOptions options)
        {
            options.Verbose = true;
            options.Genesys.Canary = Canary;
            options.Genesys.Rate = 100;
            options.Settings.Add($"Telemetry:Otlp:Endpoint={collector.Url}");
            options.Settings.Add("Telemetry:TraceRatio=1");
            options.Environment["TIELINE_Alerts__Webhook__Url"] = receiver.Url.ToString();
            options.Settings.Add("Alerts:For:TielineDestinationDown=1s");
            options.Settings.Add("Alerts:GroupWait=0s");
            options.Settings.Add("Alerts:GroupInterval=1s");
            options.FillsSoon();
            foreach (var (name, value) in disk?.Command ?? new Dictionary<string, string>(StringComparer.Ordinal))
                options.Environment[name] = value;
        }

        await site.MoreDeliveriesAsync(50, _soon);

        // Frames with personal data in every id and word; frames that cannot be read.
        foreach (var what in (string[])["personalIds", "personalWord", "longId", "wrongTypes", "truncated"])
            await site.FaultAsync(new SimulatorFault { Kind = "malformed", What = what, Count = 3 });
        // A gap, which is fetched from records with personal data in every field.
        await site.FaultAsync(source == "Notifications" ? new SimulatorFault { Kind = "abort" } : new SimulatorFault { Kind = "drop", Count = 60 });
        // A CRM that sends back what it got, and more.
        site.Crm.Answer(new CrmFault { Status = 422, Count = 2, Body = $$"""{"errorCode":"FIELD_{{Canary}}","message":"{{Canary}}, dana.example@example.com, +15550100123","title":"{{Canary}}"}""" });
        site.Crm.Answer(new CrmFault { Status = 400, Count = 2, Body = $"<html><title>{Canary}</title>Dana Example +15550100123</html>", ContentType = "text/html" });
        await site.MoreEventsAsync(800, _soon);
        await site.MoreDeliveriesAsync(50, _soon);
        await site.Crm.DownAsync();
        await Eventually.TrueAsync(() => receiver.Of("TielineDestinationDown", "firing").Count > 0, _soon, () => $"the alert is told\n{site.Process.Tail()}");
        await site.Crm.UpAsync();
        if (disk is not null)
        {
            // A loop fails, and says why.
            disk.Set("sync */tieline.db-wal 5");
            await Eventually.TrueAsync(async () => (await site.ReadyAsync()).Status == 503, _soon, () => $"the disk is missed\n{site.Process.Tail()}");
            disk.Set();
        }

        await site.MoreDeliveriesAsync(50, _soon);
        var search = new PersonalDataSearch([Canary, .. PersonalData.Markers]);
        search.InFilesOf(site.DataDirectory);
        foreach (var path in (string[])["/metrics", "/health/ready", "/health/live"])
            search.In(path, await (await site.AskAsync(path)).Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        using (var http = new HttpClient { BaseAddress = site.Address })
        {
            http.DefaultRequestHeaders.Authorization = new("Bearer", (await File.ReadAllTextAsync(Path.Combine(site.DataDirectory, "console-token"), TestContext.Current.CancellationToken)).Trim());
            foreach (var path in (string[])["status", "events?limit=200", "dead-letters?limit=200", "dead-letters?grouped=true", "conversations?limit=200", "gaps", "alerts", "destinations", "audit/lines?limit=200", "audit/export", "audit/checkpoints", "changes?limit=200", "history", "system", "configuration"])
                search.In($"/api/v1/{path}", WithoutOurWord(await http.GetStringAsync(new Uri($"/api/v1/{path}", UriKind.Relative), TestContext.Current.CancellationToken)));
        }

        foreach (var command in (string[][])[["status"], ["doctor"], ["doctor", "--json"], ["dead-letters", "list", "--each"], ["dead-letters", "list", "--json"], ["audit", "show"], ["audit", "show", "--json"], ["completeness"], ["config", "show"], ["destinations", "list"]])
        {
            var ran = await site.RunAsync(command);
            search.In($"tieline {string.Join(' ', command)}", WithoutOurWord($"{ran.Output}\n{ran.Errors}"));
        }

        (await site.StopAsync()).ExitCode.ShouldBe(0);
        search.InFilesOf(site.DataDirectory);
        search.In("log", string.Join('\n', site.LogText));
        search.In("stdout", string.Join('\n', site.Process.Output));
        foreach (var request in site.Crm.Requests())
        {
            search.In($"body {request.Index}", request.Body);
            search.In($"headers {request.Index}", string.Join('\n', request.Headers.Select(header => $"{header.Key}: {header.Value}")));
        }

        foreach (var notice in receiver.All)
            search.In("alert", notice.Text);
        foreach (var word in (string[])[Canary, .. PersonalData.Markers])
        {
            foreach (var signal in (string[])["metrics", "traces", "logs"])
            {
                if (collector.Has(signal, Encoding.UTF8.GetBytes(word)))
                    search.In($"OTLP {signal}", word);
            }
        }

        search.Found.ShouldBeEmpty();
        site.AuditLines("dead-lettered").Count.ShouldBe(4);
        site.AuditLines("gap-detected").Count.ShouldBeGreaterThan(0);
        collector.Has("traces", "POST"u8).ShouldBeTrue("traces were to be searched");
        if (source == "AnalyticsStream")
            site.Crm.Requests().Any(request => Encoding.UTF8.GetString(request.Body).Contains("\"conversationId\":\"h:", StringComparison.Ordinal)).ShouldBeTrue("an event with personal data in its ids goes out with hashes");
        site.Crm.Requests().Any(request => Encoding.UTF8.GetString(request.Body).Contains("\"role\":\"h:", StringComparison.Ordinal)).ShouldBeTrue("a role that is none of Genesys's goes out as a hash");
    }

    /// <summary>"example" is a marker of the simulator's e-mails, and the name of a member and a column of ours.</summary>
    private static string WithoutOurWord(string text) => text.Replace("\"example", "\"sample", StringComparison.Ordinal).Replace(" example ", " sample ", StringComparison.Ordinal);

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
