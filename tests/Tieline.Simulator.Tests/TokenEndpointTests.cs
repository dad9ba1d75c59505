using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Tieline.Simulator.Tests;

public class TokenEndpointTests
{
    [Fact]
    public async Task Credentials_in_the_form_get_a_token_with_its_life()
    {
        await using var rig = await Rig.StartAsync(o => o.ExpiresIn = 120);
        using var answer = await rig.PostTokenAsync("simulator", "simulator-secret", "analytics:conversation:view webconversations:view user:read");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var body = await BodyAsync(answer);
        body.GetProperty("token_type").GetString().ShouldBe("bearer");
        body.GetProperty("expires_in").GetInt32().ShouldBe(120);
        body.GetProperty("access_token").GetString()!.Length.ShouldBeGreaterThan(60);
        rig.Simulator.Status.TokensIssued.ShouldBe(1);
    }

    [Fact]
    public async Task Credentials_by_Basic_get_one_too()
    {
        await using var rig = await Rig.StartAsync();
        using var answer = await PostAsync(rig, [new("grant_type", "client_credentials")], "simulator:simulator-secret");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("nobody", "x", 400, "client not found: invalid_client")]
    [InlineData("simulator", "wrong", 401, "authentication failed: invalid_client")]
    public async Task Wrong_credentials_are_invalid_client(string id, string secret, int status, string description)
    {
        await using var rig = await Rig.StartAsync();
        using var answer = await rig.PostTokenAsync(id, secret);
        ((int)answer.StatusCode).ShouldBe(status);
        var body = await BodyAsync(answer);
        body.GetProperty("error").GetString().ShouldBe("invalid_client");
        body.GetProperty("description").GetString().ShouldBe(description);
        body.GetProperty("error_description").GetString().ShouldBe(description);
    }

    [Fact]
    public async Task Another_grant_is_unsupported()
    {
        await using var rig = await Rig.StartAsync();
        using var answer = await PostAsync(rig, [new("grant_type", "password")], "simulator:simulator-secret");
        ((int)answer.StatusCode).ShouldBe(400);
        (await BodyAsync(answer)).GetProperty("error").GetString().ShouldBe("unsupported_grant_type");
    }

    [Theory]
    [InlineData("invalid_client", 401)]
    [InlineData("unknown_client", 400)]
    [InlineData("429", 429)]
    [InlineData("500", 500)]
    [InlineData("503", 503)]
    public async Task A_fault_answers_the_next_n_and_then_it_is_over(string fault, int status)
    {
        await using var rig = await Rig.StartAsync();
        await rig.InjectAsync($$"""{"kind":"token","answer":"{{fault}}","count":2,"retryAfter":7}""");
        for (var i = 0; i < 2; i++)
        {
            using var refused = await rig.PostTokenAsync("simulator", "simulator-secret");
            ((int)refused.StatusCode).ShouldBe(status);
            if (status is 429 or 503)
            {
                refused.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(7));
            }
        }
        using var answer = await rig.PostTokenAsync("simulator", "simulator-secret");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        rig.Simulator.Status.TokenRequests[status].ShouldBe(2);
    }

    [Fact]
    public async Task A_fault_without_a_count_goes_on_until_cleared()
    {
        await using var rig = await Rig.StartAsync();
        await rig.InjectAsync("""{"kind":"token","answer":"503"}""");
        for (var i = 0; i < 5; i++)
        {
            using var refused = await rig.PostTokenAsync("simulator", "simulator-secret");
            ((int)refused.StatusCode).ShouldBe(503);
        }
        await rig.InjectAsync("""{"kind":"clear"}""");
        using var answer = await rig.PostTokenAsync("simulator", "simulator-secret");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_hanging_endpoint_answers_nothing()
    {
        await using var rig = await Rig.StartAsync();
        await rig.InjectAsync("""{"kind":"token","answer":"hang","count":1}""");
        using var patience = new CancellationTokenSource();
        using var form = new FormUrlEncodedContent([new("grant_type", "client_credentials")]);
        var posting = rig.Http.PostAsync(new Uri(rig.Simulator.TokenUrl), form, patience.Token);
        await rig.Simulator.WaitForAsync(s => s.TokenRequests.ContainsKey(0), rig.Deadline);
        posting.IsCompleted.ShouldBeFalse();
        await patience.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(posting);
        (await rig.TokenAsync()).ShouldNotBeEmpty();
    }

    private static async Task<HttpResponseMessage> PostAsync(Rig rig, KeyValuePair<string, string>[] fields, string basic)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, rig.Simulator.TokenUrl) { Content = new FormUrlEncodedContent(fields) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.Latin1.GetBytes(basic)));
        return await rig.Http.SendAsync(request, rig.Deadline);
    }

    private static async Task<JsonElement> BodyAsync(HttpResponseMessage answer)
    {
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return document.RootElement.Clone();
    }
}
