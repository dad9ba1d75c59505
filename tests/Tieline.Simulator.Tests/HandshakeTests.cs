using System.Net;
using System.Net.WebSockets;
using System.Text.Json;

namespace Tieline.Simulator.Tests;

public class HandshakeTests
{
    [Fact]
    public async Task A_fresh_token_opens_the_socket()
    {
        await using var rig = await Rig.StartAsync();
        var client = await rig.ConnectAsync(subscribe: null);
        client.Socket.State.ShouldBe(WebSocketState.Open);
        (await rig.Simulator.WaitForAsync(s => s.Sockets == 1, rig.Deadline)).Handshakes[101].ShouldBe(1);
    }

    [Theory]
    [InlineData(null, "authentication.required")]
    [InlineData("made-up", "bad.credentials")]
    public async Task Without_a_known_token_it_is_401_with_the_platforms_error_body(string? token, string code)
    {
        await using var rig = await Rig.StartAsync();
        using var answer = await GetAsync(rig, token);
        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        answer.Headers.WwwAuthenticate.ToString().ShouldBe("Bearer realm=\"Genesys\"");
        var correlation = answer.Headers.GetValues("ININ-Correlation-Id").Single();
        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(rig.Deadline));
        body.RootElement.GetProperty("code").GetString().ShouldBe(code);
        body.RootElement.GetProperty("status").GetInt32().ShouldBe(401);
        body.RootElement.GetProperty("contextId").GetString().ShouldBe(correlation);
        body.RootElement.GetProperty("details").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task An_expired_token_is_401()
    {
        await using var rig = await Rig.StartAsync(o => o.ExpiresIn = 60);
        var token = await rig.TokenAsync();
        rig.Clock.Advance(TimeSpan.FromSeconds(60));
        (await RefusedAsync(rig, token)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    public async Task A_token_without_the_scope_is_refused(int status)
    {
        await using var rig = await Rig.StartAsync(o => o.MissingScopeStatus = status);
        ((int)await RefusedAsync(rig, await rig.TokenAsync(scope: "user:read"))).ShouldBe(status);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(429)]
    [InlineData(503)]
    public async Task A_fault_refuses_the_next_n(int status)
    {
        await using var rig = await Rig.StartAsync();
        await rig.InjectAsync($$"""{"kind":"handshake","status":{{status}},"count":2}""");
        var token = await rig.TokenAsync();
        ((int)await RefusedAsync(rig, token)).ShouldBe(status);
        ((int)await RefusedAsync(rig, token)).ShouldBe(status);
        (await rig.ConnectAsync(token: token)).Socket.State.ShouldBe(WebSocketState.Open);
        rig.Simulator.Status.Handshakes[status].ShouldBe(2);
    }

    [Fact]
    public async Task Too_many_requests_say_when_to_come_back()
    {
        await using var rig = await Rig.StartAsync();
        await rig.InjectAsync("""{"kind":"handshake","status":429,"count":1,"retryAfter":42}""");
        using var answer = await GetAsync(rig, "any");
        ((int)answer.StatusCode).ShouldBe(429);
        answer.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(42));
        answer.Headers.GetValues("inin-ratelimit-allowed").Single().ShouldBe("300");
        (await answer.Content.ReadAsStringAsync(rig.Deadline)).ShouldContain("Retry the request in [42] seconds");
    }

    [Fact]
    public async Task A_fault_for_a_time_ends_by_itself()
    {
        await using var rig = await Rig.StartAsync();
        await rig.InjectAsync("""{"kind":"handshake","status":503,"seconds":5}""");
        var token = await rig.TokenAsync();
        ((int)await RefusedAsync(rig, token)).ShouldBe(503);
        rig.Clock.Advance(TimeSpan.FromSeconds(5));
        (await rig.ConnectAsync(token: token)).Socket.State.ShouldBe(WebSocketState.Open);
    }

    [Fact]
    public async Task Refused_connections_are_refused_at_TCP_and_the_control_API_still_answers()
    {
        await using var rig = await Rig.StartAsync();
        var token = await rig.TokenAsync();
        var open = await rig.ConnectAsync(token: token);
        await rig.InjectAsync("""{"kind":"refuse","seconds":10}""");
        using var late = new StreamClient(rig.Deadline);
        var error = await Should.ThrowAsync<WebSocketException>(late.ConnectAsync(rig.Simulator.StreamUrl, token));
        error.ToString().ShouldContain("refused", Case.Insensitive);
        await Should.ThrowAsync<HttpRequestException>(rig.TokenAsync());

        (await rig.Http.GetStringAsync(new Uri(rig.Simulator.ControlUrl + "/_simulator/status"), rig.Deadline)).ShouldContain("\"refusing\":true");
        await rig.MakeAsync(3);
        (await open.SequencesAsync(3)).ShouldBe([1, 2, 3]);

        rig.Clock.Advance(TimeSpan.FromSeconds(10));
        await rig.Simulator.WaitForAsync(s => !s.Refusing, rig.Deadline);
        (await rig.ConnectAsync(token: token)).Socket.State.ShouldBe(WebSocketState.Open);
    }

    [Fact]
    public async Task A_plain_GET_with_a_good_token_is_a_bad_request()
    {
        await using var rig = await Rig.StartAsync();
        using var answer = await GetAsync(rig, await rig.TokenAsync());
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    private static async Task<HttpResponseMessage> GetAsync(Rig rig, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, rig.Simulator.Url + GenesysSimulator.StreamPath);
        if (token is not null)
        {
            request.Headers.Authorization = new("Bearer", token);
        }
        return await rig.Http.SendAsync(request, rig.Deadline);
    }

    private static async Task<HttpStatusCode> RefusedAsync(Rig rig, string token)
    {
        using var client = new StreamClient(rig.Deadline);
        await Should.ThrowAsync<WebSocketException>(client.ConnectAsync(rig.Simulator.StreamUrl, token));
        return client.Socket.HttpStatusCode;
    }
}
