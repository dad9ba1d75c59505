using System.CommandLine;
using System.Text.Json.Nodes;
using Tieline.Service.Commands;
using Tieline.Service.Tests.Support;

namespace Tieline.Service.Tests.Commands;

public sealed class CommandLineTests : IDisposable
{
    private readonly Sandbox _sandbox = Sandbox.Valid();

    public static TheoryData<string> Verbs
    {
        get
        {
            using var sandbox = new Sandbox();
            var root = TielineCommand.Create(new CommandContext(TextWriter.Null, TextWriter.Null, sandbox.Path, sandbox.Environment, sandbox.Signals, TimeProvider.System));
            return new TheoryData<string>(Below(root, "").Prepend(""));
        }
    }

    public void Dispose() => _sandbox.Dispose();

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Help_shows_an_example_of_the_verb(string verb)
    {
        var ran = await _sandbox.RunAsync([.. verb.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);

        ran.ExitCode.ShouldBe(ExitCode.Done);
        ran.Error.ShouldBeEmpty();
        ran.Output.ShouldMatch(@"Examples?:\n( +.*\n)*.*tieline " + verb);
    }

    [Theory]
    [InlineData("'tieline dead-letters list --help' explains.", "dead-letters", "list", "--nope")]
    [InlineData("'tieline audit verify --help' explains.", "audit", "verify", "--nope")]
    [InlineData("'tieline status --help' explains.", "status", "--nope")]
    [InlineData("'tieline dead-letters --help' explains.", "dead-letters", "nope")]
    [InlineData("'tieline --help' explains.", "nope")]
    public async Task A_wrong_word_names_the_help_of_its_own_command(string says, params string[] arguments)
    {
        using var sandbox = Sandbox.Valid();
        var ran = await sandbox.RunAsync(arguments);
        (ran.ExitCode, ran.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]).ShouldBe((ExitCode.Usage, says));
    }

    [Fact]
    public void Every_verb_of_the_contract_is_there() =>
        Verbs.Select(v => v.Data).ShouldBe(
            ["", "run", "demo", "simulate", "simulate genesys", "simulate crm", "status", "tail", "console", "token", "token create", "token list", "token revoke", "init", "doctor", "conform", "config", "config show", "config diff", "config preview", "config validate", "config schema", "audit", "audit verify", "audit show", "audit restart", "backfill", "reconcile", "completeness", "dead-letters", "dead-letters list", "dead-letters show", "dead-letters replay", "dead-letters discard", "destinations", "destinations list", "destinations pause", "destinations resume", "destinations test", "destinations discard", "replay", "secret", "secret create", "secret rotate", "secret accept-identity-key", "completion", "version"], ignoreOrder: true);

    [Theory]
    [InlineData("")]
    [InlineData("rnu")]
    [InlineData("config")]
    [InlineData("run --nonsense")]
    [InlineData("run unexpected")]
    [InlineData("--config")]
    public async Task A_wrong_command_line_exits_with_2_and_says_where_help_is(string line)
    {
        var ran = await _sandbox.RunAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        ran.ExitCode.ShouldBe(ExitCode.Usage);
        ran.Output.ShouldBeEmpty();
        ran.Error.ShouldContain("--help' explains.");
    }

    [Fact]
    public async Task A_mistyped_verb_is_recognised() => (await _sandbox.RunAsync("config", "shwo")).Error.ShouldContain("Did you mean 'tieline config show'?");

    [Fact]
    public async Task Validate_says_that_all_is_well()
    {
        var ran = await _sandbox.RunAsync("config", "validate");

        ran.ShouldBe(new Ran(ExitCode.Done, "The configuration is valid.\n", ""));
    }

    [Theory]
    [InlineData("config validate")]
    [InlineData("config show")]
    [InlineData("run")]
    [InlineData("doctor")]
    public async Task A_wrong_configuration_exits_with_2_and_every_error_on_a_line_of_its_own(string verb)
    {
        var ran = await _sandbox.RunAsync([.. verb.Split(' '), "--set", "Gaps:ReorderWindow=2h", "--set", "Genesys:Regoin=x"]);

        ran.ExitCode.ShouldBe(ExitCode.Usage);
        ran.Error.ShouldBe("Genesys:Regoin: unknown key; did you mean Genesys:Region? (from --set)\nGaps:ReorderWindow: must be from 00:00:00 to 00:01:00, was 02:00:00\n");
    }

