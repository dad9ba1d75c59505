using System.Net;
using System.Text.Json.Nodes;
using Tieline.Service.Commands;
using Tieline.Service.Tests.Support;

namespace Tieline.Service.Tests.Http;

public sealed class DestinationApiTests : OrgTests
{
    [Fact]
    public async Task What_a_person_says_reads_the_way_it_is_stored()
    {
        await using var running = await RunningTieline.StartAsync(Sandbox);
        using var api = new ApiClient(Sandbox);

        var paused = await api.SendAsync("POST", "destinations/crm/pause", """{"reason":"a\u202eb\u200bc\u2028d","by":"evil\u202e)ipa( toor\u200b"}""");

        paused["pause"]!["reason"]!.GetValue<string>().ShouldBe("abcd");
        paused["pause"]!["by"]!.GetValue<string>().ShouldBe("evil)ipa( toor (api)");
        await ApiClient.UntilAsync(async () => (await api.GetAsync("audit/lines?action=paused"))["lines"]!.AsArray().Count > 0);
        var detail = (await api.GetAsync("audit/lines?action=paused"))["lines"]!.AsArray().ShouldHaveSingleItem()!["detail"]!;
        (detail["reason"]!.GetValue<string>(), detail["by"]!.GetValue<string>()).ShouldBe(("abcd", "evil)ipa( toor (api)"));
    }

    [Fact]
    public async Task A_person_pauses_tests_and_resumes_a_destination_and_the_health_page_says_so()
    {
        Org.Have(2);
        await using var running = await RunningTieline.StartAsync(Sandbox);
        using var api = new ApiClient(Sandbox);
        using var beside = Beside();
        (await api.GetAsync("destinations/crm"))["state"]!.GetValue<string>().ShouldBe("open");
        (await Note(api)).ShouldBeNull();

        await api.SendAsync("POST", "destinations/crm/pause", "{}", HttpStatusCode.BadRequest);
        await api.SendAsync("POST", "destinations/crm/pause", """{"reason":"two\nlines"}""", HttpStatusCode.BadRequest);
        await api.SendAsync("POST", "destinations/crm/pause", """{"reason":"\u200b\u2028"}""", HttpStatusCode.BadRequest);
        await api.SendAsync("POST", "destinations/erp/pause", """{"reason":"no such"}""", HttpStatusCode.NotFound);
        await api.SendAsync("POST", "destinations/crm/resume", null, HttpStatusCode.Conflict);
        var paused = await api.SendAsync("POST", "destinations/crm/pause", """{"reason":"maintenance","by":"anna"}""");
        paused["pause"]!["by"]!.GetValue<string>().ShouldBe("anna (api)");
        (await api.SendAsync("POST", "destinations/crm/pause", """{"reason":"again"}""", HttpStatusCode.Conflict))["detail"]!.GetValue<string>().ShouldContain("anna (api)");

        await api.BackfillAsync(4);
        await ApiClient.UntilAsync(async () => (await api.GetAsync("destinations/crm")) is var one && one["state"]!.GetValue<string>() == "paused" && one["undelivered"]!.GetValue<int>() == 4);
        Org.Received.ShouldBeEmpty();
        (await Note(api)).ShouldNotBeNull().ShouldContain("'tieline destinations resume crm'");
        (await api.GetAsync("status"))["delivering"]!["destinations"]![0]!["pause"]!["reason"]!.GetValue<string>().ShouldBe("maintenance");

        var test = await api.SendAsync("POST", "destinations/crm/test", """{"by":"anna"}""");
        (test["accepted"]!.GetValue<bool>(), test["status"]!.GetValue<int>()).ShouldBe((true, 200));
        test["latencyMs"]!.GetValue<double>().ShouldBeGreaterThan(0);
        Org.Received.Count.ShouldBe(1);
        Org.CrmStatus = 422;
        (await beside.RunAsync("destinations", "test", "crm")).ExitCode.ShouldBe(ExitCode.Wanting);
        Org.CrmStatus = 200;
        (await beside.RunAsync("destinations", "test", "crm")).Output.ShouldStartWith("Accepted with 200");
        await api.SendAsync("POST", "destinations/erp/test", null, HttpStatusCode.NotFound);

        var resumed = await beside.RunAsync("destinations", "resume", "crm");
        (resumed.ExitCode, resumed.Output).ShouldBe((ExitCode.Done, "'crm' goes on.\n"), resumed.Error);
        await ApiClient.UntilAsync(async () => (await api.GetAsync("destinations/crm"))["undelivered"]!.GetValue<int>() == 0);
        Org.Received.Count.ShouldBe(7);
        (await api.GetAsync("changes"))["changes"]!.AsArray().Select(change => change!["action"]!.GetValue<string>()).ShouldContain("paused");
        await ApiClient.UntilAsync(async () => (await api.GetAsync("audit/lines?action=resumed"))["lines"]!.AsArray().Count > 0); // the log follows within a second
        (await api.GetAsync("audit/lines?action=resumed"))["lines"]!.AsArray().ShouldHaveSingleItem()!["detail"]!["by"]!.GetValue<string>().ShouldBe($"{Environment.UserName} (api)");
    }

