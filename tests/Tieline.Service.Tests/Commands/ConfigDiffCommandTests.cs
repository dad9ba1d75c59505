using System.Text.Json.Nodes;
using Tieline.Service.Commands;
using Tieline.Service.Tests.Support;

namespace Tieline.Service.Tests.Commands;

public sealed class ConfigDiffCommandTests : IDisposable
{
    private readonly Sandbox _sandbox = Sandbox.Valid();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task Without_a_file_it_tells_what_differs_from_the_defaults()
    {
        var ran = await _sandbox.RunAsync("config", "diff", "--set", "Gaps:HoldFor=7s");

        ran.ExitCode.ShouldBe(ExitCode.Done, ran.Error);
        ran.Output.ShouldContain("Gaps:HoldFor: 00:00:05 -> 00:00:07\n");
        ran.Output.ShouldContain("Genesys:ClientSecret: (none) -> ***\n".Replace("(none)", "", StringComparison.Ordinal));
        ran.Output.ShouldNotContain("secret-of-the-client");
        ran.Output.ShouldNotContain("Gaps:Tolerance");
    }

    [Fact]
    public async Task With_a_file_it_tells_what_would_change_secrets_too()
    {
        _sandbox.Json("""{ "Genesys": { "Region": "mypurecloud.de" }, "Redaction": { "IdentityKey": "one-key-of-thirty-two-characters" } }""");
        _sandbox.File("next.json", """{ "Genesys": { "Region": "mypurecloud.ie" }, "Redaction": { "IdentityKey": "two-key-of-thirty-two-characters" }, "Http": { "AllowedHosts": ["a.example"] } }""");

        var ran = await _sandbox.RunAsync("config", "diff", "next.json", "--json");

        ran.ExitCode.ShouldBe(ExitCode.Done, ran.Error);
        var changes = JsonNode.Parse(ran.Output)!["changes"]!.AsArray().ToDictionary(change => change!["key"]!.GetValue<string>(), change => change!["after"]!.GetValue<string>());
        changes.Keys.ShouldBe(["Genesys:Region", "Redaction:IdentityKey", "Http:AllowedHosts"], ignoreOrder: true);
        (changes["Genesys:Region"], changes["Redaction:IdentityKey"]).ShouldBe(("mypurecloud.ie", "***"));
    }

    [Fact]
    public async Task The_same_is_no_difference()
    {
        _sandbox.Json("""{ "Gaps": { "HoldFor": "7s" } }""").File("next.json", """{ "Gaps": { "HoldFor": "00:00:07" } }""");

        (await _sandbox.RunAsync("config", "diff", "next.json")).Output.ShouldBe("No key differs.\n");
    }

    [Fact]
    public async Task A_file_that_is_wrong_is_explained()
    {
        var ran = await _sandbox.RunAsync("config", "diff", "missing.json");

        ran.ExitCode.ShouldBe(ExitCode.Usage);
        ran.Error.ShouldContain("missing.json: no such file");
    }

    [Theory]
    [InlineData("bash", "complete")]
    [InlineData("zsh", "compdef")]
    [InlineData("fish", "complete -c tieline")]
    public async Task Completion_prints_a_script(string shell, string part) => (await _sandbox.RunAsync("completion", shell)).Output.ShouldContain(part);

    [Fact]
    public async Task The_completion_s_question_is_answered() => (await _sandbox.RunAsync("[suggest:10]", "tieline co")).Output.Split('\n').ShouldContain("config");
}
