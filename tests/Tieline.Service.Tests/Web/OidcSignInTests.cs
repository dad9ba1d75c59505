using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.Tokens;
using Tieline.Service.Http;
using Tieline.Service.Tests.Support;
using Tieline.Service.Web.Access;
using Tieline.TestKit;

namespace Tieline.Service.Tests.Web;

/// <summary>Sign-in through a provider, against one that speaks the protocol.</summary>
public sealed class OidcSignInTests : IAsyncLifetime
{
    private const string Operators = "contact-centre-ops";
    private const string Viewers = "contact-centre";

    private FakeOrg _org = null!;
    private IdentityProvider _provider = null!;
    private Sandbox _sandbox = null!;

    public async ValueTask InitializeAsync()
    {
        _org = await FakeOrg.StartAsync();
        _provider = await IdentityProvider.StartAsync();
        _sandbox = Traveller.Sandbox(_org, _provider);
    }

    public async ValueTask DisposeAsync()
    {
        _sandbox.Dispose();
        await _provider.DisposeAsync();
        await _org.DisposeAsync();
    }

    [Fact]
    public async Task An_operator_enters_by_name_with_a_strict_cookie_and_a_code_that_is_bound_to_this_browser()
    {
        _provider.Claims["groups"] = (string[])["staff", Operators, Viewers];
        await using var running = await RunningTieline.StartAsync(_sandbox);
        using var browser = new Traveller(_sandbox);
        (await browser.TextAsync(SignIn.Path)).ShouldContain("Sign in with Example ID");
        _provider.Requests.ShouldBe(0, "nothing is asked before somebody wants in");

        using var start = await browser.GetAsync(OidcSignIn.StartPath);
        var bound = start.Headers.GetValues("Set-Cookie").ToList();
        bound.Count.ShouldBe(2);
        bound.ShouldAllBe(cookie => cookie.Contains("samesite=lax", StringComparison.OrdinalIgnoreCase) && cookie.Contains("httponly", StringComparison.OrdinalIgnoreCase) && cookie.Contains($"path={OidcSignIn.CallbackPath}", StringComparison.OrdinalIgnoreCase));
        using var entered = await browser.SignInAsync("/trouble?cause=x");

        _provider.LastAsked!["redirect_uri"].ShouldBe(new Uri(browser.Site, OidcSignIn.CallbackPath).ToString());
        (_provider.LastAsked["scope"], _provider.LastAsked.GetValueOrDefault("response_mode", "query")).ShouldBe(("openid profile", "query"));
        entered.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        entered.Headers.Location!.ToString().ShouldBe($"{OidcSignIn.EnteredPath}?returnUrl=%2Ftrouble%3Fcause%3Dx");
        var session = entered.Headers.GetValues("Set-Cookie").Single(cookie => cookie.StartsWith(SignIn.CookieName, StringComparison.Ordinal));
        session.ShouldContain("samesite=strict", Case.Insensitive);
        session.ShouldContain("httponly", Case.Insensitive);
        (await browser.TextAsync(entered.Headers.Location.ToString())).ShouldContain("content=\"0;url=/trouble?cause=x\"");
        (await browser.TextAsync("/trouble")).ShouldContain("alice · operator");
        using var api = await browser.GetAsync("/api/v1/gaps");
        api.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, "the API has its token, and no other way in");
    }

    [Fact]
    public async Task A_viewer_enters_as_one_also_by_what_only_userinfo_tells()
    {
        _sandbox.Variable("TIELINE_Http__Oidc__UserInfo", "true");
        _provider.UserInfo["groups"] = (string[])["staff", Viewers];
        await using var running = await RunningTieline.StartAsync(_sandbox);
        using var browser = new Traveller(_sandbox);

        using var entered = await browser.SignInAsync();

        entered.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await browser.TextAsync("/")).ShouldContain("alice · viewer");
    }

    [Fact]
    public async Task Somebody_with_neither_role_is_told_so_and_stays_outside()
    {
        _provider.Claims["groups"] = "staff";
        await using var running = await RunningTieline.StartAsync(_sandbox);
        using var browser = new Traveller(_sandbox);

        using var refused = await browser.SignInAsync();

        refused.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await Traveller.TextOfAsync(refused)).ShouldContain("neither operator nor viewer");
        browser.HasSession.ShouldBeFalse();
        refused.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("default-src 'none'");
    }

    [Theory]
    [InlineData("nonce")]
    [InlineData("issuer")]
    [InlineData("audience")]
    [InlineData("expired")]
    [InlineData("forged")]
    [InlineData("unsigned")]
    [InlineData("by the client's secret")]
    public async Task A_token_that_is_not_for_this_sign_in_lets_nobody_in(string fault)
    {
        using var foreign = RSA.Create(2048);
        _provider.Claims["groups"] = Operators;
        _provider.Spoil = token => Spoil(token, fault, foreign);
        await using var running = await RunningTieline.StartAsync(_sandbox);
        using var browser = new Traveller(_sandbox);

        using var refused = await browser.SignInAsync();

        refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await Traveller.TextOfAsync(refused)).ShouldContain("was not valid for this sign-in");
        browser.HasSession.ShouldBeFalse();
        _provider.Spoil = null;
        using var entered = await browser.SignInAsync();
        entered.StatusCode.ShouldBe(HttpStatusCode.Redirect, "the next one is good again");
    }

    [Fact]
    public async Task An_answer_that_belongs_to_another_browser_or_was_used_lets_nobody_in()
    {
        _provider.Claims["groups"] = Operators;
        await using var running = await RunningTieline.StartAsync(_sandbox);
        using var browser = new Traveller(_sandbox);
        using var other = new Traveller(_sandbox);
        var answer = await browser.AgreeAsync();

        using var stolen = await other.GetAsync(answer);
        stolen.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        other.HasSession.ShouldBeFalse();
        using var entered = await browser.GetAsync(answer);
        entered.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        using var again = await browser.GetAsync(answer);
        again.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using var bare = await other.GetAsync(OidcSignIn.CallbackPath);
        bare.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using var denied = await browser.GetAsync($"{(await browser.AgreeAsync()).Replace("code=", "error=access_denied&x=", StringComparison.Ordinal)}");
        denied.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await Traveller.TextOfAsync(denied)).ShouldContain("refused or given up at localhost");
    }

    [Fact]
    public async Task While_the_provider_is_down_the_token_opens_the_console_and_later_the_provider_does()
    {
        _provider.Claims["groups"] = Operators;
        _provider.IsDown = true;
        await using var running = await RunningTieline.StartAsync(_sandbox);
        using var browser = new Traveller(_sandbox);

        using var failed = await browser.GetAsync(OidcSignIn.StartPath);
        failed.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await Traveller.TextOfAsync(failed)).ShouldContain("does not answer. Try again in a while, or enter the token");
        using (var token = await browser.GetAsync(await LinkAsync()))
            token.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await browser.TextAsync("/")).ShouldContain($">{ConsoleRoles.Operator}<");

        _provider.IsDown = false;
        using var later = new Traveller(_sandbox);
        using var entered = await later.SignInAsync();
        entered.StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }

    [Fact]
    public async Task While_the_provider_is_down_strangers_who_press_the_button_must_wait_and_are_told_so()
    {
        _provider.IsDown = true;
        await using var running = await RunningTieline.StartAsync(_sandbox);
        using var browser = new Traveller(_sandbox);

        var answer = await browser.GetAsync(OidcSignIn.StartPath);
        for (var attempt = 1; answer.StatusCode == HttpStatusCode.ServiceUnavailable; attempt++)
        {
            attempt.ShouldBeLessThanOrEqualTo(2 * RefusalThrottle.Most, "a minute may end among them; two cannot");
            answer.Dispose();
            answer = await browser.GetAsync(OidcSignIn.StartPath);
        }

        using (answer)
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
            answer.Headers.RetryAfter.ShouldNotBeNull();
            (await Traveller.TextOfAsync(answer)).ShouldContain("name=\"token\"");
        }
    }

    [Fact]
    public async Task Whoever_presses_the_button_often_is_not_kept_from_a_provider_that_answers()
    {
        _provider.Claims["groups"] = Operators;
        await using var running = await RunningTieline.StartAsync(_sandbox);
        using var stranger = new Traveller(_sandbox);
        using var browser = new Traveller(_sandbox);
        (await browser.AgreeAsync()).ShouldNotBeNull();

        for (var attempt = 0; attempt < 3 * RefusalThrottle.Most; attempt++)
        {
            using var start = await stranger.GetAsync(OidcSignIn.StartPath);
            start.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        }

        using var entered = await browser.SignInAsync();
        entered.StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }

    [Fact]
    public async Task Credentials_that_the_provider_refuses_are_told_by_their_code_alone()
    {
        _provider.Refusal = "invalid_client";
        await using var running = await RunningTieline.StartAsync(_sandbox);
        using var browser = new Traveller(_sandbox);

        using var refused = await browser.SignInAsync();

        refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        var page = await Traveller.TextOfAsync(refused);
        page.ShouldContain("refused (invalid_client)");
        page.ShouldNotContain("Dana");
    }

    [Theory]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example")]
    [InlineData("/\t/evil.example")]
    [InlineData("https://evil.example/")]
    public async Task Nobody_is_sent_to_another_site(string returnUrl)
    {
        _provider.Claims["groups"] = Viewers;
        await using var running = await RunningTieline.StartAsync(_sandbox);
        using var browser = new Traveller(_sandbox);

        using var entered = await browser.SignInAsync(returnUrl);

        entered.Headers.Location!.ToString().ShouldBe($"{OidcSignIn.EnteredPath}?returnUrl=%2F");
        (await browser.TextAsync($"{OidcSignIn.EnteredPath}?returnUrl={Uri.EscapeDataString(returnUrl)}")).ShouldContain("content=\"0;url=/\"");
    }

    [Fact]
    public async Task Behind_a_proxy_the_redirect_uri_is_the_public_one_and_cookies_are_secure_whatever_a_header_says()
    {
        _sandbox.Variable("TIELINE_Http__PublicUrl", "https://tieline.example");
        await using var running = await RunningTieline.StartAsync(_sandbox);
        using var browser = new Traveller(_sandbox);

        using var start = await browser.GetAsync(OidcSignIn.StartPath, "tieline.example");
        Uri.UnescapeDataString(start.Headers.Location!.Query).ShouldContain("redirect_uri=https://tieline.example/login/oidc/callback");
        start.Headers.GetValues("Set-Cookie").ShouldAllBe(cookie => cookie.Contains("; secure", StringComparison.OrdinalIgnoreCase));
        using var sent = await browser.GetAsync("/events", "tieline.example");
        sent.Headers.Location!.ToString().ShouldStartWith("https://tieline.example/login");
        using var token = await browser.GetAsync(await LinkAsync(), "tieline.example");
        token.Headers.GetValues("Set-Cookie").ShouldAllBe(cookie => cookie.Contains("; secure", StringComparison.OrdinalIgnoreCase));
        using var near = await browser.GetAsync(await LinkAsync());
        near.Headers.GetValues("Set-Cookie").ShouldNotContain(cookie => cookie.Contains("; secure", StringComparison.OrdinalIgnoreCase), "over an SSH tunnel it is plain http still");
    }

    private async Task<string> LinkAsync()
    {
        using var api = new ApiClient(_sandbox);
        return new Uri((await api.SendAsync("POST", "sign-in-links", null, HttpStatusCode.Created))["url"]!.GetValue<string>()).PathAndQuery;
    }

    private static void Spoil(SecurityTokenDescriptor token, string fault, RSA foreign)
    {
        switch (fault)
        {
            case "nonce":
                token.Claims["nonce"] = "another";
                break;
            case "issuer":
                token.Issuer = "https://evil.example";
                break;
            case "audience":
                token.Audience = "another-client";
                break;
            case "expired":
                (token.NotBefore, token.IssuedAt, token.Expires) = (token.NotBefore!.Value.AddHours(-2), token.IssuedAt!.Value.AddHours(-2), token.Expires!.Value.AddHours(-2));
                break;
            case "unsigned":
                token.SigningCredentials = null; // "alg": "none"
                break;
            case "by the client's secret":
                token.SigningCredentials = new SigningCredentials(new SymmetricSecurityKey(Encoding.UTF8.GetBytes(IdentityProvider.ClientSecret.PadRight(32, '-'))), SecurityAlgorithms.HmacSha256);
                break;
            default:
                token.SigningCredentials = new SigningCredentials(new RsaSecurityKey(foreign) { KeyId = "first" }, SecurityAlgorithms.RsaSha256);
                break;
        }
    }
}
