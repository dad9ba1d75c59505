using System.Text.Json.Nodes;
using Tieline.Service.Commands;
using Tieline.Service.Tests.Support;

namespace Tieline.Service.Tests.Commands;

public sealed class StatusCommandTests : OrgTests
{
    [Fact]
    public async Task It_tells_on_one_screen_and_its_exit_code_whether_all_is_ready()
    {
        Org.Have(1);
        Org.CrmStatus = 422;
        using var beside = Beside();
        (await beside.RunAsync("status")).Error.ShouldContain("There is no journal");
        await using var running = await RunningTieline.StartAsync(Sandbox);
        using var api = new ApiClient(Sandbox);
        await api.BackfillAsync(2);
        await ApiClient.UntilAsync(async () => (await api.GetAsync("status"))["delivering"]!["deadLetters"]!.GetValue<int>() == 2);

        var shown = await beside.RunAsync("status");
        var json = await beside.RunAsync("status", "--json");
        var status = JsonNode.Parse(json.Output)!;
        json.ExitCode.ShouldBe(status["ready"]!.GetValue<bool>() ? ExitCode.Done : ExitCode.Wanting, json.Error);
        shown.Output.ShouldNotContain('\e');
        shown.Output.ShouldContain("Receiving   not connected for");
        shown.Output.ShouldMatch("  crm +open ");
        shown.Output.ShouldContain("2 dead letters wait for a decision");
        status["verdict"]!["evidence"]!.AsArray().Count.ShouldBe(4);
    }

    [Theory]
    [InlineData("good", true)]
    [InlineData("act", false)]
    public void Colours_are_for_a_terminal_only(string level, bool isReady)
    {
        using var sandbox = new Sandbox();
        var status = JsonNode.Parse($$$"""
            {"ready":{{{(isReady ? "true" : "false")}}},"verdict":{"level":"{{{level}}}","sentence":"All is well.","outlook":"Nothing to do.","evidence":["one","two"]},
             "receiving":{"connectedSeconds":70,"silenceSeconds":1.2,"receivedPerSecond":3.5,"received":12,"dropped":2,"reconnections":1},"complete":{"coveredShare":0.99999,"openGaps":1},
             "delivering":{"deliveredPerSecond":null,"delivered":10,"waiting":0,"latencyP50Ms":3.1,"latencyP99Ms":null,"deadLetters":0,
                "destinations":[{"destination":"crm","state":"paused","waiting":3,"lagSeconds":5,"inFlight":0,"concurrency":32,"pause":{"since":"2026-03-02T09:00:00.000Z","by":"anna","reason":"night"}}]},
             "gaps":[{"number":4,"state":"open","reason":"hole","from":null,"to":null,"problem":"403"}],"attention":["look"]}
            """)!.AsObject();
        var context = new CommandContext(TextWriter.Null, TextWriter.Null, sandbox.Path, sandbox.Environment, sandbox.Signals, TimeProvider.System);

        var plain = StatusText.Of(status, new Terminal(context));
        plain.ShouldBe($"""
            All is well.
            Nothing to do.
            one · two

            Ready       {(isReady ? "yes" : "no")}
            Receiving   connected for 1 m 10 s, heard 1.2 s ago, 3.5/s; 12 received, 2 not wanted, 1 reconnections
            Complete    99.99 % of the last 24 h, 1 open gap
            Delivering  –, 10 delivered, 0 waiting, p50 3.1 ms, p99 –; 0 dead letters
              crm                  paused        3 waiting, oldest 5.0 s, 0 of 32 in flight, by anna: night

            Gaps
              4 open (hole) ? to ?: 403

            Attention
              look

            """.ReplaceLineEndings("\n"));
        StatusText.Of(status, new Terminal(context with { OutputWidth = 80 })).ShouldStartWith(level == "good" ? "\e[32mAll is well.\e[0m" : "\e[31mAll is well.\e[0m");
        sandbox.Environment["NO_COLOR"] = "1";
        StatusText.Of(status, new Terminal(context with { OutputWidth = 80 })).ShouldBe(plain);
    }

    private Sandbox Beside()
    {
        var beside = new Sandbox();
        foreach (var (name, value) in Sandbox.Environment)
            beside.Environment[name] = value;
        return beside;
    }
}
