using Tieline.Service.Configuration;
using Tieline.Service.Hosting;
using Tieline.Service.Reload;
using Tieline.Service.Tests.Support;

namespace Tieline.Service.Tests.Reload;

public sealed class ReloadPlanTests : IDisposable
{
    private const string Crm = """{ "Name": "crm", "Url": "https://crm.example/hook" }""";
    private const string Erp = """{ "Name": "erp", "Url": "https://erp.example/hook", "Concurrency": 7, "Headers": { "X-Key": "hush" } }""";

    private readonly Sandbox _sandbox = Sandbox.Valid();

    public ReloadPlanTests() => _sandbox.Environment.Remove("CRM_WEBHOOK_URL");

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public void Of_NothingDiffers_PlansNothing()
    {
        var plan = Plan($$"""{ "Destinations": [ {{Crm}} ] }""", $$"""{ "Destinations": [ {{Crm}} ], "Logging": { "Level": "Information" } }""");

        plan.Applied.ShouldBeEmpty();
        plan.NeedsRestart.ShouldBeEmpty();
        plan.Stopping.ShouldBeEmpty();
        plan.Starting.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(""" "Filter": { "Rules": [ { "Type": "routing.queue" } ] } """, "Filter:Rules:0:Type")]
    [InlineData(""" "Redaction": { "Identity": "Omit" } """, "Redaction:Identity")]
    [InlineData(""" "Retention": { "Delivered": "2d" } """, "Retention:Delivered")]
    [InlineData(""" "Logging": { "Level": "Debug" } """, "Logging:Level")]
    public void Of_ASectionThatIsLive_AppliesIt(string section, string key)
    {
        var plan = Plan($$"""{ "Destinations": [ {{Crm}} ] }""", $$"""{ "Destinations": [ {{Crm}} ], {{section}} }""");

        plan.Applied.Select(change => change.Key).ShouldContain(key);
        plan.NeedsRestart.ShouldBeEmpty();
        plan.Starting.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(""" "DataDirectory": "./other" """, "DataDirectory")]
    [InlineData(""" "Genesys": { "Region": "mypurecloud.de" } """, "Genesys:Region")]
    [InlineData(""" "Http": { "Listen": "http://127.0.0.1:4000" } """, "Http:Listen")]
    [InlineData(""" "Gaps": { "Tolerance": 3 } """, "Gaps:Tolerance")]
    [InlineData(""" "Logging": { "Format": "Json" } """, "Logging:Format")]
    [InlineData(""" "Telemetry": { "TraceRatio": 0.5 } """, "Telemetry:TraceRatio")]
    public void Of_AllElse_WaitsForARestartAndHoldsAsItWas(string section, string key)
    {
        var before = Load($$"""{ "Destinations": [ {{Crm}} ] }""");
        var plan = ReloadPlan.Of(before.Options, before.Values, Load($$"""{ "Destinations": [ {{Crm}} ], {{section}} }"""));

        plan.Applied.ShouldBeEmpty();
        plan.NeedsRestart.Select(change => change.Key).ShouldBe([key]);
        ConfigurationChange.Between(before.Values, plan.Values).ShouldBeEmpty();
        (plan.Options.DataDirectory, plan.Options.Genesys, plan.Options.Gaps, plan.Options.Http, plan.Options.Telemetry)
            .ShouldBe((before.Options.DataDirectory, before.Options.Genesys, before.Options.Gaps, before.Options.Http, before.Options.Telemetry));
        plan.Options.Logging.Format.ShouldBe(LoggingFormat.Auto);
    }

    [Fact]
    public void Of_ADestinationThatIsNew_TellsWhatWasWrittenOfIt()
    {
        var plan = Plan($$"""{ "Destinations": [ {{Crm}} ] }""", $$"""{ "Destinations": [ {{Erp}}, {{Crm}} ] }""");

        plan.Applied.Select(change => change.ToString()).ShouldBe(
            ["Destinations:erp:Name: (none) -> erp", "Destinations:erp:Url: (none) -> https://erp.example/hook", "Destinations:erp:Headers:X-Key: (none) -> ***", "Destinations:erp:Concurrency: (none) -> 7"], ignoreOrder: true);
        plan.Stopping.ShouldBeEmpty();
        plan.Starting.ShouldBe(["erp"]);
        plan.Options.Destinations.Select(one => one.Name).ShouldBe(["erp", "crm"]);
    }

    [Fact]
    public void Of_ADestinationThatGoes_LeavesTheOthersAlone()
    {
        var plan = Plan($$"""{ "Destinations": [ {{Erp}}, {{Crm}} ] }""", $$"""{ "Destinations": [ {{Crm}} ] }""");

        plan.Applied.Select(change => change.Key).ShouldContain("Destinations:erp:Url");
        plan.Applied.ShouldAllBe(change => change.After == null);
        plan.Stopping.ShouldBe(["erp"]);
        plan.Starting.ShouldBeEmpty();
    }

    [Fact]
    public void Of_ASecretThatChanges_TellsThatAndNotWhat()
    {
        var plan = Plan($$"""{ "Destinations": [ {{Erp}}, {{Crm}} ] }""", $$"""{ "Destinations": [ {{Erp.Replace("hush", "hear", StringComparison.Ordinal)}}, {{Crm}} ] }""");

        plan.Applied.ShouldHaveSingleItem().ToString().ShouldBe("Destinations:erp:Headers:X-Key: *** -> ***");
        plan.Stopping.ShouldBe(["erp"]);
        plan.Starting.ShouldBe(["erp"]);
    }

    [Fact]
    public void Of_TheOrderOfDestinations_SaysNothing() =>
        Plan($$"""{ "Destinations": [ {{Erp}}, {{Crm}} ] }""", $$"""{ "Destinations": [ {{Crm}}, {{Erp}} ] }""").Applied.ShouldBeEmpty();

    private ReloadPlan Plan(string before, string after)
    {
        var held = Load(before);
        return ReloadPlan.Of(held.Options, held.Values, Load(after));
    }

    private LoadedConfiguration Load(string json)
    {
        var loaded = _sandbox.Json(json).Load();
        loaded.Errors.ShouldBeEmpty();
        return loaded;
    }
}
