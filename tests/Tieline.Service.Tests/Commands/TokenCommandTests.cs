using System.Net;
using System.Text.Json.Nodes;
using Tieline.Service.Tests.Support;

namespace Tieline.Service.Tests.Commands;

/// <summary>Tokens and links as people make them at a terminal, beside a Tieline that runs and without one.</summary>
public sealed class TokenCommandTests : OrgTests
{
    [Fact]
    public async Task A_token_that_was_made_while_nothing_ran_holds_at_the_start_and_one_that_was_revoked_does_not()
    {
        await using (await RunningTieline.StartAsync(Sandbox))
        {
        }

        using var before = RunningTieline.Again(Sandbox);
        var made = await before.RunAsync("token", "create", "ci", "--role", "metrics", "--expires-in-days", "30");
        made.ExitCode.ShouldBe(0, made.Error);
        var token = made.Output.Trim();
        token.ShouldStartWith("tieline_");
        made.Error.ShouldContain("shown this once");
        made.Error.ShouldNotContain(token);
        (await before.RunAsync("token", "create", "gone", "--role", "viewer")).ExitCode.ShouldBe(0);
        (await before.RunAsync("token", "revoke", "gone")).ExitCode.ShouldBe(0);
        (await before.RunAsync("token", "revoke", "gone")).ExitCode.ShouldBe(1);
        var again = await before.RunAsync("token", "create", "ci", "--role", "viewer");
        (again.ExitCode, again.Error.Contains("there is a token 'ci' already", StringComparison.Ordinal)).ShouldBe((1, true));
        var list = JsonNode.Parse((await before.RunAsync("token", "list", "--json")).Output)!["tokens"]!.AsArray();
        list.Select(one => (one!["name"]!.GetValue<string>(), one["role"]!.GetValue<string>())).ShouldBe([("ci", "metrics")]);

        using var running = RunningTieline.Again(Sandbox);
        await using var tieline = await RunningTieline.StartAsync(running);
        (await StatusAsync(running, token, "status")).ShouldNotBe(HttpStatusCode.Unauthorized);
        (await StatusAsync(running, token, "events")).ShouldBe(HttpStatusCode.Forbidden);
        using var api = new ApiClient(running);
        var changes = (await api.GetAsync("changes"))["changes"]!.AsArray().Select(line => $"{line!["action"]} {line["detail"]?["name"]}").ToList();
        changes.ShouldContain("token-created ci");
        changes.ShouldContain("token-revoked gone");
    }

    [Fact]
    public async Task A_running_Tieline_makes_and_revokes_it_at_once_and_prints_a_link_that_works_once()
    {
        await using var tieline = await RunningTieline.StartAsync(Sandbox);
        using var command = RunningTieline.Again(Sandbox);
        var made = await command.RunAsync("token", "create", "crm", "--role", "watermark", "--json");
        made.ExitCode.ShouldBe(0, made.Error);
        var token = JsonNode.Parse(made.Output)!["token"]!.GetValue<string>();
        (await StatusAsync(Sandbox, token, "gaps")).ShouldBe(HttpStatusCode.OK);
        (await command.RunAsync("token", "list")).Output.ShouldContain("watermark");

        (await command.RunAsync("token", "revoke", "crm")).ExitCode.ShouldBe(0);
        (await StatusAsync(Sandbox, token, "gaps")).ShouldBe(HttpStatusCode.Unauthorized);
        (await command.RunAsync("token", "revoke", "crm")).ExitCode.ShouldBe(1);

        var link = await command.RunAsync("console", "--viewer");
        link.ExitCode.ShouldBe(0, link.Error);
        using var visitor = new Visitor(Sandbox);
        using (var entered = await visitor.GetAsync(new Uri(link.Output.Trim()).PathAndQuery))
            entered.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await visitor.TextAsync("/")).ShouldContain(">viewer<");
    }

    [Theory]
    [InlineData("token", "create", "Anna", "--role", "viewer")]
    [InlineData("token", "create", "anna", "--role", "root")]
    [InlineData("token", "create", "anna")]
    [InlineData("token", "create", "anna", "--role", "viewer", "--expires-in-days", "0")]
    [InlineData("token", "revoke", "../x")]
    public async Task What_cannot_be_is_refused_before_anything_is_asked(params string[] line)
    {
        using var command = RunningTieline.Again(Sandbox);

        (await command.RunAsync(line)).ExitCode.ShouldBe(2);
    }

    private static async Task<HttpStatusCode> StatusAsync(Sandbox sandbox, string token, string path)
    {
        using var http = new HttpClient { BaseAddress = new Uri(sandbox.Environment["TIELINE_Http__Listen"]), DefaultRequestHeaders = { Authorization = new("Bearer", token) } };
        using var answer = await http.GetAsync($"/api/v1/{path}", TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }
}
