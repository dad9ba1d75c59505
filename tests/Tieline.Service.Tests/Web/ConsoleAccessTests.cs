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
        using var wrong = await visitor.GetAsync($"{SignIn.Path}?token={new string('0', 64)}");
        wrong.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        wrong.Headers.Contains("Set-Cookie").ShouldBeFalse();
        using var unknown = await visitor.GetAsync("/nothing");
        unknown.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task The_link_gives_a_cookie_that_no_script_reads_and_leaves_no_token_in_the_url()
    {
        await using var org = await FakeOrg.StartAsync();
        using var sandbox = RunningTieline.Sandbox(org);
        await using var running = await RunningTieline.StartAsync(sandbox);
        using var visitor = new Visitor(sandbox);

        using var entered = await visitor.GetAsync($"{SignIn.Path}?token={TokenOf(sandbox, ConsoleToken.FileName)}");

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
        using var elsewhere = await visitor.GetAsync($"{SignIn.Path}?token={TokenOf(sandbox, ConsoleToken.FileName)}&returnUrl=//evil.example/");
        elsewhere.Headers.Location!.ToString().ShouldBe("/");
    }

    [Fact]
    public async Task The_form_takes_the_token_of_a_viewer_and_only_with_its_own_secret()
    {
        await using var org = await FakeOrg.StartAsync();
        using var sandbox = RunningTieline.Sandbox(org);
        await using var running = await RunningTieline.StartAsync(sandbox);
        using var visitor = new Visitor(sandbox);
        var token = TokenOf(sandbox, ConsoleTokens.ViewerFileName);

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
    public async Task Whoever_tries_again_and_again_must_wait()
    {
        await using var org = await FakeOrg.StartAsync();
        using var sandbox = RunningTieline.Sandbox(org);
        await using var running = await RunningTieline.StartAsync(sandbox);
        using var visitor = new Visitor(sandbox);

        var answers = new List<HttpStatusCode>();
        for (var attempt = 0; attempt < 25; attempt++)
        {
            using var answer = await visitor.GetAsync($"{SignIn.Path}?token={attempt}");
            answers.Add(answer.StatusCode);
        }

        // A minute may end among them; two cannot.
        answers.Count(answer => answer == HttpStatusCode.Unauthorized).ShouldBeLessThanOrEqualTo(20);
        answers.ShouldContain(HttpStatusCode.TooManyRequests);
    }

    private static string TokenOf(Sandbox sandbox, string file) => ConsoleToken.TryRead(RunningTieline.DataOf(sandbox), file).ShouldNotBeNull();

    private static void HeadersAreStrict(HttpResponseMessage response)
    {
        var policy = response.Headers.GetValues("Content-Security-Policy").Single();
        policy.ShouldContain("default-src 'none'");
        policy.ShouldContain("script-src 'self';");
        policy.ShouldContain("style-src 'self';");
        policy.ShouldContain("frame-ancestors 'none'");
        policy.ShouldNotContain("unsafe-eval");
        response.Headers.GetValues("X-Content-Type-Options").Single().ShouldBe("nosniff");
        response.Headers.GetValues("Referrer-Policy").Single().ShouldBe("no-referrer");
        response.Headers.GetValues("X-Frame-Options").Single().ShouldBe("DENY");
    }

    /// <summary>A browser without scripts.</summary>
    private sealed class Visitor : IDisposable
    {
        private readonly HttpClient _http;

        public Visitor(Sandbox sandbox) => _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() })
        {
            BaseAddress = new Uri(sandbox.Environment["TIELINE_Http__Listen"]),
        };

        public async Task<HttpResponseMessage> GetAsync(string path, string? host = null)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Host = host;
            return await _http.SendAsync(request, TestContext.Current.CancellationToken);
        }

        public async Task<HttpResponseMessage> PostAsync(string path, params (string Name, string Value)[] fields)
        {
            using var body = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
            return await _http.PostAsync(path, body, TestContext.Current.CancellationToken);
        }

        public void Dispose() => _http.Dispose();
    }
}
