using System.Net;
using System.Text.Json;
using Tieline.Genesys;
using Tieline.TestKit;

namespace Tieline.Tests.Genesys.Details;

public sealed class DetailsClientTests : IDisposable
{
    private readonly DetailsRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task QueryAsync_SendsWhatTheDocumentSays()
    {
        (await QueryAsync(page: 3)).ShouldBeOfType<DetailsOutcome.Page>().Content.Dispose();
        var asked = _rig.Genesys.Asked.Single();
        (asked.Method, asked.Path, asked.Bearer).ShouldBe(("POST", "/query", "token-1"));
        asked.Body.ShouldBe(
            """{"interval":"2026-03-01T09:00:00.000Z/2026-03-01T10:00:00.000Z","order":"asc","orderBy":"conversationStart","paging":{"pageSize":100,"pageNumber":3}"""
            + ""","segmentFilters":[{"type":"or","predicates":[{"type":"dimension","dimension":"mediaType","operator":"matches","value":"voice"},"""
            + """{"type":"dimension","dimension":"mediaType","operator":"matches","value":"callback"}]}]}""");
        _rig.Counts["tieline.genesys.queries tieline.query.outcome=page"].ShouldBe(1);
    }

    [Fact]
    public async Task QueryAsync_NoMediaTypes_LeavesTheFilterOutAndRoundsTheEndUp()
    {
        var span = DetailsRig.Span() with { MediaTypes = [] };
        using var page = ShouldBePage(await _rig.Client.QueryAsync(new DetailsQuery(span with { To = span.To.AddTicks(1) }, 1), TestContext.Current.CancellationToken));
        _rig.Genesys.Asked.Single().Body.ShouldContain("T10:00:00.001Z");
        _rig.Genesys.Asked.Single().Body.ShouldNotContain("Filters");
    }

    [Fact]
    public void Media_OfTheSubscription_AreTheDetailsApisOwn() =>
        DetailsMedia.Of(["voice", "webChat", " EMAIL", "cobrowse", "voice"]).ShouldBe(["voice", "callback", "chat", "message", "email", "cobrowse"]);

    [Theory]
    [InlineData("details-query-response.json", 7, 7)]
    [InlineData("details-query-response-active.json", 1, 1)]
    [InlineData("details-query-response-empty.json", 0, 0)]
    public async Task QueryAsync_ARecordedPage_IsRead(string file, int count, long totalHits)
    {
        _rig.Genesys.Answer = _ => FakeDetails.Json(File.ReadAllText(FakeDetails.PathOf(file)));
        using var page = ShouldBePage(await QueryAsync());
        page.Conversations.Count.ShouldBe(count);
        page.TotalHits.ShouldBe(totalHits);
        page.Conversations.ShouldAllBe(conversation => conversation.GetProperty("conversationId").ValueKind == JsonValueKind.String);
    }

    [Fact]
    public async Task ReadConversationAsync_AsksForItByName()
    {
        _rig.Genesys.Answer = _ => FakeDetails.Json("""{"conversationId":"a/b","participants":[]}""");
        using var page = ShouldBePage(await _rig.Client.ReadConversationAsync("a/b", TestContext.Current.CancellationToken));
        page.Conversations.Single().GetProperty("conversationId").GetString().ShouldBe("a/b");
        (_rig.Genesys.Asked.Single().Method, _rig.Genesys.Asked.Single().Path).ShouldBe(("GET", "/api/v2/analytics/conversations/a%2Fb/details"));
    }

