using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Tieline.Service.Http;
using Tieline.Service.Tests.Support;
using Tieline.Service.Tests.Web;

namespace Tieline.Service.Tests.Http;

/// <summary>Which token may do what: every route, every role.</summary>
public sealed class ApiRolesTests : OrgTests
{
    /// <summary>What each role may use beside what an operator may, told here once more: a change in one place alone fails.</summary>
    private static readonly Dictionary<string, string[]> _may = new(StringComparer.Ordinal)
    {
        [AccessRoles.Viewer] =
        [
            "GET /events", "GET /events/stream", "GET /events/{position}", "GET /conversations", "GET /conversations/{id}", "GET /gaps", "GET /gaps/{number}", "GET /dead-letters", "GET /dead-letters/{position}",
            "GET /destinations", "GET /destinations/{name}", "GET /audit/lines", "GET /audit/export", "GET /audit/checkpoints", "POST /audit/verifications", "GET /changes", "GET /status", "GET /alerts",
            "POST /filter/preview", "GET /history", "GET /completeness", "GET /configuration", "GET /system",
        ],
        [AccessRoles.Metrics] = ["GET /status", "GET /alerts", "GET /history", "GET /system"],
        [AccessRoles.Watermark] = ["GET /completeness", "GET /gaps", "GET /gaps/{number}"],
        [AccessRoles.EventsRead] = ["GET /events", "GET /events/stream", "GET /events/{position}", "GET /conversations", "GET /conversations/{id}", "GET /completeness", "GET /gaps", "GET /gaps/{number}"],
    };

    [Fact]
    public async Task Every_route_takes_the_roles_that_it_names_and_no_other()
    {
        await using var running = await RunningTieline.StartAsync(Sandbox);
        using var api = new ApiClient(Sandbox);
        var routes = (await api.GetAsync("openapi.json"))["paths"]!.AsObject()
            .SelectMany(path => path.Value!.AsObject().Select(operation => (Name: $"{operation.Key.ToUpperInvariant()} {path.Key}", Roles: operation.Value!["description"]!.GetValue<string>()))).ToList();
        routes.Count.ShouldBeGreaterThan(30);
        foreach (var role in AccessRoles.All)
        {
            var token = await MakeAsync(api, $"of-{role.Replace(':', '-')}", role);
            foreach (var (name, roles) in routes)
            {
                var isAllowed = role == AccessRoles.Operator || _may[role].Contains(name);
                roles.TrimEnd('.').Split(": ", 2)[1].Split(", ").Contains(role).ShouldBe(isAllowed, $"{name} as {role}, by its description");
                // Nothing is done: an unknown parameter is refused, but only to those who may ask at all.
                using var answer = await SendAsync(name, token);
                if (isAllowed)
                    answer.StatusCode.ShouldNotBeOneOf(HttpStatusCode.Forbidden, HttpStatusCode.Unauthorized);
                else
                    answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden, $"{name} as {role}");
            }
        }

