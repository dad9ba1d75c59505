using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;

namespace Tieline.Simulator.Tests.Crm;

/// <summary>Each stand-in keeps the limits of its CRM, and answers as it does.</summary>
public sealed class PresetTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero));
    private readonly HttpClient _http = new();
    private CrmSimulator? _crm;

    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Salesforce_upserts_by_external_id_and_tells_of_each_record()
    {
        await StartAsync("salesforce");
        await LogInAsync("/services/oauth2/token");

        using var answer = await SendAsync(HttpMethod.Patch, Salesforce, Records(("a", "x"), ("b", new string('y', 256)), ("a", "z")));

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Headers.GetValues("Sforce-Limit-Info").ShouldBe(["api-usage=1/101000"]);
        var results = await JsonAsync(answer);
        results.EnumerateArray().Select(result => result.GetProperty("success").GetBoolean()).ShouldBe([true, false, true]);
        results[0].GetProperty("created").GetBoolean().ShouldBeTrue();
        results[1].GetProperty("errors")[0].GetProperty("statusCode").GetString().ShouldBe("STRING_TOO_LONG");
        _crm!.Records.ShouldHaveSingleItem().ShouldSatisfyAllConditions(record => (record.ExternalId, record.Copies, record.Writes).ShouldBe(("a", 1, 2)));
    }

    [Fact]
    public async Task Salesforce_refuses_more_than_200_and_answers_403_when_the_day_is_used_up()
    {
        await StartAsync("salesforce", daily: 2);
        await LogInAsync("/services/oauth2/token");
        (await StatusAsync(HttpMethod.Patch, Salesforce, Records([.. Enumerable.Range(0, 201).Select(n => ($"{n}", "x"))]))).ShouldBe(400);
        (await StatusAsync(HttpMethod.Patch, Salesforce, Records(("a", "x")))).ShouldBe(200);

        using var over = await SendAsync(HttpMethod.Patch, Salesforce, Records(("b", "x")));

        ((int)over.StatusCode, over.Headers.RetryAfter).ShouldBe((403, null));
        (await JsonAsync(over))[0].GetProperty("errorCode").GetString().ShouldBe("REQUEST_LIMIT_EXCEEDED");
        over.Headers.GetValues("Sforce-Limit-Info").ShouldBe(["api-usage=2/2"]);
        _clock.Advance(TimeSpan.FromHours(24));
        (await StatusAsync(HttpMethod.Patch, Salesforce, Records(("b", "x")))).ShouldBe(200);
        (_crm!.Status.Preset!.Throttled, _crm.Status.Preset.Records).ShouldBe((1, 2));
    }

    [Theory]
    [InlineData("salesforce", "STORAGE_LIMIT_EXCEEDED", """[{"message":"asked for","errorCode":"STORAGE_LIMIT_EXCEEDED"}]""")]
    [InlineData("hubspot", "MISSING_SCOPES", """{"status":"error","message":"asked for","category":"MISSING_SCOPES"}""")]
    [InlineData("zendesk", "RecordInvalid", """{"error":"RecordInvalid","description":"asked for"}""")]
    [InlineData("dynamics365", "0x80044151", """{"error":{"code":"0x80044151","message":"asked for"}}""")]
    [InlineData("servicenow", "User Not Authorized", """{"error":{"message":"User Not Authorized","detail":"asked for"},"status":"failure"}""")]
    public async Task An_error_that_is_asked_for_by_its_code_comes_in_the_shape_of_the_crm(string preset, string code, string body)
    {
        await StartAsync(preset);
        _crm!.Answer(CrmFault.Parse(JsonSerializer.Serialize(new { code, count = 1, retryAfter = 7 })));

        using var answer = await SendAsync(HttpMethod.Post, "/", "{}");

        ((int)answer.StatusCode, answer.Headers.RetryAfter?.Delta).ShouldBe((400, TimeSpan.FromSeconds(7)));
        (await answer.Content.ReadAsStringAsync(Ending)).ShouldBe(body);
    }

    [Fact]
    public async Task An_error_of_a_crm_needs_a_preset()
    {
        await using var plain = await CrmSimulator.StartAsync(cancellation: Ending);
        Should.Throw<FormatException>(() => plain.Answer(new CrmFault { Code = "X" })).Message.ShouldContain("preset");
    }

    [Fact]
    public async Task A_revoked_token_is_a_401()
    {
        await StartAsync("salesforce");
        await LogInAsync("/services/oauth2/token");
        _crm!.RevokeTokens();
        (await StatusAsync(HttpMethod.Patch, Salesforce, Records(("a", "x")))).ShouldBe(401);
        await LogInAsync("/services/oauth2/token");
        (await StatusAsync(HttpMethod.Patch, Salesforce, Records(("a", "x")))).ShouldBe(200);
    }

    [Fact]
    public async Task HubSpot_upserts_up_to_100_and_names_what_failed_by_its_trace_id()
    {
        await StartAsync("hubspot");
        Bearer("secret-of-the-crm");
        (await StatusAsync(HttpMethod.Post, HubSpot, Inputs([.. Enumerable.Range(0, 101).Select(n => $"{n}")]))).ShouldBe(400);
        (await StatusAsync(HttpMethod.Post, HubSpot, Inputs("a", "a"))).ShouldBe(400);

        using var answer = await SendAsync(HttpMethod.Post, HubSpot, """{"inputs":[{"id":"a","idProperty":"e","objectWriteTraceId":"ta","properties":{"x":"1"}},{"id":"b","idProperty":"e","objectWriteTraceId":"tb","properties":{"x":null}}]}""");

        ((int)answer.StatusCode).ShouldBe(207);
        var body = await JsonAsync(answer);
        body.GetProperty("errors")[0].GetProperty("context").GetProperty("objectWriteTraceId")[0].GetString().ShouldBe("tb");
        body.GetProperty("results").GetArrayLength().ShouldBe(1);
        _crm!.Records.Select(record => record.ExternalId).ShouldBe(["a"]);
    }

    [Fact]
    public async Task HubSpot_has_a_limit_in_ten_seconds_and_one_a_day_and_names_no_time()
    {
        await StartAsync("hubspot", limit: 2, daily: 3);
        Bearer("secret-of-the-crm");
        (await StatusesAsync(HubSpot, () => Inputs("a"), 2)).ShouldBe([200, 200]);
        using var over = await SendAsync(HttpMethod.Post, HubSpot, Inputs("a"));
        ((int)over.StatusCode, over.Headers.RetryAfter).ShouldBe((429, null));
        (await JsonAsync(over)).GetProperty("policyName").GetString().ShouldBe("TEN_SECONDLY_ROLLING");
        over.Headers.GetValues("X-HubSpot-RateLimit-Daily-Remaining").ShouldBe(["1"]);
        _clock.Advance(TimeSpan.FromSeconds(10));
        (await StatusesAsync(HubSpot, () => Inputs("a"), 1)).ShouldBe([200]);
        _clock.Advance(TimeSpan.FromSeconds(10));
        using var daily = await SendAsync(HttpMethod.Post, HubSpot, Inputs("a"));
        (await JsonAsync(daily)).GetProperty("policyName").GetString().ShouldBe("DAILY");
    }

    [Fact]
    public async Task Zendesk_makes_one_ticket_for_a_key_and_two_without()
    {
        await StartAsync("zendesk");
        Basic("tieline/token");
        using var first = await SendAsync(HttpMethod.Post, Zendesk, Ticket("a"), ("Idempotency-Key", "k1"));
        using var second = await SendAsync(HttpMethod.Post, Zendesk, Ticket("a"), ("Idempotency-Key", "k1"));
        (first.StatusCode, second.StatusCode).ShouldBe((HttpStatusCode.Created, HttpStatusCode.Created));
        (first.Headers.GetValues("X-Idempotency-Lookup").Single(), second.Headers.GetValues("X-Idempotency-Lookup").Single()).ShouldBe(("miss", "hit"));
        using var other = await SendAsync(HttpMethod.Post, Zendesk, Ticket("b"), ("Idempotency-Key", "k1"));
        ((int)other.StatusCode).ShouldBe(400);
        _crm!.Records.ShouldHaveSingleItem().Copies.ShouldBe(1);
        await StatusAsync(HttpMethod.Post, Zendesk, Ticket("a"));
        _crm.Records.ShouldHaveSingleItem().Copies.ShouldBe(2);
    }

    [Fact]
    public async Task Zendesk_limits_the_endpoint_while_the_account_has_some_left_and_counts_who_does_not_wait()
    {
        await StartAsync("zendesk");
        Basic("tieline/token");
        for (var n = 0; n < 100; n++)
            (await StatusAsync(HttpMethod.Post, Zendesk, Ticket($"{n}"))).ShouldBe(201);
        using var over = await SendAsync(HttpMethod.Post, Zendesk, Ticket("x"));
        ((int)over.StatusCode, over.Headers.RetryAfter!.Delta).ShouldBe((429, TimeSpan.FromMinutes(1)));
        int.Parse(over.Headers.GetValues("X-Rate-Limit-Remaining").Single()).ShouldBeGreaterThan(0);
        await StatusAsync(HttpMethod.Post, Zendesk, Ticket("x"));
        (_crm!.Status.Preset!.Throttled, _crm.Status.Preset.Pushed).ShouldBe((2, 1));
        _clock.Advance(TimeSpan.FromMinutes(1));
        (await StatusAsync(HttpMethod.Post, Zendesk, Ticket("x"))).ShouldBe(201);
    }

    [Fact]
    public async Task Dynamics_upserts_by_the_key_in_the_URL_and_lengthens_the_wait_of_who_does_not_wait()
    {
        await StartAsync("dynamics365", limit: 2);
        await LogInAsync("/tenant/oauth2/v2.0/token");
        (await StatusAsync(HttpMethod.Patch, Dynamics("a"), "{}")).ShouldBe(204);
        (await StatusAsync(HttpMethod.Patch, Dynamics("a"), "{}")).ShouldBe(204);
        _crm!.Records.ShouldHaveSingleItem().ShouldBe(new CrmRecord("a", 1, 2, "{}"));

        using var over = await SendAsync(HttpMethod.Patch, Dynamics("b"), "{}");
        ((int)over.StatusCode, over.Headers.RetryAfter!.Delta).ShouldBe((429, TimeSpan.FromSeconds(10)));
        (await JsonAsync(over)).GetProperty("error").GetProperty("code").GetString().ShouldBe("0x80072322");
        using var pushed = await SendAsync(HttpMethod.Patch, Dynamics("b"), "{}");
        pushed.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(11));
        _clock.Advance(TimeSpan.FromSeconds(11));
        (await StatusAsync(HttpMethod.Patch, Dynamics("b"), "{}")).ShouldBe(204);
    }

    [Fact]
    public async Task ServiceNow_coalesces_and_names_the_rule_that_is_exceeded()
    {
        await StartAsync("servicenow", limit: 3);
        Basic("tieline");
        (await StatusAsync(HttpMethod.Post, "/api/now/import/u_tieline_events", """{"u_event_id":"a"}""")).ShouldBe(201);
        (await StatusAsync(HttpMethod.Post, "/api/now/import/u_tieline_events", """{"u_event_id":"a"}""")).ShouldBe(201);
        (await StatusAsync(HttpMethod.Post, "/api/now/import/u_tieline_events/insertMultiple", """{"records":[{"u_event_id":"b"},{"u_event_id":"c"}]}""")).ShouldBe(201);
        _crm!.Records.Select(record => (record.ExternalId, record.Copies)).ShouldBe([("a", 1), ("b", 1), ("c", 1)]);
        using var over = await SendAsync(HttpMethod.Post, "/api/now/import/u_tieline_events", """{"u_event_id":"d"}""");
        ((int)over.StatusCode, over.Headers.RetryAfter!.Delta).ShouldBe((429, TimeSpan.FromSeconds(10)));
        over.Headers.Contains("X-RateLimit-Rule").ShouldBeTrue();
    }

    [Theory]
    [InlineData("salesforce", "PATCH", "/services/data/v64.0/composite/sobjects/X/E__c")]
    [InlineData("hubspot", "POST", "/crm/v3/objects/x/batch/upsert")]
    [InlineData("zendesk", "POST", "/api/v2/tickets.json")]
    [InlineData("dynamics365", "PATCH", "/api/data/v9.2/x(e='a')")]
    [InlineData("servicenow", "POST", "/api/now/import/x")]
    public async Task Nobody_writes_without_credentials(string preset, string method, string path)
    {
        await StartAsync(preset);
        (await StatusAsync(new HttpMethod(method), path, "{}")).ShouldBe(401);
        _crm!.Records.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_fault_goes_before_the_preset_and_a_cut_answer_has_been_taken()
    {
        await StartAsync("hubspot");
        Bearer("secret-of-the-crm");
        _crm!.Answer(503);
        (await StatusAsync(HttpMethod.Post, HubSpot, Inputs("a"))).ShouldBe(503);
        _crm.Records.ShouldBeEmpty();
        _crm.Answer(new CrmFault { Close = "processed", Count = 1 });
        await Should.ThrowAsync<HttpRequestException>(SendAsync(HttpMethod.Post, HubSpot, Inputs("a")));
        _crm.Records.ShouldHaveSingleItem();
        (await _http.GetStringAsync(new Uri(_crm.Url + "/_simulator/records"), Ending)).ShouldContain("\"externalId\":\"a\"");
        (await _http.GetStringAsync(new Uri(_crm.Url + "/_simulator/status"), Ending)).ShouldContain("\"name\":\"hubspot\"");
    }

    [Fact]
    public async Task An_unknown_preset_is_told_which_there_are() =>
        (await Should.ThrowAsync<ArgumentException>(StartAsync("sap"))).Message.ShouldContain("salesforce, hubspot, zendesk, dynamics365, servicenow");

    private const string Salesforce = "/services/data/v64.0/composite/sobjects/Tieline_Event__c/Event_Id__c";
    private const string HubSpot = "/crm/v3/objects/tieline_events/batch/upsert";
    private const string Zendesk = "/api/v2/tickets.json";

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_crm is not null)
            await _crm.DisposeAsync();
    }

    private static string Dynamics(string id) => $"/api/data/v9.2/tl_events(tl_eventid='{id}')";

    private static string Records(params ReadOnlySpan<(string Id, string Text)> records)
    {
        var list = new List<object>();
        foreach (var (id, text) in records)
            list.Add(new { attributes = new { type = "Tieline_Event__c" }, Event_Id__c = id, Text__c = text });
        return JsonSerializer.Serialize(new { allOrNone = false, records = list });
    }

    private static string Inputs(params string[] ids) => JsonSerializer.Serialize(new { inputs = ids.Select(id => new { id, idProperty = "event_id", objectWriteTraceId = id, properties = new { state = "x" } }) });

    private static string Ticket(string id) => JsonSerializer.Serialize(new { ticket = new { external_id = id, comment = new { body = "x" } } });

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage answer) => JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync(Ending));

    private async Task StartAsync(string preset, int? limit = null, int? daily = null) =>
        _crm = await CrmSimulator.StartAsync(new CrmSimulatorOptions { Preset = preset, PresetLimit = limit, PresetDaily = daily }, _clock, Ending);

    private void Bearer(string token) => _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);

    private void Basic(string user) => _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:secret-of-the-crm")));

    private async Task LogInAsync(string path)
    {
        using var form = new FormUrlEncodedContent([new("grant_type", "client_credentials"), new("client_id", "tieline"), new("client_secret", "secret-of-the-crm")]);
        using var answer = await _http.PostAsync(new Uri(_crm!.Url + path), form, Ending);
        Bearer((await JsonAsync(answer)).GetProperty("access_token").GetString()!);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(_crm!.Url + path)) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        return await _http.SendAsync(request, Ending);
    }

    private async Task<int> StatusAsync(HttpMethod method, string path, string body)
    {
        using var answer = await SendAsync(method, path, body);
        return (int)answer.StatusCode;
    }

    private async Task<List<int>> StatusesAsync(string path, Func<string> body, int count)
    {
        var statuses = new List<int>();
        for (var n = 0; n < count; n++)
            statuses.Add(await StatusAsync(HttpMethod.Post, path, body()));
        return statuses;
    }
}
