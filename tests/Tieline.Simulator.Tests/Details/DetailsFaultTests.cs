using System.Text.Json;

namespace Tieline.Simulator.Tests.Details;

public class DetailsFaultTests
{
    private const string Query = $$"""{"interval":"{{DetailsClient.Day}}"}""";

    [Theory]
    [InlineData(401, "bad.credentials")]
    [InlineData(403, "missing.any.permissions")]
    [InlineData(429, "too.many.requests.retry.after")]
    [InlineData(500, "internal.server.error")]
    [InlineData(503, "service.unavailable")]
    public async Task The_next_n_are_answered_with_a_status_and_then_it_is_over(int status, string code)
    {
        await using var rig = await StartAsync();
        var client = await DetailsClient.OfAsync(rig);
        await rig.InjectAsync($$"""{"kind":"details","answer":"{{status}}","count":2,"retryAfter":7}""");
        for (var i = 0; i < 2; i++)
        {
            using var answer = await client.SendAsync(HttpMethod.Post, "query", Query);
            ((int)answer.StatusCode).ShouldBe(status);
            answer.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(7));
            (await answer.Content.ReadAsStringAsync(rig.Deadline)).ShouldContain(code);
        }
        DetailsClient.Rows(await client.QueryAsync()).Count.ShouldBe(25);
        rig.Simulator.Status.DetailsRequests[status].ShouldBe(2);
    }

    [Fact]
    public async Task It_ends_after_its_seconds_or_when_cleared()
    {
        await using var rig = await StartAsync();
        var client = await DetailsClient.OfAsync(rig);
        await rig.InjectAsync("""{"kind":"details","answer":"503","seconds":10}""");
        (await client.PostAsync("query", Query)).Status.ShouldBe(503);
        rig.Clock.Advance(TimeSpan.FromSeconds(10));
        await client.QueryAsync();
        await rig.InjectAsync("""{"kind":"details","answer":"empty"}""");
        (await client.QueryAsync()).GetRawText().ShouldBe("""{"totalHits":0}""");
        await rig.InjectAsync("""{"kind":"clear"}""");
        DetailsClient.Rows(await client.QueryAsync()).Count.ShouldBe(25);
    }

    [Fact]
    public async Task Slow_waits_before_it_answers()
    {
        await using var rig = await StartAsync();
        var client = await DetailsClient.OfAsync(rig);
        await rig.InjectAsync("""{"kind":"details","answer":"slow","delayMs":3000,"count":1}""");
        var querying = client.QueryAsync();
        while (await rig.Clock.Waits.ReadAsync(rig.Deadline) != TimeSpan.FromSeconds(3))
        {
            querying.IsCompleted.ShouldBeFalse();
        }
        rig.Clock.Advance(TimeSpan.FromSeconds(3));
        DetailsClient.Rows(await querying).Count.ShouldBe(25);
    }

    [Fact]
    public async Task Hang_answers_nothing()
    {
        await using var rig = await StartAsync();
        var client = await DetailsClient.OfAsync(rig);
        await rig.InjectAsync("""{"kind":"details","answer":"hang","count":1}""");
        using var patience = new CancellationTokenSource();
        client.Patience = patience.Token;
        var querying = client.QueryAsync();
        await rig.Simulator.WaitForAsync(s => s.DetailsRequests.ContainsKey(0), rig.Deadline);
        querying.IsCompleted.ShouldBeFalse();
        await patience.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(querying);
        client.Patience = rig.Deadline;
        DetailsClient.Rows(await client.QueryAsync()).Count.ShouldBe(25);
    }

    [Fact]
    public async Task Garbage_is_not_JSON()
    {
        await using var rig = await StartAsync();
        await rig.InjectAsync("""{"kind":"details","answer":"garbage","count":1}""");
        using var answer = await (await DetailsClient.OfAsync(rig)).SendAsync(HttpMethod.Post, "query", Query);
        ((int)answer.StatusCode).ShouldBe(200);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        Should.Throw<JsonException>(() => JsonDocument.Parse(answer.Content.ReadAsStringAsync().Result));
    }

    [Fact]
    public async Task Half_breaks_off()
    {
        await using var rig = await StartAsync();
        var client = await DetailsClient.OfAsync(rig);
        await rig.InjectAsync("""{"kind":"details","answer":"half","count":1}""");
        await Should.ThrowAsync<HttpRequestException>(client.QueryAsync());
        await client.QueryAsync();
    }

    [Fact]
    public async Task Truncated_has_half_a_page_under_the_right_total()
    {
        await using var rig = await StartAsync();
        var client = await DetailsClient.OfAsync(rig);
        var whole = await client.QueryAsync();
        await rig.InjectAsync("""{"kind":"details","answer":"truncated","count":1}""");
        var half = await client.QueryAsync();
        DetailsClient.Rows(half).Count.ShouldBe(12);
        half.GetProperty("totalHits").GetInt32().ShouldBe(whole.GetProperty("totalHits").GetInt32());
        DetailsClient.Rows(await client.QueryAsync()).Count.ShouldBe(25);
    }

    [Fact]
    public async Task One_request_too_many_in_a_minute_is_429_until_the_minute_is_over()
    {
        await using var rig = await StartAsync(o => (o.RequestsPerMinute, o.OtherClients["second"]) = (3, "secret"));
        var client = await DetailsClient.OfAsync(rig);
        for (var i = 1; i <= 3; i++)
        {
            using var good = await client.SendAsync(HttpMethod.Post, "query", Query);
            ((int)good.StatusCode).ShouldBe(200);
            Header(good, "inin-ratelimit-count").ShouldBe(i.ToString());
            Header(good, "inin-ratelimit-allowed").ShouldBe("3");
        }
        rig.Clock.Advance(TimeSpan.FromSeconds(18));
        using var over = await client.SendAsync(HttpMethod.Post, "query", Query);
        ((int)over.StatusCode).ShouldBe(429);
        over.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(42));
        Header(over, "inin-ratelimit-count").ShouldBe("4");
        Header(over, "inin-ratelimit-reset").ShouldBe("42");
        (await over.Content.ReadAsStringAsync(rig.Deadline)).ShouldContain("Retry the request in [42] seconds");
        await new DetailsClient(rig, await rig.TokenAsync("second", "secret")).QueryAsync();
        rig.Clock.Advance(TimeSpan.FromSeconds(42));
        await client.QueryAsync();
    }

    [Fact]
    public async Task Without_a_limit_nothing_is_429()
    {
        await using var rig = await StartAsync(o => o.RequestsPerMinute = 0);
        var client = await DetailsClient.OfAsync(rig);
        for (var i = 0; i < 310; i++)
        {
            using var good = await client.SendAsync(HttpMethod.Get, "jobs/availability");
            ((int)good.StatusCode).ShouldBe(200);
            good.Headers.Contains("inin-ratelimit-allowed").ShouldBeFalse();
        }
    }

    [Theory]
    [InlineData("faults", """{"kind":"details","answer":"x"}""", "401, 403, 429, 500, 503, slow")]
    [InlineData("faults", """{"kind":"details","answer":"slow"}""", "delayMs must be")]
    [InlineData("details", """{"lagSeconds":-1}""", "lagSeconds must be")]
    [InlineData("details", """{"match":"week"}""", "activity or day")]
    [InlineData("details", """{"beganEarlier":2}""", "from 0 to 1")]
    [InlineData("details", """{"lag":2}""", "lagSeconds")]
    [InlineData("details", "7", "JSON object")]
    public async Task A_wrong_call_is_told_what_is_allowed(string call, string body, string part)
    {
        await using var rig = await Rig.StartAsync();
        var (status, answer) = await rig.PostAsync(call, body);
        status.ShouldBe(400);
        answer.GetProperty("error").GetString()!.ShouldContain(part);
    }

    [Fact]
    public async Task Settings_change_over_HTTP()
    {
        await using var rig = await StartAsync();
        var client = await DetailsClient.OfAsync(rig);
        var all = (await client.QueryAsync()).GetProperty("totalHits").GetInt32();
        (await rig.PostAsync("details", """{"lagSeconds":0.5,"match":"day","requestsPerMinute":1000,"beganEarlier":0.5,"beganEarlierHours":30}""")).Status.ShouldBe(200);
        (await client.QueryAsync()).GetProperty("totalHits").GetInt32().ShouldBeInRange(1, all - 1);
    }

    private static async Task<Rig> StartAsync(Action<GenesysSimulatorOptions>? configure = null)
    {
        var rig = await Rig.StartAsync(o =>
        {
            (o.Rate, o.OpenConversations) = (1_000, 50);
            configure?.Invoke(o);
        });
        await rig.ConnectAsync();
        await rig.MakeAsync(1_000);
        return rig;
    }

    private static string Header(HttpResponseMessage answer, string name) => answer.Headers.GetValues(name).Single();
}