    [Fact]
    public async Task Without_a_Tieline_that_runs_the_journal_is_told_and_what_was_a_destination_is_discarded_over_the_API()
    {
        Org.Have(1);
        await using (await RunningTieline.StartAsync(Sandbox.Variable("TIELINE_Destinations__0__Name", "crm").Variable("TIELINE_Destinations__0__Url", new Uri(Org.Url, "/crm").ToString())
            .Variable("TIELINE_Destinations__1__Name", "old").Variable("TIELINE_Destinations__1__Url", new Uri(Org.Url, "/crm").ToString())))
        {
            using var api = new ApiClient(Sandbox);
            await api.SendAsync("POST", "destinations/old/pause", """{"reason":"it goes"}""");
            await api.BackfillAsync(2);
            await ApiClient.UntilAsync(async () => (await api.GetAsync("destinations/crm"))["undelivered"]!.GetValue<int>() == 0);
            await api.SendAsync("POST", "destinations/old/discard", """{"reason":"moved"}""", HttpStatusCode.Conflict);
        }

        using var beside = Beside();
        (await beside.RunAsync("destinations", "pause", "crm", "--reason", "night")).ExitCode.ShouldBe(ExitCode.Done);
        var again = await beside.RunAsync("destinations", "pause", "crm", "--reason", "night");
        (again.ExitCode, again.Error).ShouldBe((ExitCode.Failed, $"tieline: Destination 'crm' is paused already, by {Environment.UserName}.\n"));
        (await beside.RunAsync("destinations", "list")).Output.ShouldContain($"by {Environment.UserName}: night");
        (await beside.RunAsync("destinations", "test", "crm")).Error.ShouldContain("No Tieline runs");
        (await beside.RunAsync("destinations", "pause", "erp", "--reason", "night")).ExitCode.ShouldBe(ExitCode.Usage);

        beside.Environment.Remove("TIELINE_Destinations__1__Name");
        beside.Environment.Remove("TIELINE_Destinations__1__Url");
        await using var running = await RunningTieline.StartAsync(beside);
        using var later = new ApiClient(beside);
        (await later.GetAsync("destinations/crm"))["state"]!.GetValue<string>().ShouldBe("paused");
        await later.SendAsync("POST", "destinations/old/discard", "{}", HttpStatusCode.BadRequest);
        await later.SendAsync("POST", "destinations/none/discard", """{"reason":"moved"}""", HttpStatusCode.NotFound);
        (await later.SendAsync("POST", "destinations/old/discard", """{"dryRun":true}"""))["plan"]![0]!["undelivered"]!.GetValue<int>().ShouldBe(2);
        (await ReadyAsync(later))["notes"]!.AsArray().ShouldHaveSingleItem()!.GetValue<string>().ShouldBe(
            "2 events wait for destination 'old', which is no longer configured: put it back, or 'tieline destinations discard old'");
        (await later.SendAsync("POST", "destinations/old/discard", """{"reason":"moved"}"""))["report"]!["done"]!.GetValue<int>().ShouldBe(2);
        (await ReadyAsync(later))["notes"].ShouldBeNull();
        (await later.GetAsync("destinations/old"))["undelivered"]!.GetValue<int>().ShouldBe(0);
        await later.SendAsync("GET", "destinations/none", null, HttpStatusCode.NotFound);
    }

    private static async Task<string?> Note(ApiClient api) =>
        (await ReadyAsync(api))["checks"]!.AsArray().Single(check => check!["name"]!.GetValue<string>() == "destinations")!["note"]?.GetValue<string>();

    private static async Task<JsonNode> ReadyAsync(ApiClient api)
    {
        using var answer = await api.Http.GetAsync("/health/ready", TestContext.Current.CancellationToken);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
    }

    /// <summary>Signals stop once: commands beside a Tieline that runs need their own.</summary>
    private Sandbox Beside()
    {
        var beside = new Sandbox();
        foreach (var (name, value) in Sandbox.Environment)
            beside.Environment[name] = value;
        return beside;
    }
}