    [Fact]
    public async Task Validate_has_its_result_as_JSON()
    {
        var ran = await _sandbox.RunAsync("config", "validate", "--json", "--set", "Gaps:ReorderWindow=2h");

        var result = JsonNode.Parse(ran.Output)!;
        result["valid"]!.GetValue<bool>().ShouldBeFalse();
        result["errors"]![0]!["key"]!.GetValue<string>().ShouldBe("Gaps:ReorderWindow");
    }

    [Fact]
    public async Task A_missing_config_file_is_an_error_a_missing_tieline_json_is_none()
    {
        var ran = await _sandbox.RunAsync("config", "validate", "--config", "nowhere.json");

        ran.ShouldBe(new Ran(ExitCode.Usage, "", "--config nowhere.json: no such file\n"));
    }

    [Fact]
    public async Task The_config_file_is_read_in_place_of_tieline_json()
    {
        _sandbox.Json("""{ "Gaps": { "ReorderWindow": "1s" } }""").File("other.json", """{ "Retention": { "Delivered": "2d" } }""");

        var ran = await _sandbox.RunAsync("config", "show", "--config", "other.json");

        ran.Output.ShouldMatch("Retention:Delivered +2.00:00:00 +file other.json");
        ran.Output.ShouldMatch("Gaps:ReorderWindow +00:00:02 +default");
    }

    [Fact]
    public async Task Show_names_the_layer_of_each_value_and_no_secret()
    {
        _sandbox.Json("""{ "Audit": { "MaxFileBytes": "2MiB" }, "Destinations": [{ "Headers": { "Authorization": "Bearer hunter2" } }] }""");
        _sandbox.File(".env", "TIELINE_Redaction__IdentityKey=hunter2\n").Variable("CRM_WEBHOOK_URL", "https://crm.example/hook?key=hunter2");
        _sandbox.Variable("GENESYS_CLIENT_SECRET", "hunter2");

        var ran = await _sandbox.RunAsync("config", "show", "--set", "Genesys:Region=eu-central-1");

        ran.ExitCode.ShouldBe(ExitCode.Done, ran.Error);
        ran.Output.ShouldMatch("Audit:MaxFileBytes +2097152 +file tieline.json\n");
        ran.Output.ShouldMatch(@"Redaction:IdentityKey +\*\*\* +.env TIELINE_Redaction__IdentityKey\n");
        ran.Output.ShouldMatch(@"Genesys:ClientSecret +\*\*\* +environment GENESYS_CLIENT_SECRET\n");
        ran.Output.ShouldMatch(@"Destinations:0:Url +https://crm.example/hook\?\*\*\* +environment CRM_WEBHOOK_URL\n");
        ran.Output.ShouldMatch(@"Destinations:0:Headers:Authorization +\*\*\* +file tieline.json\n");
        ran.Output.ShouldMatch("Genesys:Region +eu-central-1 +--set\n");
        ran.Output.ShouldMatch("Gaps:ReorderWindow +00:00:02 +default\n");
        ran.Output.ShouldNotContain("hunter2");
    }

    [Fact]
    public async Task Show_as_JSON_is_a_list_of_key_value_source()
    {
        var ran = await _sandbox.RunAsync("config", "show", "--json");

        var region = JsonNode.Parse(ran.Output)!.AsArray().Single(v => v!["key"]!.GetValue<string>() == "Genesys:Region")!;
        region["value"]!.GetValue<string>().ShouldBe("mypurecloud.com");
        region["source"]!.GetValue<string>().ShouldBe("default");
    }

    [Fact]
    public async Task Schema_needs_no_valid_configuration_and_is_JSON()
    {
        _sandbox.Json("not json");

        var ran = await _sandbox.RunAsync("config", "schema");

        ran.ExitCode.ShouldBe(ExitCode.Done);
        JsonNode.Parse(ran.Output)!["$schema"].ShouldNotBeNull();
    }

    [Theory]
    [InlineData("version")]
    [InlineData("--version")]
    public async Task Version_is_one_line(string argument)
    {
        var ran = await _sandbox.RunAsync(argument);

        ran.ExitCode.ShouldBe(ExitCode.Done);
        ran.Output.ShouldMatch(@"^tieline \d+\.\d+\.\d+.* \(\.NET 10\.[^\n]*\)\n$");
    }

    private static IEnumerable<string> Below(Command command, string at) =>
        command.Subcommands.SelectMany(c => Below(c, $"{at}{c.Name} ").Prepend(at + c.Name));
}
