extern alias receiver;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using receiver::CrmReceiver;
using Tieline.Delivery;
using Tieline.Service.Commands;
using Tieline.Service.Tests.Support;
using Tieline.Simulator;

namespace Tieline.Service.Tests.Commands;

/// <summary>The receiver's examination, held against the sample receiver, which does all it should, and against others that do not.</summary>
public sealed class ConformCommandTests : IDisposable
{
    private static readonly string _secret = SigningKey.Create(SigningAlgorithm.V1).Text;

    private readonly Sandbox _sandbox = new();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public async Task The_sample_receiver_passes_every_check()
    {
        await using var app = await StartSampleAsync(_secret);

        var (code, report, text) = await ConformAsync(Hook(app), "--secret-file", "crm.secret");

        code.ShouldBe(ExitCode.Done, text);
        Checks(report).Select(check => check["verdict"]!.GetValue<string>()).Distinct().ShouldBe(["pass"], text);
        Checks(report).Select(check => check["check"]!.GetValue<string>()).ShouldBe(
            ["accepts", "duplicate", "duplicate-at-once", "late", "sparse", "big", "unknown-member", "signature-wrong", "signature-missing", "body-changed", "timestamp-stale", "rotation", "not-json", "slow-body", "keeps-connections", "answers-in-time"]);
        text.ShouldNotContain(_secret);
    }

    [Fact]
    public async Task A_receiver_that_verifies_nothing_fails_each_check_of_the_signature()
    {
        await using var app = await StartSampleAsync(null);

        var (code, report, text) = await ConformAsync(Hook(app), "--secret-file", "crm.secret");

        code.ShouldBe(ExitCode.Wanting);
        Failed(report).ShouldBe(["signature-wrong", "signature-missing", "body-changed", "timestamp-stale"], text);
        Of(report, "signature-wrong")["advice"]!.GetValue<string>().ShouldContain("401");
    }

    [Fact]
    public async Task Without_a_secret_the_signature_is_not_looked_at()
    {
        await using var app = await StartSampleAsync(null);

        var (code, report, text) = await ConformAsync(Hook(app));

        code.ShouldBe(ExitCode.Done, text);
        Of(report, "signature-wrong")["verdict"]!.GetValue<string>().ShouldBe("skip");
    }

    [Fact]
    public async Task A_wrong_secret_is_one_failure_and_the_rest_is_left_out()
    {
        await using var app = await StartSampleAsync(SigningKey.Create(SigningAlgorithm.V1).Text);

        var (code, report, text) = await ConformAsync(Hook(app), "--secret-file", "crm.secret");

        code.ShouldBe(ExitCode.Wanting, text);
        Failed(report).ShouldBe(["accepts"]);
        Of(report, "accepts")["advice"]!.GetValue<string>().ShouldContain("check the URL, the secret");
        Checks(report).Skip(1).ShouldAllBe(check => check["verdict"]!.GetValue<string>() == "skip");
    }

    [Theory]
    [InlineData("duplicate", "duplicate")]
    [InlineData("late", "late")]
    [InlineData("big", "big")]
    [InlineData("sparse", "sparse")]
    [InlineData("redirect", "accepts")]
    [InlineData("takes-all", "signature-wrong signature-missing body-changed timestamp-stale")]
    [InlineData("closes", "accepts")]
    public async Task A_bad_receiver_fails_what_it_does_badly(string fault, string failed)
    {
        await using var crm = await CrmSimulator.StartAsync(new CrmSimulatorOptions { Decide = new BadReceiver(fault).Answer }, cancellation: TestContext.Current.CancellationToken);
        string[] secret = fault == "takes-all" ? ["--secret-file", "crm.secret"] : [];

        var (code, report, text) = await ConformAsync($"{crm.Url}/hook", secret);

        code.ShouldBe(ExitCode.Wanting, text);
        Failed(report).ShouldBe(failed.Split(' '), text);
        Checks(report).Where(check => check["verdict"]!.GetValue<string>() == "fail").ShouldAllBe(check => check["advice"] != null);
    }

    [Fact]
    public async Task A_receiver_that_refuses_with_400_is_warned_of_dead_letters()
    {
        await using var crm = await CrmSimulator.StartAsync(
            new CrmSimulatorOptions { Decide = request => request.Index == 0 || request.Headers.Any(header => header.Key == "webhook-signature") ? null : new CrmAnswer { Status = 400 } }, cancellation: TestContext.Current.CancellationToken);

        var (_, report, _) = await ConformAsync($"{crm.Url}/hook", "--secret-file", "crm.secret");

        Of(report, "signature-missing")["verdict"]!.GetValue<string>().ShouldBe("warn");
        Of(report, "signature-missing")["advice"]!.GetValue<string>().ShouldContain("dead letter");
    }

