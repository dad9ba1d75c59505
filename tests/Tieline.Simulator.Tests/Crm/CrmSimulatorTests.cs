using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;

namespace Tieline.Simulator.Tests.Crm;

public sealed class CrmSimulatorTests : IAsyncDisposable
{
    private readonly CancellationTokenSource _deadline = new(TimeSpan.FromSeconds(30));
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero));
    private readonly HttpClient _http = new();
    private CrmSimulator? _crm;

    [Fact]
    public async Task A_webhook_at_any_path_is_recorded_as_it_came()
    {
        var crm = await StartAsync();
        using var answer = await PostAsync("/hooks/genesys", """{"conversationId":"c1","x":"ü"}""", "evt_1");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        await PostAsync("/", "not json", null);
        var requests = crm.Requests();
        requests.Count.ShouldBe(2);
        var first = requests[0];
        (first.Index, first.Path, first.Id, first.ConversationId, first.Status, first.Processed).ShouldBe((0L, "/hooks/genesys", "evt_1", "c1", 200, true));
        first.ArrivedAt.ShouldBe(_clock.GetUtcNow());
        Encoding.UTF8.GetString(first.Body).ShouldBe("""{"conversationId":"c1","x":"ü"}""");
        first.Headers.ShouldContain(h => h.Key == "webhook-id" && h.Value == "evt_1");
        (requests[1].Id, requests[1].ConversationId).ShouldBe((null, null));
        (crm.Status.Requests, crm.Status.Processed, crm.Status.Ids).ShouldBe((2, 2, 1));
    }

    [Fact]
    public async Task Answers_are_given_in_the_order_asked_for()
    {
        var crm = await StartAsync();
        crm.Answer(503, 429, 201);
        crm.Answer(new CrmFault { Status = 404, Count = 2 });
        (await StatusesAsync(6)).ShouldBe([503, 429, 201, 404, 404, 200]);
        crm.Status.Answers[404].ShouldBe(2);
        crm.Status.Processed.ShouldBe(2);
    }

    [Fact]
    public async Task An_answer_without_a_count_goes_on_until_cleared()
    {
        var crm = await StartAsync();
        crm.Answer(new CrmFault { Status = 500 });
        (await StatusesAsync(3)).ShouldBe([500, 500, 500]);
        crm.Answer(new CrmFault { Clear = true });
        (await StatusesAsync(1)).ShouldBe([200]);
    }

    [Fact]
    public async Task One_conversation_can_have_answers_of_its_own()
    {
        var crm = await StartAsync();
        crm.Answer(new CrmFault { Status = 422, ConversationId = "bad" });
        (await StatusesAsync(2, "bad")).ShouldBe([422, 422]);
        (await StatusesAsync(1, "good")).ShouldBe([200]);
    }

    [Fact]
    public async Task A_function_can_decide()
    {
        await StartAsync(o => o.Decide = request => request.Id == "evt_2" ? new CrmAnswer { Status = 409 } : null);
        using var first = await PostAsync("/", "{}", "evt_1");
        using var second = await PostAsync("/", "{}", "evt_2");
        ((int)first.StatusCode, (int)second.StatusCode).ShouldBe((200, 409));
    }

    [Fact]
    public async Task Retry_After_is_in_seconds_or_a_date()
    {
        var crm = await StartAsync();
        crm.Answer(new CrmFault { Status = 429, RetryAfter = 3, Count = 1 });
        crm.Answer(new CrmFault { Status = 503, RetryAfter = 90, RetryAfterAsDate = true, Count = 1 });
        using var seconds = await PostAsync("/", "{}", null);
        seconds.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(3));
        using var date = await PostAsync("/", "{}", null);
        date.Headers.RetryAfter!.Date.ShouldBe(_clock.GetUtcNow().AddSeconds(90));
    }

    [Fact]
    public async Task An_answer_can_have_a_body_and_count_as_not_taken()
    {
        var crm = await StartAsync();
        crm.Answer(CrmFault.Parse("""{"status":200,"body":"<html>Bitte anmelden: ü</html>","contentType":"text/html; charset=utf-8","processed":false,"count":1}"""));
        crm.Answer(CrmFault.Parse("""{"status":207,"body":"{}","count":1}"""));
        using var page = await PostAsync("/", "{}", "evt_1");
        (await page.Content.ReadAsStringAsync(_deadline.Token)).ShouldBe("<html>Bitte anmelden: ü</html>");
        page.Content.Headers.ContentType!.ToString().ShouldBe("text/html; charset=utf-8");
        using var some = await PostAsync("/", "{}", "evt_2");
        some.Content.Headers.ContentType!.ToString().ShouldBe("application/json");
        crm.Requests().Select(request => (request.Status, request.Processed)).ShouldBe([(200, false), (207, true)]);
    }

    [Fact]
    public async Task An_answer_can_be_late_by_the_clock()
    {
        var crm = await StartAsync();
        crm.Answer(new CrmFault { DelayMs = 4000, Count = 1 });
        var posting = PostAsync("/", "{}", null);
        await crm.WaitForAsync(s => s.Requests == 1, _deadline.Token);
        posting.IsCompleted.ShouldBeFalse();
        while (!posting.IsCompleted)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));   // the timer may not be set yet at the first
            await Task.Yield();
        }
        (await posting).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_hanging_CRM_has_the_request_and_answers_nothing()
    {
        var crm = await StartAsync();
        crm.Answer(new CrmFault { Hang = true, Count = 1 });
        using var patience = new CancellationTokenSource();
        var posting = PostWhileAsync("/", "{}", "evt_1", patience.Token);
        await crm.WaitForAsync(s => s.Requests == 1, _deadline.Token);
        await patience.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(posting);
        (await crm.WaitForAsync(s => s.Answers.ContainsKey(0), _deadline.Token)).Processed.ShouldBe(0);
    }

    [Theory]
    [InlineData("processed", true)]
    [InlineData("unprocessed", false)]
    public async Task A_connection_can_end_in_place_of_an_answer(string close, bool processed)
    {
        var crm = await StartAsync();
        crm.Answer(new CrmFault { Close = close, Count = 1 });
        await Should.ThrowAsync<HttpRequestException>(PostAsync("/", "{}", "evt_1"));
        (crm.Requests()[0].Status, crm.Requests()[0].Processed).ShouldBe((0, processed));
    }

    [Fact]
    public async Task Down_is_connection_refused_and_up_is_the_same_port()
    {
        var crm = await StartAsync();
        var url = crm.Url;
        await PostAsync("/", "{}", null);   // leaves a pooled connection, which must not outlive the listener
        await crm.DownAsync();
        var error = await Should.ThrowAsync<HttpRequestException>(PostAsync("/", "{}", null));
        error.ToString().ShouldContain("refused", Case.Insensitive);
        (await _http.GetStringAsync(new Uri(crm.ControlUrl + "/_simulator/status"), _deadline.Token)).ShouldContain("\"down\":true");
        await crm.UpAsync();
        crm.Url.ShouldBe(url);
        (await StatusesAsync(1)).ShouldBe([200]);
        crm.Status.Requests.ShouldBe(2);
    }

    [Fact]
    public async Task Down_for_a_time_ends_by_itself()
    {
        var crm = await StartAsync();
        using var body = new StringContent("""{"seconds":5}""");
        (await _http.PostAsync(new Uri(crm.Url + "/_simulator/down"), body, _deadline.Token)).EnsureSuccessStatusCode();
        crm.Status.Down.ShouldBeTrue();
        _clock.Advance(TimeSpan.FromSeconds(5));
        await crm.WaitForAsync(s => !s.Down, _deadline.Token);
    }

    [Fact]
    public async Task The_control_API_lists_requests_and_takes_faults()
    {
        var crm = await StartAsync();
        using var fault = new StringContent("""{"status":503,"retryAfter":2,"count":1}""");
        (await _http.PostAsync(new Uri(crm.Url + "/_simulator/faults"), fault, _deadline.Token)).EnsureSuccessStatusCode();
        (await StatusesAsync(3)).ShouldBe([503, 200, 200]);
        var lines = (await _http.GetStringAsync(new Uri(crm.Url + "/_simulator/requests?from=1"), _deadline.Token)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(2);
        var line = JsonDocument.Parse(lines[0]).RootElement;
        line.GetProperty("index").GetInt32().ShouldBe(1);
        line.GetProperty("conversationId").GetString().ShouldBe("c");
        line.GetProperty("body").GetString().ShouldBe("""{"conversationId":"c"}""");
        line.GetProperty("headers").GetProperty("webhook-id").GetString().ShouldBe("evt_1");
    }

    [Theory]
    [InlineData("faults", """{"status":99}""", "200 to 599")]
    [InlineData("faults", """{"close":"maybe"}""", "processed or unprocessed")]
    [InlineData("faults", """{"body":"ok"}""", "need status")]
    [InlineData("faults", """{"status":200,"code":"X","processed":false}""", "no code")]
    [InlineData("faults", """{"status":200,"body":"ok","contentType":"no type"}""", "media type")]
    [InlineData("faults", """{"status":200,"contentType":"text/html"}""", "with a body")]
    [InlineData("faults", """{"status":204,"body":"ok"}""", "one that has a body")]
    [InlineData("faults", """{"stauts":500}""", "stauts")]
    [InlineData("down", """{"seconds":-1}""", "above 0")]
    public async Task A_bad_call_is_told_what_is_allowed(string call, string body, string part)
    {
        var crm = await StartAsync();
        using var content = new StringContent(body);
        using var answer = await _http.PostAsync(new Uri(crm.Url + "/_simulator/" + call), content, _deadline.Token);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync(_deadline.Token)).ShouldContain(part);
    }

    [Fact]
    public async Task Without_recording_requests_are_only_counted()
    {
        var crm = await StartAsync(o => o.Record = false);
        await StatusesAsync(5);
        crm.Requests().ShouldBeEmpty();
        crm.Status.Requests.ShouldBe(5);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_crm is not null)
        {
            await _crm.DisposeAsync();
        }
        _deadline.Dispose();
    }

    private async Task<CrmSimulator> StartAsync(Action<CrmSimulatorOptions>? configure = null)
    {
        var options = new CrmSimulatorOptions();
        configure?.Invoke(options);
        return _crm = await CrmSimulator.StartAsync(options, _clock);
    }

    private Task<HttpResponseMessage> PostAsync(string path, string body, string? id) => PostWhileAsync(path, body, id, _deadline.Token);

    private async Task<HttpResponseMessage> PostWhileAsync(string path, string body, string? id, CancellationToken patient)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _crm!.Url + path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (id is not null)
        {
            request.Headers.Add("webhook-id", id);
        }
        return await _http.SendAsync(request, patient);
    }

    private async Task<List<int>> StatusesAsync(int count, string conversation = "c")
    {
        var statuses = new List<int>();
        for (var i = 0; i < count; i++)
        {
            using var answer = await PostAsync("/", $$"""{"conversationId":"{{conversation}}"}""", $"evt_{i}");
            statuses.Add((int)answer.StatusCode);
        }
        return statuses;
    }
}
