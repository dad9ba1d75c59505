using Tieline.Service.Configuration;
using Tieline.Service.Tests.Support;

namespace Tieline.Service.Tests.Configuration;

public sealed class OidcSettingsTests : IDisposable
{
    private readonly Sandbox _sandbox = Sandbox.Valid();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public void It_is_off_unless_a_provider_is_named()
    {
        var oidc = _sandbox.Options().Http.Oidc;

        (oidc.IsOn, oidc.NameClaim, oidc.RoleClaim, oidc.SessionLifetime).ShouldBe((false, "preferred_username", "groups", TimeSpan.FromHours(8)));
    }

    [Fact]
    public void The_secret_may_stand_in_a_file_and_is_never_shown()
    {
        _sandbox.File("secret", "hush\n");

        var options = _sandbox.Options("Http:Oidc:Authority=https://id.example/realms/a", "Http:Oidc:ClientId=tieline", "Http:Oidc:ClientSecret_FILE=secret", "Http:Oidc:Operators=ops, admins");

        (options.Http.Oidc.IsOn, options.Http.Oidc.ClientSecret.Reveal(), options.Http.Oidc.Operators.Count).ShouldBe((true, "hush", 2));
        EffectiveValue.All(options, new Dictionary<string, GivenSetting>(StringComparer.OrdinalIgnoreCase)).ShouldAllBe(value => !value.Value.Contains("hush", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_wrong_is_told_all_at_once()
    {
        var errors = _sandbox.Errors(
            "Http:Oidc:Authority=https://id.example/?x=1", "Http:Oidc:Scopes=profile", "Http:Oidc:NameClaim=", "Http:Oidc:RoleClaim=", "Http:Oidc:Name=", "Http:Oidc:SessionLifetime=1min",
            "Http:Listen=http://*:3001");

        errors.Select(error => error.Split(": ")[0]).ShouldBe(
            ["Http:PublicUrl", "Http:Oidc:Authority", "Http:Oidc:ClientId", "Http:Oidc:Operators", "Http:Oidc:NameClaim", "Http:Oidc:RoleClaim", "Http:Oidc:Name", "Http:Oidc:Scopes", "Http:Oidc:SessionLifetime"], ignoreOrder: true);
        errors.ShouldContain("Http:Oidc:SessionLifetime: must be from 00:05:00 to 1.00:00:00, was 00:01:00");
    }

    [Theory]
    [InlineData("Http:Oidc:Authority=http://id.example", "Http:Oidc:Authority: must be https: plain http is for loopback addresses only")]
    [InlineData("Http:Oidc:ClientId=tieline", "Http:Oidc:Authority: required with the other keys beside it")]
    [InlineData("Http:PublicUrl=https://tieline.example/console", "Http:PublicUrl: must be scheme and host alone")]
    [InlineData("Http:PublicUrl=http://tieline.example", "Http:PublicUrl: must be https: plain http is for loopback addresses only")]
    [InlineData("Http:Oidc:Scopes=[\"openid\",\"a b\"]", "Http:Oidc:Scopes:1: must be one scope, without spaces, was 'a b'")]
    public void Each_mistake_names_its_key(string setting, string error) => _sandbox.Errors(setting).ShouldContain(told => told.StartsWith(error, StringComparison.Ordinal));

    [Fact]
    public void Plain_http_is_for_a_provider_on_loopback() =>
        _sandbox.Options("Http:Oidc:Authority=http://localhost:8080", "Http:Oidc:ClientId=tieline", "Http:Oidc:Viewers=staff").Http.Oidc.IsOn.ShouldBeTrue();
}