    [Fact]
    public async Task A_destination_of_the_configuration_is_tried_with_its_own_format_and_credentials()
    {
        await using var crm = await CrmSimulator.StartAsync(cancellation: TestContext.Current.CancellationToken);
        using var sandbox = Sandbox.Valid();
        sandbox.Json($$"""{"Destinations":[{"Name":"crm","Url":"{{crm.Url}}/hook","Format":"CloudEvents","Authentication":{"Type":"Header","Name":"X-Key","Value":"k"},"Signing":{"Secret":"{{_secret}}"} }]}""");
        sandbox.Environment.Remove("CRM_WEBHOOK_URL");

        var ran = await sandbox.RunAsync("conform", "--destination", "crm");

        ran.ExitCode.ShouldBe(ExitCode.Wanting, ran.Error); // the simulator takes what nobody signed
        ran.Output.ShouldMatch("pass +accepts +an event, rightly signed: answered 200");
        ran.Output.ShouldContain("The events were of the conversation ");
        var first = crm.Requests()[0];
        first.Headers.ShouldContain(header => header.Key == "X-Key" && header.Value == "k");
        first.Headers.ShouldContain(header => header.Key == "Content-Type" && header.Value == "application/cloudevents+json");
    }

    [Theory]
    [InlineData("conform", "Give URL or --destination.")]
    [InlineData("conform http://crm.example/hook", "must be https")]
    [InlineData("conform https://crm.example/hook --secret-file nowhere", "cannot be read")]
    [InlineData("conform https://crm.example/hook --secret hunter2", "must start with whsec_")]
    [InlineData("conform nonsense", "must be an absolute URL")]
    public async Task What_is_given_wrongly_exits_with_2(string line, string error)
    {
        var ran = await _sandbox.RunAsync(line.Split(' '));

        ran.ExitCode.ShouldBe(ExitCode.Usage);
        ran.Error.ShouldContain(error);
        ran.Error.ShouldNotContain("hunter2");
    }

    private static string Hook(WebApplication app) => $"{app.Urls.First()}/webhooks/tieline";

    private static async Task<WebApplication> StartSampleAsync(string? secret)
    {
        string[] settings = secret is null ? [] : ["--CRM_WEBHOOK_SECRET", secret];
        var app = ReceiverApp.Create(["--urls", "http://127.0.0.1:0", .. settings], TimeProvider.System);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    private async Task<(int Code, JsonObject Report, string Text)> ConformAsync(string url, params string[] arguments)
    {
        _sandbox.File("crm.secret", _secret + "\n");
        var ran = await _sandbox.RunAsync(["conform", url, "--json", .. arguments]);
        return (ran.ExitCode, JsonNode.Parse(ran.Output)!.AsObject(), ran.Output + ran.Error);
    }

    private static IEnumerable<JsonObject> Checks(JsonObject report) => report["checks"]!.AsArray().Select(check => check!.AsObject());

    private static JsonObject Of(JsonObject report, string name) => Checks(report).Single(check => check["check"]!.GetValue<string>() == name);

    private static IEnumerable<string> Failed(JsonObject report) => Checks(report).Where(check => check["verdict"]!.GetValue<string>() == "fail").Select(check => check["check"]!.GetValue<string>());

    /// <summary>Accepts all but what its one fault is about.</summary>
    private sealed class BadReceiver(string fault)
    {
        private readonly HashSet<string?> _seen = [];

        public CrmAnswer? Answer(CrmRequest request)
        {
            bool isCopy;
            lock (_seen)
                isCopy = !_seen.Add(request.Id);
            return fault switch
            {
                // Two copies at once are its next failure, and not the one that is meant here.
                "duplicate" when isCopy && request.Index == 1 => new CrmAnswer { Status = 422 },
                "late" when request.Headers.Any(header => header.Key == "Tieline-Origin") => new CrmAnswer { Status = 412 },
                "big" when request.Body.Length > 64 * 1024 => new CrmAnswer { Status = 413 },
                "sparse" when request.Body.Length > 40 && request.Body.AsSpan().IndexOf("\"state\""u8) < 0 => new CrmAnswer { Status = 400 },
                "redirect" => new CrmAnswer { Status = 301 },
                "closes" => new CrmAnswer { Close = "unprocessed" },
                _ => null,
            };
        }
    }
}
