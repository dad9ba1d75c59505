using System.Text.Json.Nodes;
using Tieline.Service.Commands;
using Tieline.Service.Tests.Support;
using Tieline.Simulator;

namespace Tieline.Service.Tests.Commands;

public sealed class DoctorCommandTests : IAsyncLifetime
{
    private const string Secret = "secret-of-the-client-3141";
    private const string Notifications = "Genesys:Source=Notifications";

    private readonly Sandbox _sandbox = Sandbox.Valid();
    private readonly GenesysSimulatorOptions _options = new() { Rate = 50, ClientId = "client", ClientSecret = Secret };
    private GenesysSimulator _genesys = null!;
    private CrmSimulator _crm = null!;

    public async ValueTask InitializeAsync()
    {
        _genesys = await GenesysSimulator.StartAsync(_options, cancellation: TestContext.Current.CancellationToken);
        _crm = await CrmSimulator.StartAsync(cancellation: TestContext.Current.CancellationToken);
        Directory.CreateDirectory(Path.Combine(_sandbox.Path, "data"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _sandbox
            .Variable("GENESYS_CLIENT_SECRET", Secret)
            .Variable("CRM_WEBHOOK_URL", $"{_crm.Url}/hook?key={Secret}")
            .Variable("TIELINE_Genesys__ApiUrl", _genesys.Url);
    }

    public async ValueTask DisposeAsync()
    {
        await _genesys.DisposeAsync();
        await _crm.DisposeAsync();
        _sandbox.Dispose();
    }

    [Theory]
    [InlineData("AnalyticsStream", "configuration permissions limits disk-space disk-flush dns tls clock token details stream destination")]
    [InlineData("Notifications", "configuration permissions limits disk-space disk-flush dns tls clock token details queues channel topics destination")]
    public async Task Where_all_is_well_nothing_fails_and_no_event_is_sent(string source, string checks)
    {
        var (code, report, text) = await ExamineAsync($"Genesys:Source={source}");

        code.ShouldBe(ExitCode.Done, text);
        report["good"]!.GetValue<bool>().ShouldBeTrue();
        report["failed"]!.GetValue<int>().ShouldBe(0);
        Checks(report).Select(check => check["check"]!.GetValue<string>()).Distinct().ShouldBe(checks.Split(' '));
        Of(report, "destination")["seen"]!.GetValue<string>().ShouldContain("answered 405 to OPTIONS");
        Of(report, "token")["seen"]!.GetValue<string>().ShouldContain("for 24.0 h");
        _crm.Status.Requests.ShouldBe(0);
        Directory.GetFileSystemEntries(Path.Combine(_sandbox.Path, "data")).ShouldBeEmpty();
    }

    [Fact]
    public async Task People_get_a_table_that_ends_with_a_count()
    {
        var ran = await _sandbox.RunAsync("doctor");

        ran.ExitCode.ShouldBe(ExitCode.Done, ran.Output);
        ran.Error.ShouldBeEmpty();
        ran.Output.ShouldMatch("pass +configuration +valid: AnalyticsStream in mypurecloud.com, to crm");
        ran.Output.ShouldMatch(@"pass +stream +opened and subscribed in \d+ ms");
        ran.Output.TrimEnd().ShouldMatch(@"\d+ passed, 0 warned, 0 failed, \d+ skipped\.$");
        ran.Output.ShouldNotContain(Secret);
    }

    [Theory]
    [InlineData("AnalyticsStream", "stream", "in the form body")]
    [InlineData("Notifications", "channel", "as HTTP Basic")]
    public async Task A_wrong_secret_fails_once_and_what_needs_a_token_is_skipped(string source, string after, string how)
    {
        _sandbox.Variable("GENESYS_CLIENT_SECRET", "hunter2");

        var (code, report, _) = await ExamineAsync($"Genesys:Source={source}");

        code.ShouldBe(ExitCode.Wanting);
        Verdict(report, "token").ShouldBe("fail");
        Of(report, "token")["seen"]!.GetValue<string>().ShouldContain("401 invalid_client");
        Of(report, "token")["advice"]!.GetValue<string>().ShouldContain(how);
        foreach (var check in (string[])["details", after])
            Verdict(report, check).ShouldBe("skip");
        _genesys.Status.TokenRequests[401].ShouldBe(1);
    }

    [Fact]
    public async Task A_missing_right_to_past_conversations_is_named()
    {
        await _genesys.InjectAsync(new SimulatorFault { Kind = "details", Answer = "403" });

        var (code, report, _) = await ExamineAsync();

        code.ShouldBe(ExitCode.Wanting);
        Verdict(report, "details").ShouldBe("fail");
        Of(report, "details")["advice"]!.GetValue<string>().ShouldContain("analytics:conversationDetail:view");
    }

    [Fact]
    public async Task A_refused_handshake_is_told()
    {
        await _genesys.InjectAsync(new SimulatorFault { Kind = "handshake", Status = 403 });

        var (code, report, _) = await ExamineAsync();

        code.ShouldBe(ExitCode.Wanting);
        Of(report, "stream")["seen"]!.GetValue<string>().ShouldContain("answered 403");
    }

    [Fact]
    public async Task Each_refused_topic_is_named_with_what_is_missing()
    {
        const string User = "77aa7b1c-9f3e-4c21-8a55-0d6c5d3f0001";
        var queue = _genesys.Queues[0].Id;
        _genesys.RefuseTopics([User, queue]);

        var (code, report, _) = await ExamineAsync(Notifications, $"Genesys:Notifications:Users={User}", """Genesys:Notifications:Queues=["*", "No such queue"]""");

        code.ShouldBe(ExitCode.Wanting);
        Verdict(report, "channel").ShouldBe("pass");
        var topics = Checks(report).Where(check => check["check"]!.GetValue<string>() == "topics").ToList();
        topics.Select(topic => (topic["subject"]?.GetValue<string>(), topic["verdict"]!.GetValue<string>())).ShouldBe(
            [(null, "pass"), (null, "fail"), ($"v2.routing.queues.{queue}.conversations", "warn"), ($"v2.users.{User}.conversations", "fail")], ignoreOrder: true);
        topics[0]["seen"]!.GetValue<string>().ShouldBe("11 of 13 topics are permitted");
        topics.Single(topic => topic["subject"]?.GetValue<string>().Contains(User) == true)["advice"]!.GetValue<string>().ShouldContain("conversation:communication:view");
        topics.Single(topic => topic["subject"]?.GetValue<string>().Contains(queue) == true)["advice"]!.GetValue<string>().ShouldContain("routing:queue:view");
        topics[1]["seen"]!.GetValue<string>().ShouldContain("No such queue");
    }

    [Fact]
    public async Task Without_the_right_to_list_queues_the_permission_is_named()
    {
        await using var org = await FakeOrg.StartAsync();
        _sandbox.Variable("TIELINE_Genesys__ApiUrl", org.Url.ToString());

        var (code, report, _) = await ExamineAsync(Notifications);

        code.ShouldBe(ExitCode.Wanting);
        Verdict(report, "queues").ShouldBe("fail");
        Of(report, "queues")["seen"]!.GetValue<string>().ShouldContain("403 missing.permissions");
        Of(report, "queues")["advice"]!.GetValue<string>().ShouldContain("routing:queue:view");
        Of(report, "channel")["seen"]!.GetValue<string>().ShouldContain("404");
    }

    [Fact]
    public async Task A_crm_that_is_down_and_a_name_that_does_not_exist_fail()
    {
        await _crm.DownAsync();

        var (code, report, _) = await ExamineAsync("Genesys:TokenUrl=https://login.tieline.invalid/oauth/token");

        code.ShouldBe(ExitCode.Wanting);
        Verdict(report, "destination").ShouldBe("fail");
        Checks(report).Single(check => check["subject"]?.GetValue<string>() == "login.tieline.invalid")["verdict"]!.GetValue<string>().ShouldBe("fail");
        Verdict(report, "token").ShouldBe("fail");
    }

    [Fact]
    public async Task A_secret_that_others_can_read_is_a_warning()
    {
        _sandbox.Environment.Remove("GENESYS_CLIENT_SECRET");
        _sandbox.File("secret", Secret + "\n").Variable("GENESYS_CLIENT_SECRET_FILE", "secret");
        File.SetUnixFileMode(Path.Combine(_sandbox.Path, "secret"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);

        var (code, report, text) = await ExamineAsync();

        code.ShouldBe(ExitCode.Done, text);
        var warned = Checks(report).Single(check => check["verdict"]!.GetValue<string>() == "warn");
        warned["subject"]!.GetValue<string>().ShouldBe($"{Path.Combine(_sandbox.Path, "secret")} (Genesys:ClientSecretFile)");
    }

    [Fact]
    public async Task A_wrong_configuration_is_told_as_JSON_too_and_nothing_is_asked()
    {
        var ran = await _sandbox.RunAsync("doctor", "--json", "--set", "Gaps:ReorderWindow=2h");

        ran.ExitCode.ShouldBe(ExitCode.Usage);
        ran.Error.ShouldStartWith("Gaps:ReorderWindow: ");
        var report = JsonNode.Parse(ran.Output)!;
        Checks(report).ShouldHaveSingleItem()["subject"]!.GetValue<string>().ShouldBe("Gaps:ReorderWindow");
        _genesys.Status.TokenRequests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Beside_a_running_Tieline_it_disturbs_nothing()
    {
        using var running = new Sandbox();
        foreach (var (name, value) in _sandbox.Environment)
            running.Variable(name, value);
        running.Variable("TIELINE_DataDirectory", Path.Combine(_sandbox.Path, "data")).Variable("TIELINE_Http__Listen", "http://127.0.0.1:0").Variable("TIELINE_Logging__Level", "Warning");
        var run = running.RunAsync("run");
        await _crm.WaitForAsync(status => status.Processed >= 5, TestContext.Current.CancellationToken);
        var before = _crm.Status.Processed;

        var (code, _, text) = await ExamineAsync();

        code.ShouldBe(ExitCode.Done, text);
        await _crm.WaitForAsync(status => status.Processed >= before + 5, TestContext.Current.CancellationToken);
        _genesys.Status.Closes.ShouldAllBe(close => close.By == "client" && close.Code == 1000);
        running.Signals.Stop();
        var ran = await run;
        ran.ExitCode.ShouldBe(ExitCode.Done, ran.Error);
        ran.Error.ShouldBeEmpty();
    }

    private async Task<(int Code, JsonNode Report, string Text)> ExamineAsync(params string[] set)
    {
        var ran = await _sandbox.RunAsync(["doctor", "--json", .. set.SelectMany(pair => (string[])["--set", pair])]);
        (ran.Output + ran.Error).ShouldNotContain(Secret);
        (ran.Output + ran.Error).ShouldNotContain("hunter2");
        return (ran.ExitCode, JsonNode.Parse(ran.Output)!, ran.Output);
    }

    private static IEnumerable<JsonNode> Checks(JsonNode report) => report["checks"]!.AsArray().Select(check => check!);

    private static JsonNode Of(JsonNode report, string name) => Checks(report).First(check => check["check"]!.GetValue<string>() == name);

    private static string Verdict(JsonNode report, string name) => Of(report, name)["verdict"]!.GetValue<string>();
}