    [Fact]
    public async Task ReadConversationAsync_NotFound_IsUnknown()
    {
        _rig.Genesys.Answer = _ => new HttpResponseMessage(HttpStatusCode.NotFound);
        (await _rig.Client.ReadConversationAsync("c1", TestContext.Current.CancellationToken)).ShouldBeOfType<DetailsOutcome.Unknown>();
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"conversations":null,"totalHits":null}""")]
    public async Task QueryAsync_NoConversations_IsAnEmptyPage(string body)
    {
        _rig.Genesys.Answer = _ => FakeDetails.Json(body);
        using var page = ShouldBePage(await QueryAsync());
        page.Conversations.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("<html>Jo Nobody</html>")]
    [InlineData("""{"conversations":[{"conversationId":"c1"}""")]
    [InlineData("""{"conversations":{}}""")]
    [InlineData("""{"conversations":[1]}""")]
    [InlineData("""{"totalHits":"7"}""")]
    [InlineData("""{"totalHits":-1}""")]
    [InlineData("""{"totalHits":1e99}""")]
    [InlineData("""{"cursor":7}""")]
    public async Task QueryAsync_Garbage_IsForLater(string body)
    {
        _rig.Genesys.Answer = _ => FakeDetails.Json(body);
        (await QueryAsync()).ShouldBeOfType<DetailsOutcome.Retry>().Reason.ShouldNotContain("Nobody");
        _rig.Counts["tieline.genesys.queries tieline.query.outcome=retry"].ShouldBe(1);
    }

    [Fact]
    public async Task QueryAsync_InvalidUtf8_IsForLater()
    {
        _rig.Genesys.Answer = _ => new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent([.. "{\"conversations\":[{\"a\":\""u8, 0xC3, 0x28, .. "\"}]}"u8]) };
        (await QueryAsync()).ShouldBeOfType<DetailsOutcome.Retry>();
    }

    [Fact]
    public async Task QueryAsync_429_SaysWhenAndHoldsTheBudget()
    {
        _rig.Genesys.Answer = _ => FakeDetails.Sample("error-429.json");
        var retry = (await QueryAsync()).ShouldBeOfType<DetailsOutcome.Retry>();
        retry.After.ShouldBe(TimeSpan.FromSeconds(42));
        retry.Reason.ShouldBe("Genesys answered 429 too.many.requests.retry.after");
        _rig.Budget.HeldFor.ShouldBe(TimeSpan.FromSeconds(42));
    }

    [Fact]
    public async Task QueryAsync_429WithADate_IsTheTimeUntilThen()
    {
        _rig.Genesys.Answer = _ => FakeDetails.Status(HttpStatusCode.TooManyRequests, retryAfter: "Mon, 02 Mar 2026 09:01:30 GMT");
        (await QueryAsync()).ShouldBeOfType<DetailsOutcome.Retry>().After.ShouldBe(TimeSpan.FromSeconds(90));
    }

    [Fact]
    public async Task QueryAsync_503_IsForLater()
    {
        _rig.Genesys.Answer = _ => FakeDetails.Sample("error-503.json");
        (await QueryAsync()).ShouldBe(new DetailsOutcome.Retry("Genesys answered 503 service.unavailable", null) { IsOfThisCall = true });
    }

    [Fact]
    public async Task QueryAsync_401_IsTriedOnceWithAFreshToken()
    {
        _rig.Genesys.Answer = asked => asked.Bearer == "token-1" ? FakeDetails.Sample("error-401.json", "badToken") : FakeDetails.Page(1, 1);
        using var page = ShouldBePage(await QueryAsync());
        _rig.Genesys.Asked.Select(asked => asked.Bearer).ShouldBe(["token-1", "token-2"]);
    }

    [Fact]
    public async Task QueryAsync_401Twice_IsRefusedWithAHint()
    {
        _rig.Genesys.Answer = _ => FakeDetails.Sample("error-401.json", "badToken");
        var refused = (await QueryAsync()).ShouldBeOfType<DetailsOutcome.Refused>();
        refused.Reason.ShouldContain("401 bad.credentials");
        refused.Reason.ShouldContain("analytics:conversationDetail:view");
        _rig.Genesys.TokensGranted.ShouldBe(2);
        _rig.Counts["tieline.genesys.queries tieline.query.outcome=refused"].ShouldBe(1);
    }

    [Theory]
    [InlineData(400, "(400 bad.request)")]
    [InlineData(403, "analytics:conversationDetail:view")]
    [InlineData(404, "Genesys:ApiUrl")]
    [InlineData(302, "no redirect")]
    [InlineData(415, "415")]
    public async Task QueryAsync_WhatNoRepeatCanHelp_IsRefusedInOurWords(int status, string part)
    {
        _rig.Genesys.Answer = _ => FakeDetails.Status((HttpStatusCode)status, """{"code":"bad.request","message":"Jo Nobody may not"}""");
        var reason = (await QueryAsync()).ShouldBeOfType<DetailsOutcome.Refused>().Reason;
        reason.ShouldContain(part);
        reason.ShouldNotContain("Nobody");
    }

    [Fact]
    public async Task QueryAsync_ACodeThatIsText_IsNotShown()
    {
        _rig.Genesys.Answer = _ => FakeDetails.Status(HttpStatusCode.Forbidden, """{"code":"Jo Nobody"}""");
        (await QueryAsync()).ShouldBeOfType<DetailsOutcome.Refused>().Reason.ShouldNotContain("Nobody");
    }

    [Fact]
    public async Task QueryAsync_NoAnswer_IsForLaterAfterHalfAMinute()
    {
        _rig.Genesys.IsSilent = true;
        var asked = QueryAsync();
        _rig.Time.Advance(TimeSpan.FromSeconds(29.999));
        asked.IsCompleted.ShouldBeFalse();
        _rig.Time.Advance(TimeSpan.FromSeconds(0.001));
        (await asked.WaitAsync(Patience.Bound, TestContext.Current.CancellationToken)).ShouldBeOfType<DetailsOutcome.Retry>().Reason.ShouldBe("api.example:443 did not answer within 30 s");
    }

    [Fact]
    public async Task QueryAsync_Cancelled_Throws()
    {
        _rig.Genesys.IsSilent = true;
        using var cancelled = new CancellationTokenSource();
        var asked = _rig.Client.QueryAsync(new DetailsQuery(DetailsRig.Span(), 1), cancelled.Token);
        await cancelled.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(asked);
    }

    [Fact]
    public async Task QueryAsync_ABodyWithoutEnd_IsRefused()
    {
        _rig.Genesys.Answer = _ => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new EndlessStream(breaksAfter: long.MaxValue)) };
        (await QueryAsync()).ShouldBeOfType<DetailsOutcome.Refused>().Reason.ShouldContain("64 MiB");
    }

    [Fact]
    public async Task QueryAsync_ABodyThatBreaksOff_IsForLater()
    {
        _rig.Genesys.Answer = _ => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new EndlessStream(breaksAfter: 300_000)) };
        (await QueryAsync()).ShouldBe(new DetailsOutcome.Retry("Genesys's answer broke off", null) { IsOfThisCall = true });
    }

    [Fact]
    public async Task QueryAsync_NoConnection_IsForLater()
    {
        _rig.Genesys.Answer = _ => throw new HttpRequestException(HttpRequestError.ConnectionError, "refused");
        (await QueryAsync()).ShouldBeOfType<DetailsOutcome.Retry>().Reason.ShouldContain("api.example:443 cannot be reached");
    }

    [Fact]
    public async Task QueryAsync_NoTokenForTheTime_IsForLaterAndHoldsTheBudget()
    {
        _rig.Genesys.TokenAnswer = () => FakeDetails.Sample("error-429.json");
        (await QueryAsync()).ShouldBeOfType<DetailsOutcome.Retry>().After.ShouldBe(TimeSpan.FromSeconds(42));
        _rig.Budget.HeldFor.ShouldBe(TimeSpan.FromSeconds(42));
        _rig.Genesys.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task QueryAsync_CredentialsThatAreWrong_IsRefused()
    {
        _rig.Genesys.TokenAnswer = () => FakeDetails.Status(HttpStatusCode.BadRequest, """{"error":"invalid_client"}""");
        (await QueryAsync()).ShouldBeOfType<DetailsOutcome.Refused>().Reason.ShouldContain("invalid_client");
    }

    [Fact]
    public async Task QueryAsync_TakesFromTheBudgetWhatItCosts()
    {
        using var page = ShouldBePage(await QueryAsync());
        _rig.Budget.Left.ShouldBe(2998); // the token and the query
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"jobId":""}""")]
    [InlineData("""{"jobId":"../../users"}""")]
    [InlineData("""{"jobId":7}""")]
    public async Task SubmitAsync_NoJob_IsForLater(string body)
    {
        _rig.Genesys.Answer = _ => FakeDetails.Status(HttpStatusCode.Accepted, body);
        (await _rig.Client.SubmitAsync(DetailsRig.Span(), TestContext.Current.CancellationToken)).ShouldBeOfType<DetailsOutcome.Retry>();
    }

    private Task<DetailsOutcome> QueryAsync(int page = 1) => _rig.Client.QueryAsync(new DetailsQuery(DetailsRig.Span(), page), TestContext.Current.CancellationToken);

    private static DetailsPage ShouldBePage(DetailsOutcome outcome) => outcome.ShouldBeOfType<DetailsOutcome.Page>().Content;

    /// <summary>Spaces, then an error where there is one to come.</summary>
    private sealed class EndlessStream(long breaksAfter) : MemoryStream
    {
        private long _read;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_read >= breaksAfter)
                throw new HttpIOException(HttpRequestError.ResponseEnded);
            buffer.Span.Fill((byte)' ');
            _read += buffer.Length;
            return ValueTask.FromResult(buffer.Length);
        }
    }
}
