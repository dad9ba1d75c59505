using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Tieline.Diagnostics;
using Tieline.Events;
using Tieline.Journal;
using Tieline.Sequencing;
using Tieline.Service.Commands;
using Tieline.Service.Http;
using Tieline.Service.Tests.Support;
using Tieline.Storage;
using Tieline.TestKit;

namespace Tieline.Service.Tests.Commands;

public sealed class ConfigPreviewCommandTests : OrgTests
{
    private const string Stricter = """{ "Filter": { "Rules": [{ "Type": "conversation.state", "States": ["completed"] }] } }""";

    [Fact]
    public async Task Beside_no_running_Tieline_the_journal_is_read()
    {
        await FillAsync();
        Sandbox.File("next.json", Stricter);

        var ran = await Sandbox.RunAsync("config", "preview", "--config", "next.json", "--json");

        (ran.ExitCode, ran.Error).ShouldBe((ExitCode.Done, ""));
        var report = JsonNode.Parse(ran.Output)!;
        (report["events"]!.GetValue<long>(), report["notOnDisk"]).ShouldBe((3, null));
        report["parts"]!.AsArray().Select(Text).ShouldBe(["Filter 1 2 -", "Destinations:crm 1 2 -"]);
        var text = (await Sandbox.RunAsync("config", "preview", "--config", "next.json")).Output;
        text.ShouldContain("3 events on disk");
        text.ShouldContain("is on no disk, and not counted here");
        text.ShouldContain("Filter: would have kept 1 and dropped 2.");
        text.ShouldContain("would drop evt_");
        text.ShouldNotContain("user-7f21");
    }

    [Fact]
    public async Task A_running_one_is_asked_and_tells_what_the_filter_in_force_keeps()
    {
        await FillAsync();
        await using var running = await RunningTieline.StartAsync(Sandbox);
        using var beside = new Sandbox().File("next.json", Stricter);
        foreach (var (name, value) in Sandbox.Environment)
            beside.Variable(name, value);

        var ran = await beside.RunAsync("config", "preview", "--config", "next.json", "--json", "--last", "90m");

        (ran.ExitCode, ran.Error).ShouldBe((ExitCode.Done, ""));
        JsonNode.Parse(ran.Output)!["parts"]!.AsArray().Select(Text).ShouldBe(["Filter 1 2 3", "Destinations:crm 1 2 3"]);
        (await PostAsync("""{"filter":{"rules":[{"type":"routing.queue"}]}}""")).ShouldBe((HttpStatusCode.OK, "Filter 2 1 3"));
        (await PostAsync("""{"filter":{"rules":[]}}""")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await PostAsync(new string(' ', FilterRequest.MaxBytes))).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await PostAsync(FilterRequest.Example, token: "wrong")).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData(null, "What the filter in force dropped meanwhile is on no disk, and not counted here.")]
    [InlineData(0L, "The filter in force dropped none meanwhile.")]
    [InlineData(1L, "1 more was dropped by the filter in force: it is on no disk, and a wider filter might have kept it.")]
    [InlineData(1234L, "1,234 more were dropped by the filter in force: they are on no disk, and a wider filter might have kept some of them.")]
    public void What_is_on_no_disk_is_told(long? dropped, string sentence) => ConfigPreviewCommand.NotOnDisk(dropped).ShouldBe(sentence);

    [Theory]
    [InlineData("--last 10s", "--last must be a time from 1m to 744h, such as 24h, was '10s'")]
    [InlineData("--last soon", "--last must be a time from 1m to 744h, such as 24h, was 'soon'")]
    [InlineData("--config missing.json", "no such file")]
    [InlineData("--set Filter:Rules=[]", "Filter:Rules: at least one rule is required")]
    public async Task What_is_wrong_is_told(string line, string expected)
    {
        var ran = await Sandbox.RunAsync([.. "config preview".Split(' '), .. line.Split(' ')]);

        (ran.ExitCode, ran.Output).ShouldBe((ExitCode.Usage, ""));
        ran.Error.ShouldContain(expected);
    }

    private static string Text(JsonNode? part) => $"{part!["filter"]} {part["kept"]} {part["dropped"]} {part["keptNow"]?.ToString() ?? "-"}";

    private async Task<(HttpStatusCode Status, string? First)> PostAsync(string body, string? token = null)
    {
        using var http = new HttpClient { BaseAddress = new Uri(Sandbox.Environment["TIELINE_Http__Listen"]) };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/filter/preview") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token ?? ConsoleToken.TryRead(RunningTieline.DataOf(Sandbox)));
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return (response.StatusCode, response.IsSuccessStatusCode ? Text(JsonNode.Parse(text)!["parts"]![0]) : null);
    }

    /// <summary>Two events of a queue and a call that ended, received an hour ago.</summary>
    private async Task FillAsync()
    {
        using var metrics = new TielineMetrics();
        using var logs = new LogGuard();
        using var data = DataDirectory.Open(RunningTieline.DataOf(Sandbox));
        IdentityKeyFile.Open(data.FileNamed("keys")); // as a run makes it before its first event
        using var journal = SqliteJournal.Open(data, ["crm"], TimeProvider.System, metrics, logs.For<SqliteJournal>());
        var received = TimeProvider.System.GetUtcNow().AddHours(-1);
        ConversationEvent[] events = [Some.Event(1, "c1"), Some.Event(2, "c2"), Some.Event(3, "c3", EventKinds.ConversationState, EventKinds.Completed)];
        foreach (var one in events)
            await journal.PostAsync(new JournalWork.Append(new RedactedEvent(one with { ReceivedAt = received }), new Mark(1, one.Sequence, Some.Time), IsHeld: false), TestContext.Current.CancellationToken);
        journal.Complete();
        await journal.WriteAsync(TestContext.Current.CancellationToken);
    }
}
