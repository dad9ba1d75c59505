using System.Net;
using Tieline.Service.Http;
using Tieline.Service.Tests.Support;
using Tieline.Service.Web.Access;

namespace Tieline.Service.Tests.Web;

public sealed class ConsoleAccessTests
{
    private static readonly string[] _pages = ["/", "/events", "/trouble", "/destinations", "/trust"];

    [Fact]
    public async Task Before_the_pipeline_runs_it_says_so()
    {
        await using var server = await Server.StartAsync();

        using var response = await server.GetAsync("/");

        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await server.GetAsync("/nothing")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Without_the_token_there_is_only_the_way_in()
    {
        await using var org = await FakeOrg.StartAsync();
        using var sandbox = RunningTieline.Sandbox(org);
        await using var running = await RunningTieline.StartAsync(sandbox);
        using var visitor = new Visitor(sandbox);

        foreach (var page in _pages)
        {
            using var refused = await visitor.GetAsync(page);
            refused.StatusCode.ShouldBe(HttpStatusCode.Redirect, page);
            refused.Headers.Location!.AbsolutePath.ShouldBe(SignIn.Path);
        }

        using var circuit = await visitor.PostAsync("/_blazor/negotiate?negotiateVersion=1");
        circuit.StatusCode.ShouldNotBe(HttpStatusCode.OK);
        using var login = await visitor.GetAsync(SignIn.Path);
        login.StatusCode.ShouldBe(HttpStatusCode.OK);
        HeadersAreStrict(login);
        using var wrong = await visitor.GetAsync($"{SignIn.Path}?code={new string('0', 32)}");
        wrong.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        wrong.Headers.Contains("Set-Cookie").ShouldBeFalse();
        using var unknown = await visitor.GetAsync("/nothing");
        unknown.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task The_link_gives_a_cookie_that_no_script_reads_and_holds_no_token()
    {
        await using var org = await FakeOrg.StartAsync();
        using var sandbox = RunningTieline.Sandbox(org);
        await using var running = await RunningTieline.StartAsync(sandbox);
        using var visitor = new Visitor(sandbox);

        using var api = new ApiClient(sandbox);
        var token = Visitor.TokenOf(sandbox);
        var link = new Uri((await api.SendAsync("POST", "sign-in-links", null, HttpStatusCode.Created))["url"]!.GetValue<string>());
        link.Host.ShouldBe(SignInLink.OwnHost);
        link.ToString().ShouldNotContain(token);

        using var byToken = await visitor.GetAsync($"{SignIn.Path}?token={token}");
        byToken.StatusCode.ShouldBe(HttpStatusCode.OK, "a token in a URL opens nothing");
        visitor.Session.ShouldBeNull();
        using var entered = await visitor.GetAsync(link.PathAndQuery);

        entered.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        entered.Headers.Location!.ToString().ShouldBe("/");
        var cookie = entered.Headers.GetValues("Set-Cookie").Single(one => one.StartsWith(SignIn.CookieName, StringComparison.Ordinal));
        cookie.ShouldContain("httponly", Case.Insensitive);
        cookie.ShouldContain("samesite=strict", Case.Insensitive);
        using var now = await visitor.GetAsync("/");
        now.StatusCode.ShouldBe(HttpStatusCode.OK);
        HeadersAreStrict(now);
        var html = await now.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        html.ShouldContain(ConsoleRoles.Operator);
        html.Split("<script").Skip(1).ShouldAllBe(script => script.StartsWith(" src=", StringComparison.Ordinal), "no inline script");
        html.ShouldNotContain("<style", Case.Insensitive);

        using var rebound = await visitor.GetAsync("/", "evil.example");
        rebound.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using var other = new Visitor(sandbox);
        using var again = await other.GetAsync(link.PathAndQuery);
        again.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, "what a browser keeps of it is worth nothing");
        other.Session.ShouldBeNull();
        (await Traveller.TextOfAsync(again)).ShouldContain("'tieline console' prints another one");
    }

    [Fact]
    public async Task The_form_takes_the_token_of_a_viewer_and_only_with_its_own_secret()
    {
        await using var org = await FakeOrg.StartAsync();
        using var sandbox = RunningTieline.Sandbox(org);
        await using var running = await RunningTieline.StartAsync(sandbox);
        using var visitor = new Visitor(sandbox);
        var token = Visitor.TokenOf(sandbox, AccessTokens.ViewerFileName);

        using (var forged = await visitor.PostAsync(SignIn.Path, ("token", token)))
            forged.Headers.Location.ShouldBeNull();
        using var form = await visitor.GetAsync(SignIn.Path);
        var secret = (await form.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Split("name=\"form\" value=\"")[1].Split('"')[0];
        secret.ShouldNotBeEmpty();
        using (var wrong = await visitor.PostAsync(SignIn.Path, ("token", "x"), ("form", secret)))
            wrong.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        using var entered = await visitor.PostAsync(SignIn.Path, ("token", $" {token} "), ("form", secret), ("returnUrl", "/trouble"));

        entered.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        entered.Headers.Location!.ToString().ShouldBe("/trouble");
        using var now = await visitor.GetAsync("/");
        (await now.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain($">{ConsoleRoles.Viewer}<");
        using var api = await visitor.GetAsync("/api/v1/gaps");
        api.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, "the cookie is the console's alone");
    }

    [Fact]
    public async Task Whoever_tries_again_and_again_must_wait_and_nobody_who_is_right_is_kept_out()
    {
        await using var org = await FakeOrg.StartAsync();
        using var sandbox = RunningTieline.Sandbox(org);
        await using var running = await RunningTieline.StartAsync(sandbox);
        using var stranger = new Visitor(sandbox);
        using var visitor = new Visitor(sandbox);

        for (var attempt = 0; attempt < 3 * RefusalThrottle.Most; attempt++)
        {
            using var page = await stranger.GetAsync(SignIn.Path);
            page.StatusCode.ShouldBe(HttpStatusCode.OK, "to look at the page is no attempt");
        }

        var secret = await stranger.FormSecretAsync();
        HttpResponseMessage last;
        for (var attempt = 1; ; attempt++)
        {
            last = await stranger.PostAsync(SignIn.Path, ("token", $"wrong-{attempt}"), ("form", secret));
            if (last.StatusCode == HttpStatusCode.TooManyRequests)
                break;
            last.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
            last.Dispose();
            attempt.ShouldBeLessThanOrEqualTo(2 * RefusalThrottle.Most, "a minute may end among them; two cannot");
        }

        using (last)
        {
            last.Headers.RetryAfter!.Delta!.Value.ShouldBeInRange(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
            var text = await Traveller.TextOfAsync(last);
            text.ShouldContain("a right token works at once");
            text.ShouldContain("name=\"token\"");
        }

        await visitor.EnterAsync();
        await stranger.EnterAsync();
    }

    [Fact]
    public async Task Signed_out_is_out_for_every_copy_of_the_cookie_and_over_a_restart()
    {
        await using var org = await FakeOrg.StartAsync();
        using var sandbox = RunningTieline.Sandbox(org);
        using var visitor = new Visitor(sandbox);
        using var thief = new Visitor(sandbox);
        await using (await RunningTieline.StartAsync(sandbox))
        {
            await visitor.EnterAsync();
            thief.Cookies.Add(visitor.Site, new Cookie(SignIn.CookieName, visitor.Session));
            using (var stolen = await thief.GetAsync("/"))
                stolen.StatusCode.ShouldBe(HttpStatusCode.OK);
            var form = await visitor.FormSecretAsync("/");
            using (var left = await visitor.PostAsync("/logout", ("form", form)))
                left.Headers.Location!.ToString().ShouldBe(SignIn.Path);

            (await EntersAsync(thief)).ShouldBeFalse();
        }

        using var later = RunningTieline.Again(sandbox);
        await using var running = await RunningTieline.StartAsync(later);
        using var again = new Visitor(later);
        again.Cookies.Add(again.Site, new Cookie(SignIn.CookieName, visitor.Session ?? thief.Session));
        (await EntersAsync(again)).ShouldBeFalse();
        using var api = new ApiClient(later);
        var actions = (await api.GetAsync("changes"))["changes"]!.AsArray().Select(line => (line!["action"]!.GetValue<string>(), line["detail"]?["by"]?.GetValue<string>())).ToList();
        actions.ShouldContain(("signed-in", "console"));
        actions.ShouldContain(("signed-out", "console"));
    }

    private static async Task<bool> EntersAsync(Visitor visitor)
    {
        using var answer = await visitor.GetAsync("/");
        return answer.StatusCode == HttpStatusCode.OK;
    }

    [Fact]
    public async Task A_cookie_that_was_tampered_with_opens_nothing()
    {
        await using var org = await FakeOrg.StartAsync();
        using var sandbox = RunningTieline.Sandbox(org);
        await using var running = await RunningTieline.StartAsync(sandbox);
        using var visitor = new Visitor(sandbox);
        await visitor.EnterAsync(AccessTokens.ViewerFileName);
        var good = visitor.Session!;

        foreach (var bad in (string[])["", "operator", good[..^8], good + "AAAA", Flipped(good, 4), Flipped(good, good.Length / 2), Flipped(good, good.Length - 4), new string([.. good.Reverse()])])
        {
            using var thief = new Visitor(sandbox);
            thief.Cookies.Add(thief.Site, new Cookie(SignIn.CookieName, bad));
            (await EntersAsync(thief)).ShouldBeFalse(bad);
            (await thief.SocketAsync()).ShouldNotBe(HttpStatusCode.SwitchingProtocols, bad);
        }

        using var copy = new Visitor(sandbox);
        copy.Cookies.Add(copy.Site, new Cookie(SignIn.CookieName, good));
        (await EntersAsync(copy)).ShouldBeTrue("the test's own way is right");
    }

    [Fact]
    public async Task Whoever_takes_a_copy_of_the_audit_log_is_on_record()
    {
        await using var org = await FakeOrg.StartAsync();
        using var sandbox = RunningTieline.Sandbox(org);
        await using var running = await RunningTieline.StartAsync(sandbox);
        using var visitor = new Visitor(sandbox);
        using var api = new ApiClient(sandbox);
        await visitor.EnterAsync(AccessTokens.ViewerFileName);

        using (var copy = await visitor.GetAsync("/trust/export"))
            copy.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await api.Http.GetAsync("/api/v1/audit/export", TestContext.Current.CancellationToken)).StatusCode.ShouldBe(HttpStatusCode.OK);

        await ApiClient.UntilAsync(async () => (await api.GetAsync("changes"))["changes"]!.AsArray().Count(line => line!["action"]!.GetValue<string>() == "exported") == 2);
        (await api.GetAsync("changes"))["changes"]!.AsArray().Where(line => line!["action"]!.GetValue<string>() == "exported").Select(line => line!["detail"]!["by"]!.GetValue<string>())
            .ShouldBe(["api", "token:console-viewer-token"]);
    }

    private static string Flipped(string text, int at) => text[..at] + (text[at] == 'A' ? 'B' : 'A') + text[(at + 1)..];

    [Theory]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example")]
    [InlineData("\\\\evil.example")]
    [InlineData("/\t/evil.example")]
    [InlineData("https://evil.example/")]
    [InlineData("https:evil.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData(" /trouble")]
    [InlineData("/login?code=x")]
    [InlineData("/logout")]
    public async Task A_sign_in_sends_nobody_to_another_site(string returnUrl)
    {
        await using var org = await FakeOrg.StartAsync();
        using var sandbox = RunningTieline.Sandbox(org);
        await using var running = await RunningTieline.StartAsync(sandbox);
        using var visitor = new Visitor(sandbox);
        using var api = new ApiClient(sandbox);

        using var entered = await visitor.SubmitAsync(Visitor.TokenOf(sandbox), returnUrl);
        entered.Headers.Location!.ToString().ShouldBe("/");
        var link = new Uri((await api.SendAsync("POST", "sign-in-links", null, HttpStatusCode.Created))["url"]!.GetValue<string>());
        using var linked = await visitor.GetAsync($"{link.PathAndQuery}&returnUrl={Uri.EscapeDataString(returnUrl)}");
        linked.Headers.Location!.ToString().ShouldBe("/");
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("localhost.evil.example:3001")]
    [InlineData("evil.localhost")]
    [InlineData("tieline.localhost.evil.example")]
    public async Task Under_a_host_name_that_is_not_ours_nothing_answers_but_health_and_metrics(string host)
    {
        await using var server = await Server.StartAsync();

        foreach (var path in (string[])["/", SignIn.Path, "/_blazor", "/api/v1/gaps", "/api/v1/openapi.json"])
        {
            using var refused = await server.GetAsync(path, ("Host", host));
            refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest, path);
        }

        using var health = await server.GetAsync("/health/live", ("Host", host));
        health.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var own = await server.GetAsync("/api/v1/openapi.json", ("Host", SignInLink.OwnHost));
        own.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("PATCH")]
    [InlineData("TRACE")]
    [InlineData("OPTIONS")]
    public async Task Other_verbs_and_a_header_that_overrides_the_verb_do_nothing(string verb)
    {
        await using var org = await FakeOrg.StartAsync();
        using var sandbox = RunningTieline.Sandbox(org);
        await using var running = await RunningTieline.StartAsync(sandbox);
        using var visitor = new Visitor(sandbox);
        using var api = new ApiClient(sandbox);
        await visitor.EnterAsync();

        foreach (var path in (string[])["/logout", SignIn.Path, "/", "/trouble"])
        {
            using var answer = await visitor.SendAsync(new HttpMethod(verb), path);
            answer.StatusCode.ShouldBeOneOf(HttpStatusCode.MethodNotAllowed, HttpStatusCode.NotFound);
            answer.Headers.Contains("Access-Control-Allow-Origin").ShouldBeFalse();
        }

        foreach (var name in (string[])["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
        {
            using var asked = new HttpRequestMessage(new HttpMethod(verb), "/api/v1/destinations/crm/pause") { Headers = { { name, "POST" } } };
            using var refused = await api.Http.SendAsync(asked, TestContext.Current.CancellationToken);
            refused.StatusCode.ShouldBeOneOf(HttpStatusCode.MethodNotAllowed, HttpStatusCode.NotFound);
            using var stayed = await visitor.GetAsync("/logout", null, (name, "POST"));
            stayed.StatusCode.ShouldBeOneOf(HttpStatusCode.MethodNotAllowed, HttpStatusCode.NotFound);
        }

        (await EntersAsync(visitor)).ShouldBeTrue();
        (await api.GetAsync("destinations/crm"))["pause"].ShouldBeNull();
    }

    private static void HeadersAreStrict(HttpResponseMessage response)
    {
        var policy = response.Headers.GetValues("Content-Security-Policy").Single();
        policy.ShouldContain("default-src 'none'");
        policy.ShouldContain("script-src 'self';");
        policy.ShouldContain("style-src 'self';");
        policy.ShouldContain("frame-ancestors 'none'");
        policy.ShouldNotContain("unsafe-eval");
        response.Headers.GetValues("X-Content-Type-Options").Single().ShouldBe("nosniff");
        response.Headers.GetValues("Referrer-Policy").Single().ShouldBe("same-origin", "other sites are told nothing; no-referrer would make a browser send our own forms with Origin: null");
        response.Headers.GetValues("X-Frame-Options").Single().ShouldBe("DENY");
    }
}
