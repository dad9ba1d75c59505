using Tieline.Service.Commands.Demo;

namespace Tieline.Service.Tests.Commands.Demo;

public class ScrubbedEnvironmentTests
{
    [Theory]
    [InlineData("GENESYS_CLIENT_ID")]
    [InlineData("GENESYS_CLIENT_SECRET_FILE")]
    [InlineData("CRM_WEBHOOK_URL")]
    [InlineData("CRM_WEBHOOK_SECRET")]
    [InlineData("TIELINE_Destinations__0__Url")]
    [InlineData("tieline_genesys__region")]
    [InlineData("ASPNETCORE_URLS")]
    [InlineData("URLS")]
    [InlineData("HTTP_PROXY")]
    [InlineData("DOTNET_STARTUP_HOOKS")]
    [InlineData("SOMETHING_NEW")]
    public void A_child_never_sees_what_could_lead_it_to_a_real_org_or_crm(string name) =>
        ScrubbedEnvironment.Of([new(name, "x")], []).ShouldBeEmpty();

    [Theory]
    [InlineData("PATH")]
    [InlineData("HOME")]
    [InlineData("DOTNET_ROOT")]
    [InlineData("LC_ALL")]
    public void A_child_sees_what_it_needs_to_run(string name) =>
        ScrubbedEnvironment.Of([new(name, "x")], []).ShouldBe([new(name, "x")]);

    [Fact]
    public void The_demos_own_settings_win() =>
        ScrubbedEnvironment.Of([new("CRM_WEBHOOK_URL", "https://real")], [new("CRM_WEBHOOK_URL", "http://127.0.0.1:1")])
            .ShouldBe([new("CRM_WEBHOOK_URL", "http://127.0.0.1:1")]);
}