        foreach (var (name, _) in routes)
        {
            foreach (var nobody in (string?[])[null, "", "x", new string('0', 64)])
            {
                using var answer = await SendAsync(name, nobody);
                answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, name);
            }
        }
    }

    [Fact]
    public async Task A_token_holds_at_once_stands_in_the_audit_log_and_is_worth_nothing_when_it_is_revoked()
    {
        await using var running = await RunningTieline.StartAsync(Sandbox);
        using var api = new ApiClient(Sandbox);
        using var visitor = new Visitor(Sandbox);
        var token = await MakeAsync(api, "anna", AccessRoles.Operator);
        token.ShouldStartWith("tieline_");
        (await visitor.SubmitAsync(token)).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await visitor.GetAsync("/")).StatusCode.ShouldBe(HttpStatusCode.OK);

        using (var paused = await SendAsync("POST /destinations/crm/pause", token, """{"reason":"maintenance"}"""))
            paused.StatusCode.ShouldBe(HttpStatusCode.OK);
        using (var resumed = await SendAsync("POST /destinations/crm/resume", token, """{"by":"bob"}"""))
            resumed.StatusCode.ShouldBe(HttpStatusCode.OK);
        await api.SendAsync("POST", "tokens", """{"name":"anna","role":"viewer"}""", HttpStatusCode.Conflict);
        (await api.GetAsync("tokens"))["tokens"]!.AsArray().ShouldHaveSingleItem()!.ToJsonString().ShouldNotContain(token[8..]);
        await api.SendAsync("POST", "tokens/anna/revoke");
        await api.SendAsync("POST", "tokens/anna/revoke", null, HttpStatusCode.NotFound);

        using (var refused = await SendAsync("GET /gaps", token))
            refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await visitor.GetAsync("/")).StatusCode.ShouldBe(HttpStatusCode.Redirect, "its sessions are over");
        var by = (await api.GetAsync("changes"))["changes"]!.AsArray().Select(line => $"{line!["action"]} {line["detail"]?["name"]} {line["detail"]?["by"]}").ToList();
        foreach (var line in (string[])["token-created anna api", "signed-in  token:anna", "paused  token:anna", "resumed  bob (token:anna)", "token-revoked anna api"])
            by.ShouldContain(line);
        foreach (var file in Directory.EnumerateFiles(RunningTieline.DataOf(Sandbox), "*", SearchOption.AllDirectories).Where(file => !file.EndsWith("lock", StringComparison.Ordinal)))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream, Encoding.Latin1);
            (await reader.ReadToEndAsync(TestContext.Current.CancellationToken)).ShouldNotContain(token[8..], Case.Sensitive, file);
        }
    }

    [Fact]
    public async Task A_token_that_has_expired_is_worth_nothing_and_one_of_the_api_alone_opens_no_console()
    {
        await using var running = await RunningTieline.StartAsync(Sandbox);
        using var api = new ApiClient(Sandbox);
        using var visitor = new Visitor(Sandbox);
        var token = await MakeAsync(api, "monitoring", AccessRoles.Metrics);

        using (var refused = await visitor.SubmitAsync(token))
            (refused.StatusCode, (await Traveller.TextOfAsync(refused)).Contains("for the API alone", StringComparison.Ordinal)).ShouldBe((HttpStatusCode.Unauthorized, true));
        visitor.Session.ShouldBeNull();
        RunningTieline.Tamper(Sandbox, "UPDATE token SET expires_at = 1").ShouldBe(1);
        await MakeAsync(api, "another", AccessRoles.Viewer); // the journal is read again
        using (var expired = await SendAsync("GET /status", token))
            expired.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await api.GetAsync("tokens"))["tokens"]!.AsArray().Single(one => one!["name"]!.GetValue<string>() == "monitoring")!["expired"]!.GetValue<bool>().ShouldBeTrue();
    }

    [Theory]
    [InlineData("""{"role":"viewer"}""")]
    [InlineData("""{"name":"Anna","role":"viewer"}""")]
    [InlineData("""{"name":"1a","role":"viewer"}""")]
    [InlineData("""{"name":"console-token","role":"viewer"}""")]
    [InlineData("""{"name":"a b","role":"viewer"}""")]
    [InlineData("""{"name":"a\u202eb","role":"viewer"}""")]
    [InlineData("""{"name":"a"}""")]
    [InlineData("""{"name":"a","role":"root"}""")]
    [InlineData("""{"name":"a","role":"viewer","expiresAt":"2020-01-01T00:00:00Z"}""")]
    [InlineData("""{"name":"a","role":"viewer","expiresAt":"2999-01-01T00:00:00Z"}""")]
    public async Task What_cannot_be_a_token_is_refused(string body)
    {
        await using var running = await RunningTieline.StartAsync(Sandbox);
        using var api = new ApiClient(Sandbox);

        await api.SendAsync("POST", "tokens", body, HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_token_has_sixteen_streams_at_most_and_another_token_its_own()
    {
        await using var running = await RunningTieline.StartAsync(Sandbox);
        using var api = new ApiClient(Sandbox);
        var open = new List<HttpResponseMessage>();
        for (var stream = 0; stream < EventStream.MostOfAToken; stream++)
        {
            open.Add(await api.Http.GetAsync("/api/v1/events/stream?cursor=0", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken));
            open[^1].StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        using (var more = await api.Http.GetAsync("/api/v1/events/stream", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken))
        {
            more.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
            more.Headers.RetryAfter.ShouldNotBeNull();
            more.Content.Headers.ContentType!.MediaType.ShouldBe(Problem.ContentType);
        }

        var token = await MakeAsync(api, "crm", AccessRoles.EventsRead);
        using (var other = await SendAsync("GET /events/stream", token))
            other.StatusCode.ShouldBe(HttpStatusCode.OK);
        open[0].Dispose();
        await ApiClient.UntilAsync(async () =>
        {
            using var again = await api.Http.GetAsync("/api/v1/events/stream", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
            return again.StatusCode == HttpStatusCode.OK;
        });
        open.ForEach(one => one.Dispose());
    }

    private static async Task<string> MakeAsync(ApiClient api, string name, string role) =>
        (await api.SendAsync("POST", "tokens", new JsonObject { ["name"] = name, ["role"] = role }.ToJsonString(), HttpStatusCode.Created))["token"]!.GetValue<string>();

    private async Task<HttpResponseMessage> SendAsync(string route, string? token, string? body = null)
    {
        using var http = new HttpClient { BaseAddress = new Uri(Sandbox.Environment["TIELINE_Http__Listen"]) };
        var (method, path) = (route.Split(' ')[0], route.Split(' ')[1].Replace("{position}", "999", StringComparison.Ordinal).Replace("{number}", "999", StringComparison.Ordinal).Replace("{id}", "x", StringComparison.Ordinal).Replace("{name}", "x", StringComparison.Ordinal));
        using var request = new HttpRequestMessage(new HttpMethod(method), $"/api/v1{path}{(method == "GET" && body is null && path is not "/events/stream" and not "/gaps" and not "/status" ? "?unknown=1" : "")}");
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (method == "POST")
            request.Content = new StringContent(body ?? """{"unknown":1}""", Encoding.UTF8, "application/json");
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }
}
