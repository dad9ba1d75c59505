using System.Globalization;
using System.Text.Json.Nodes;
using Tieline.Service.Commands;
using Tieline.Service.Tests.Support;

namespace Tieline.Service.Tests.Commands;

public sealed class DeadLettersCommandTests : OrgTests
{
    private static readonly string[] _span = ["--from", Text(FakeOrg.Start.AddMinutes(-5)), "--to", Text(FakeOrg.Start.AddMinutes(30))];

    [Theory]
    [InlineData("dead-letters replay nonsense", "ID|POSITION must be an event's id (evt_ and 32 hex digits) or a position, was 'nonsense'")]
    [InlineData("dead-letters replay --rate 0", "--rate must be above 0 and at most 1000, was '0'")]
    [InlineData("dead-letters list --from noon", "--from must be a time such as 2026-03-02T09:00:00Z or 2026-03-02, was 'noon'")]
    [InlineData("dead-letters discard", "Option '--reason' is required.")]
    [InlineData("replay --destination crm", "--from and --to are required")]
    public async Task A_wrong_line_is_told(string line, string problem)
    {
        var ran = await Sandbox.RunAsync(line.Split(' '));

        ran.ExitCode.ShouldBe(ExitCode.Usage);
        ran.Error.ShouldContain($"tieline: {problem}\n");
    }

    [Fact]
    public async Task Nobody_runs_and_the_commands_do_it_themselves()
    {
        await DeadAsync(Sandbox);
        Org.CrmStatus = 200;

        var groups = JsonNode.Parse((await Sandbox.RunAsync("dead-letters", "list", "--json")).Output)!["groups"]!.AsArray();
        groups.Count.ShouldBe(1);
        groups[0]!["count"]!.GetValue<int>().ShouldBe(6);
        groups[0]!["status"]!.GetValue<int>().ShouldBe(422);
        (await Sandbox.RunAsync("dead-letters", "list", "--each")).Output.Split('\n').Count(line => line.Contains("evt_")).ShouldBe(6);
        (await Sandbox.RunAsync("dead-letters", "list", "--status", "400")).Output.ShouldBe("No dead letter fits.\n");

        var id = groups[0]!["example"]!.GetValue<string>();
        var shown = await Sandbox.RunAsync("dead-letters", "show", id);
        shown.Output.ShouldContain("attempt 1");
        shown.Output.ShouldContain("rejected  422");
        (await Sandbox.RunAsync("dead-letters", "show", "999")).ExitCode.ShouldBe(ExitCode.Failed);

        Org.Received.Clear();
        var dry = await Sandbox.RunAsync("dead-letters", "replay", "--conversation", "c1");
        dry.ExitCode.ShouldBe(ExitCode.Done, dry.Error);
        dry.Error.ShouldContain("Nothing was done");
        Org.Received.ShouldBeEmpty();

        var replayed = await Sandbox.RunAsync("dead-letters", "replay", "--conversation", "c1", "--yes", "--rate", "100");
        replayed.ExitCode.ShouldBe(ExitCode.Done, replayed.Error);
        replayed.Output.ShouldContain("2 dead letters go out again.");
        Org.Received.Distinct().Count().ShouldBe(2);
        var discarded = await Sandbox.RunAsync("dead-letters", "discard", id, "--reason", "test data", "--yes", "--json");
        discarded.ExitCode.ShouldBe(ExitCode.Done, discarded.Error);
        JsonNode.Parse(discarded.Output)!["report"]!["done"]!.GetValue<int>().ShouldBe(1);
        JsonNode.Parse((await Sandbox.RunAsync("dead-letters", "list", "--json")).Output)!["groups"]![0]!["count"]!.GetValue<int>().ShouldBe(3);

        (await Sandbox.RunAsync("audit", "verify")).ExitCode.ShouldBe(ExitCode.Done);
        (await Sandbox.RunAsync("audit", "show", "--all", "--action", "discarded")).Output.ShouldContain($"\"reason\":\"test data\",\"by\":\"{Environment.UserName}\"");
        (await Sandbox.RunAsync("audit", "show", "--all", "--action", "replayed")).Output.Split('\n').Length.ShouldBe(3);
    }

    [Fact]
    public async Task A_running_Tieline_is_asked()
    {
        var service = RunningTieline.Sandbox(Org);
        foreach (var (name, value) in service.Environment)
            Sandbox.Variable(name, value);
        Sandbox.Variable("TIELINE_DataDirectory", RunningTieline.DataOf(service));
        await DeadAsync(service);
        Org.CrmStatus = 200;
        Org.Received.Clear();
        using var again = RunningTieline.Sandbox(Org).Variable("TIELINE_DataDirectory", RunningTieline.DataOf(service)).Variable("TIELINE_Http__Listen", service.Environment["TIELINE_Http__Listen"]);
        await using (await RunningTieline.StartAsync(again))
        {
            var discarded = await Sandbox.RunAsync("dead-letters", "discard", "1", "--reason", "no use", "--yes");
            discarded.Output.ShouldContain("1 dead letters are discarded.", Case.Sensitive, discarded.Error);
            var replayed = await Sandbox.RunAsync("dead-letters", "replay", "--yes", "--rate", "100");
            replayed.Output.ShouldContain("5 dead letters go out again.", Case.Sensitive, replayed.Error);
            await ReceivedAsync(5);
            (await Sandbox.RunAsync("dead-letters", "list")).Output.ShouldBe("No dead letter fits.\n");

            var hour = Text(TimeProvider.System.GetUtcNow().AddHours(-1));
            string[] span = ["replay", "--from", hour, "--to", Text(TimeProvider.System.GetUtcNow().AddSeconds(-1)), "--destination", "crm", "--rate", "200"];
            var dry = await Sandbox.RunAsync(span);
            dry.Output.ShouldContain("5 events that 'crm' accepted", Case.Sensitive, dry.Error);
            dry.Error.ShouldContain("Nothing was done");
            var sent = await Sandbox.RunAsync([.. span, "--yes"]);
            sent.Output.ShouldContain("5 events go out again.", Case.Sensitive, sent.Error);
            await ReceivedAsync(10);
            Org.Received.Distinct().Count().ShouldBe(5);
            (await Sandbox.RunAsync([.. span, "--to-destination", "erp"])).ExitCode.ShouldBe(ExitCode.Usage);
        }

        (await Sandbox.RunAsync("audit", "verify")).ExitCode.ShouldBe(ExitCode.Done);
        (await Sandbox.RunAsync("audit", "show", "--all", "--action", "replayed")).Output.Split('\n').Length.ShouldBe(11);
        (await Sandbox.RunAsync("audit", "show", "--all", "--action", "discarded")).Output.ShouldContain("(api)");
        service.Dispose();
    }

    /// <summary>Six dead letters of three conversations, and nobody runs.</summary>
    private async Task DeadAsync(Sandbox sandbox)
    {
        using (var first = RunningTieline.Sandbox(Org).Variable("TIELINE_DataDirectory", RunningTieline.DataOf(sandbox)))
        await using (await RunningTieline.StartAsync(first))
        {
        }

        Org.Have(3);
        Org.CrmStatus = 422;
        var filled = await Sandbox.RunAsync(["backfill", .. _span]);
        filled.ExitCode.ShouldBe(ExitCode.Done, filled.Error);
    }

    private async Task ReceivedAsync(int count)
    {
        for (var wait = 0; Org.Received.Count < count && wait < 200; wait++)
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        Org.Received.Count.ShouldBe(count);
        await Task.Delay(TimeSpan.FromMilliseconds(1_500), TimeProvider.System); // the settlement rides a moment behind
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
