using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Tieline.Service.Http;
using Tieline.Service.Tests.Support;

namespace Tieline.Service.Tests.Http;

public sealed class AdminApiTests
{
    [Fact]
    public async Task Before_the_pipeline_runs_it_says_so()
    {
        await using var server = await Server.StartAsync();

        using var response = await server.GetAsync("/api/v1/gaps");

        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        response.Content.Headers.ContentType!.MediaType.ShouldBe(Problem.ContentType);
    }

    [Fact]
    public async Task It_wants_the_token_and_tells_what_is_wrong()
    {
        await using var org = await FakeOrg.StartAsync();
        using var sandbox = RunningTieline.Sandbox(org);
        await using var running = await RunningTieline.StartAsync(sandbox);
        using var http = new HttpClient { BaseAddress = new Uri(sandbox.Environment["TIELINE_Http__Listen"]) };
        var token = ConsoleToken.TryRead(RunningTieline.DataOf(sandbox)).ShouldNotBeNull();

        (await StatusAsync("GET", "gaps", null, null)).ShouldBe(HttpStatusCode.Unauthorized);
        (await StatusAsync("GET", "gaps", null, new string('0', token.Length))).ShouldBe(HttpStatusCode.Unauthorized);
        (await StatusAsync("GET", "gaps", null, token[..^1])).ShouldBe(HttpStatusCode.Unauthorized);
        (await StatusAsync("GET", "gaps", null, token)).ShouldBe(HttpStatusCode.OK);
        (await StatusAsync("GET", "gaps/7", null, token)).ShouldBe(HttpStatusCode.NotFound);
        (await StatusAsync("GET", "gaps/x", null, token)).ShouldBe(HttpStatusCode.NotFound);
        (await StatusAsync("POST", "backfills", "no json", token)).ShouldBe(HttpStatusCode.BadRequest);
        (await StatusAsync("POST", "backfills", """{"from":"2026-03-02"}""", token)).ShouldBe(HttpStatusCode.BadRequest);
        (await StatusAsync("POST", "backfills", """{"from":"2020-03-02T00:00:00Z","to":"2020-03-01T00:00:00Z"}""", token)).ShouldBe(HttpStatusCode.BadRequest);
        (await StatusAsync("POST", "reconciliations", """{"from":"2020-03-01T00:00:00Z","to":"2020-03-02T00:00:00Z","repair":"yes"}""", token)).ShouldBe(HttpStatusCode.BadRequest);
        (await StatusAsync("POST", "reconciliations", new string(' ', 10_000), token)).ShouldBe(HttpStatusCode.BadRequest);

        foreach (var span in (string[])["""{"from":"0001-01-01T00:00:00Z","to":"2020-03-01T00:00:00Z"}""", """{"from":"1999-12-31T23:59:59Z","to":"2020-03-01T00:00:00Z"}""", """{"from":"2020-03-01T00:00:00Z","to":"9999-12-31T23:59:59Z"}"""])
        {
            (await StatusAsync("POST", "backfills", span, token)).ShouldBe(HttpStatusCode.BadRequest, span);
            (await StatusAsync("POST", "reconciliations", span, token)).ShouldBe(HttpStatusCode.BadRequest, span);
        }

        foreach (var path in (string[])["completeness", "events", "dead-letters", "audit/lines"])
        {
            (await StatusAsync("GET", $"{path}?from=0001-01-01T00:00:00Z&to=2020-03-01T00:00:00Z", null, token)).ShouldBe(HttpStatusCode.BadRequest, path);
            (await StatusAsync("GET", $"{path}?from=2020-03-02T00:00:00Z&to=2020-03-01T00:00:00Z", null, token)).ShouldBe(HttpStatusCode.BadRequest, path);
        }

        (await StatusAsync("GET", "gaps", null, token)).ShouldBe(HttpStatusCode.OK);
        using var accepted = await SendAsync("POST", "backfills", """{"from":"2020-03-01T00:00:00Z","to":"2020-03-02T00:00:00Z"}""", token);
        accepted.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        accepted.Headers.Location!.ToString().ShouldBe("/api/v1/gaps/1");
        (await StatusAsync("GET", "gaps/1", null, token)).ShouldBe(HttpStatusCode.OK);
        using var reconciled = await SendAsync("POST", "reconciliations", """{"from":"2020-03-01T00:00:00Z","to":"2020-03-02T00:00:00Z"}""", token);
        reconciled.Content.Headers.ContentType!.MediaType.ShouldBe(ApiMedia.Lines);
        var last = (await reconciled.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).TrimEnd().Split('\n')[^1];
        JsonNode.Parse(last)!["report"]!["good"]!.GetValue<bool>().ShouldBeTrue();

        using var rebound = new HttpRequestMessage(HttpMethod.Get, "/api/v1/gaps") { Headers = { Host = "evil.example", Authorization = new AuthenticationHeaderValue("Bearer", token) } };
        (await http.SendAsync(rebound, TestContext.Current.CancellationToken)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);

        async Task<HttpStatusCode> StatusAsync(string method, string path, string? body, string? bearer)
        {
            using var response = await SendAsync(method, path, body, bearer);
            if (!response.IsSuccessStatusCode)
                response.Content.Headers.ContentType!.MediaType.ShouldBe(Problem.ContentType);
            return response.StatusCode;
        }

        async Task<HttpResponseMessage> SendAsync(string method, string path, string? body, string? bearer)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), $"/api/v1/{path}");
            if (bearer is not null)
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
            if (body is not null)
                request.Content = new StringContent(body, Encoding.UTF8, "application/json");
            return await http.SendAsync(request, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public void A_token_is_made_once_and_one_that_is_broken_is_replaced()
    {
        using var sandbox = new Sandbox();

        ConsoleToken.TryRead(sandbox.Path).ShouldBeNull();
        var made = ConsoleToken.Open(sandbox.Path);
        var text = ConsoleToken.TryRead(sandbox.Path).ShouldNotBeNull();
        Is(made, text).ShouldBeTrue();
        Is(ConsoleToken.Open(sandbox.Path), text).ShouldBeTrue();

        sandbox.File(ConsoleToken.FileName, text[..10]);
        var anew = ConsoleToken.Open(sandbox.Path);
        Is(anew, text[..10]).ShouldBeFalse();
        Is(anew, ConsoleToken.TryRead(sandbox.Path)!).ShouldBeTrue();
    }
    private static bool Is(ConsoleToken token, string given) => token.As(ConsoleToken.FileName, AccessRoles.Operator).Hash.SequenceEqual(AccessToken.HashOf(given));
}
