using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Tieline.Service.Doctor;
using Tieline.Service.Http;
using Tieline.TestKit;

namespace Tieline.Service.Tests.Doctor;

public sealed class OidcCheckTests
{
    [Fact]
    public async Task A_provider_that_can_be_read_passes_and_the_redirect_uri_is_told()
    {
        await using var provider = await IdentityProvider.StartAsync();

        var finding = await RunAsync(provider.Authority);

        finding.Verdict.ShouldBe(Verdict.Pass, finding.Seen);
        finding.Subject.ShouldBe("localhost");
        finding.Seen.ShouldMatch(@"discovery document and 1 keys read in \d+ ms; redirect URI to register there: http://127\.0\.0\.1:3001/login/oidc/callback$");
    }

    [Fact]
    public async Task One_that_is_down_or_somewhere_else_fails()
    {
        await using var provider = await IdentityProvider.StartAsync();
        (await RunAsync($"{provider.Authority}/elsewhere")).Seen.ShouldContain("404");

        provider.IsDown = true;
        var finding = await RunAsync(provider.Authority);

        finding.Verdict.ShouldBe(Verdict.Fail);
        finding.Seen.ShouldContain("503");
        finding.Advice!.ShouldContain("only the tokens of the data directory");
    }

    [Fact]
    public void Another_issuer_and_a_missing_proof_are_doubtful()
    {
        var options = new HttpOptions { PublicUrl = new Uri("https://tieline.example"), Oidc = new OidcOptions { Authority = new Uri("https://id.example/realms/a") } };
        var found = new OpenIdConnectConfiguration { Issuer = "https://id.example/realms/a/", AuthorizationEndpoint = "https://id.example/a", TokenEndpoint = "https://id.example/t" };
        OidcCheck.Judge(options, found, TimeSpan.Zero).Verdict.ShouldBe(Verdict.Fail, "it has no keys");
        found.SigningKeys.Add(new Microsoft.IdentityModel.Tokens.JsonWebKey());

        OidcCheck.Judge(options, found, TimeSpan.Zero).Seen.ShouldEndWith("https://tieline.example/login/oidc/callback");
        found.CodeChallengeMethodsSupported.Add("plain");
        OidcCheck.Judge(options, found, TimeSpan.Zero).Verdict.ShouldBe(Verdict.Warn);
        found.Issuer = "https://id.example/realms/b";
        OidcCheck.Judge(options, found, TimeSpan.Zero).Advice!.ShouldContain("realms/b");
    }

    private static async Task<Finding> RunAsync(string authority) => (await new OidcCheck(new HttpOptions { Oidc = new OidcOptions { Authority = new Uri(authority) } }, TimeProvider.System)
        .RunAsync(TestContext.Current.CancellationToken)).ShouldHaveSingleItem();
}
