using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Tieline.Service.Http;
using Tieline.Service.Tests.Support;

namespace Tieline.Service.Tests.Http;

public sealed class DeadLetterApiTests
{
    [Fact]
    public async Task It_pages_groups_shows_and_decides_and_tells_what_is_wrong()
    {
        await using var org = await FakeOrg.StartAsync();
        org.CrmStatus = 422;
        org.Have(4);
        using var sandbox = RunningTieline.Sandbox(org);
        await using var running = await RunningTieline.StartAsync(sandbox);
        using var http = new HttpClient { BaseAddress = new Uri(sandbox.Environment["TIELINE_Http__Listen"]) };
        var token = ConsoleToken.TryRead(RunningTieline.DataOf(sandbox)).ShouldNotBeNull();
        (await http.GetAsync("/api/v1/dead-letters", TestContext.Current.CancellationToken)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        await SendAsync("POST", "backfills", $$"""{"from":"{{FakeOrg.Start.AddMinutes(-1):O}}","to":"{{FakeOrg.Start.AddMinutes(5):O}}"}""", HttpStatusCode.Accepted);
        while ((await SendAsync("GET", "dead-letters"))["deadLetters"]!.AsArray().Count < 8)
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);

        var first = await SendAsync("GET", "dead-letters?limit=5");
        first["deadLetters"]!.AsArray().Count.ShouldBe(5);
        var second = await SendAsync("GET", $"dead-letters?limit=5&cursor={first["next"]}");
        second["deadLetters"]!.AsArray().Select(letter => letter!["position"]!.GetValue<long>()).ShouldBe([6, 7, 8]);
        second["next"].ShouldBeNull();
        var group = (await SendAsync("GET", "dead-letters?grouped=true&destination=crm&status=422"))["groups"]!.AsArray().ShouldHaveSingleItem()!;
        group["count"]!.GetValue<int>().ShouldBe(8);
        var one = await SendAsync("GET", "dead-letters/3?destination=crm");
        one["log"]!.AsArray().ShouldHaveSingleItem()!["outcome"]!.GetValue<string>().ShouldBe("rejected");
        one["participants"]!.AsArray().ShouldNotBeNull();

        foreach (var wrong in (string[])["dead-letters?status=soon", "dead-letters?what=ever", "dead-letters?cursor=x", "dead-letters?grouped=1", "dead-letters?id=evt_1", "dead-letters?from=noon", "dead-letters?limit=0"])
            await SendAsync("GET", wrong, null, HttpStatusCode.BadRequest);
        await SendAsync("GET", "dead-letters/99", null, HttpStatusCode.NotFound);
        foreach (var body in (string[])["no json", "[]", "{\"rate\":0}", "{\"cause\":{}}", "{\"dryRun\":\"maybe\"}", new string(' ', 20_000)])
            await SendAsync("POST", "dead-letters/replay", body, HttpStatusCode.BadRequest);
        await SendAsync("POST", "dead-letters/discard", "{}", HttpStatusCode.BadRequest);
        await SendAsync("POST", "replay", "{}", HttpStatusCode.BadRequest);
        await SendAsync("POST", "replay", """{"from":"2026-03-01T00:00:00Z","to":"2026-03-02T00:00:00Z","destination":"crm","toDestination":"erp"}""", HttpStatusCode.BadRequest);

        (await SendAsync("POST", "dead-letters/replay", """{"dryRun":true,"conversation":"c1"}"""))["plan"]![0]!["count"]!.GetValue<int>().ShouldBe(2);
        (await SendAsync("POST", "dead-letters/discard", """{"position":1,"reason":"no use"}"""))["report"]!["done"]!.GetValue<int>().ShouldBe(1);
        org.CrmStatus = 200;
        (await SendAsync("POST", "dead-letters/replay", """{"rate":500}"""))["report"]!["done"]!.GetValue<int>().ShouldBe(7);
        (await SendAsync("GET", "dead-letters"))["deadLetters"]!.AsArray().ShouldBeEmpty();
        (await SendAsync("POST", "replay", """{"from":"2026-03-01T00:00:00Z","to":"2026-03-02T00:00:00Z","destination":"crm","dryRun":true}"""))["events"]!.GetValue<int>().ShouldBe(0);

        async Task<JsonNode> SendAsync(string method, string path, string? body = null, HttpStatusCode status = HttpStatusCode.OK)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), $"/api/v1/{path}");
            if (body is not null)
                request.Content = new StringContent(body, Encoding.UTF8, "application/json");
            using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
            var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            response.StatusCode.ShouldBe(status, $"{path} {body} {text}");
            if (!response.IsSuccessStatusCode)
                response.Content.Headers.ContentType!.MediaType.ShouldBe(Problem.ContentType);
            return JsonNode.Parse(response.Content.Headers.ContentType!.MediaType == ApiMedia.Lines ? text.TrimEnd().Split('\n')[^1] : text)!;
        }
    }
}
