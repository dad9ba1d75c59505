using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Time.Testing;
using Tieline.Diagnostics;
using Tieline.Genesys;

namespace Tieline.Tests.Genesys;

public sealed class TokenProviderTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new(Frames.ReceivedAt);
    private readonly StubHandler _genesys = new();
    private readonly TielineMetrics _metrics = new();
    private readonly RecordingLogs _logs = new();
    private readonly HttpMessageInvoker _http;
    private readonly GenesysOptions _options = new() { ClientId = "id", ClientSecret = new Secret("s3cret&") };
    private readonly TokenProvider _tokens;

    public TokenProviderTests()
    {
        _http = new HttpMessageInvoker(_genesys);
        _tokens = new TokenProvider(_options, new Uri("https://api.example/oauth/token"), _http, new RestBudget(_clock, 300), _clock, _metrics, _logs.For<TokenProvider>());
    }

    public void Dispose()
    {
        _logs.ShouldHoldNoSecret();
        _http.Dispose();
        _genesys.Dispose();
        _metrics.Dispose();
    }

    [Fact]
    public async Task GetAsync_ByForm_SendsWhatTheSpecificationSays()
    {
        await GrantedAsync();
        var (request, body) = _genesys.Requests.Single();
        request.Method.ShouldBe(HttpMethod.Post);
        request.RequestUri!.AbsoluteUri.ShouldBe("https://api.example/oauth/token");
        request.Headers.Authorization.ShouldBeNull();
        request.Content!.Headers.ContentType!.MediaType.ShouldBe("application/x-www-form-urlencoded");
        body.ShouldBe("client_id=id&client_secret=s3cret%26&grant_type=client_credentials&scope=analytics%3Aconversation%3Aview+webconversations%3Aview+user%3Aread");
    }

    [Fact]
    public async Task GetAsync_ByBasic_KeepsTheCredentialsOutOfTheBody()
    {
        _options.TokenAuthentication = TokenAuthentication.Basic;
        _options.Scopes = [];
        _options.ClientSecret = new Secret("é");
        await GrantedAsync();
        var (request, body) = _genesys.Requests.Single();
        request.Headers.Authorization.ShouldBe(new AuthenticationHeaderValue("Basic", "aWQ66Q==")); // id:é in ISO-8859-1
        body.ShouldBe("grant_type=client_credentials");
    }

    [Fact]
    public async Task GetAsync_ForNotifications_IsBasicAndAsksForNoScopes()
    {
        _options.Source = GenesysSource.Notifications;
        await GrantedAsync();
        var (request, body) = _genesys.Requests.Single();
        request.Headers.Authorization.ShouldBe(new AuthenticationHeaderValue("Basic", "aWQ6czNjcmV0Jg==")); // id:s3cret&
        request.Headers.Accept.ToString().ShouldBe("application/json");
        body.ShouldBe("grant_type=client_credentials");
    }

    [Theory]
    [InlineData(GenesysSource.AnalyticsStream, TokenAuthentication.Basic, false)]
    [InlineData(GenesysSource.Notifications, TokenAuthentication.Form, true)]
    public async Task GetAsync_TokenAuthenticationGiven_WinsOverTheSource(object source, object authentication, bool isForm)
    {
        (_options.Source, _options.TokenAuthentication) = ((GenesysSource)source, (TokenAuthentication)authentication);
        await GrantedAsync();
        var (request, body) = _genesys.Requests.Single();
        body.Contains("client_secret=s3cret%26", StringComparison.Ordinal).ShouldBe(isForm);
        (request.Headers.Authorization is null).ShouldBe(isForm);
    }

    [Theory]
    [InlineData(86400, 86340)]
    [InlineData(121, 61)]
    [InlineData(120, 60)]
    [InlineData(30, 15)]
    [InlineData(1.5, 0.75)]
    public async Task GetAsync_Granted_IsCachedUntilItIsToBeRenewed(double expiresIn, double renewedAfter)
    {
        _genesys.Answer = (n, _) => Task.FromResult(StubHandler.Granted($"token-{n}", expiresIn));
        var granted = await GrantedAsync();
        granted.ExpiresAt.ShouldBe(Frames.ReceivedAt.AddSeconds(expiresIn));
        (granted.RenewAt - _clock.GetMonotonicTime()).ShouldBe(TimeSpan.FromSeconds(renewedAfter));
        _clock.Advance(TimeSpan.FromSeconds(renewedAfter) - TimeSpan.FromMilliseconds(1));
        (await GrantedAsync()).Token.Reveal().ShouldBe("token-1");
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        (await GrantedAsync()).Token.Reveal().ShouldBe("token-2");
    }

    [Fact]
    public async Task GetAsync_ManyAtOnce_FetchOnce()
    {
        var answer = new TaskCompletionSource<HttpResponseMessage>();
        _genesys.Answer = (_, _) => answer.Task;
        var all = Enumerable.Range(0, 50).Select(_ => Task.Run(async () => await AskAsync())).ToList();
        var impatient = _tokens.GetAsync(new CancellationToken(canceled: true)).AsTask();
        await Should.ThrowAsync<OperationCanceledException>(impatient);
        answer.SetResult(StubHandler.Granted("token-1", 3600));
        foreach (var outcome in await Task.WhenAll(all).WaitAsync(Patience.Bound, TestContext.Current.CancellationToken))
            outcome.ShouldBeOfType<TokenOutcome.Granted>().Token.Reveal().ShouldBe("token-1");
        _genesys.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Invalidate_TheCachedToken_FetchesAnother()
    {
        var first = await GrantedAsync();
        _tokens.Invalidate(first.Token);
        var second = await GrantedAsync();
        second.Token.Reveal().ShouldBe("token-2");
        _tokens.Invalidate(first.Token); // a late word about the old one does not cost the new one
        (await GrantedAsync()).Token.Reveal().ShouldBe("token-2");
    }

    [Theory]
    [InlineData("unknownClientId", "400 invalid_client")]
    [InlineData("wrongSecret", "401 invalid_client")]
    [InlineData("unsupportedGrant", "400 unsupported_grant_type")]
    public async Task GetAsync_SampleRefusals_SayWhatToCheck(string sample, string expected)
    {
        var answer = Frames.Json("oauth-invalid-client.json").GetProperty(sample);
        _genesys.Answer = (_, _) => Task.FromResult(
            StubHandler.Json((HttpStatusCode)answer.GetProperty("status").GetInt32(), answer.GetProperty("body").GetRawText()));
        var reason = (await AskAsync()).ShouldBeOfType<TokenOutcome.Refused>().Reason;
        reason.ShouldContain(expected);
        foreach (var word in new[] { "Genesys:ClientId", "GENESYS_CLIENT_SECRET", "Genesys:Region 'mypurecloud.com'", "grant type" })
            reason.ShouldContain(word);
    }

    [Theory]
    [InlineData(400, "client not found: invalid_client", "no client has this id there")]
    [InlineData(401, "authentication failed: invalid_client", "the secret is not this client's")]
    public async Task GetAsync_RefusedForNotifications_SaysWhatItMeansAndWhereItWasAsked(int status, string description, string meaning)
    {
        _options.Source = GenesysSource.Notifications;
        _options.Region = "mypurecloud.de";
        _genesys.Answer = (_, _) => Task.FromResult(
            StubHandler.Json((HttpStatusCode)status, $$"""{"error":"invalid_client","description":"{{description}}","error_description":"{{description}}"}"""));
        var reason = (await AskAsync()).ShouldBeOfType<TokenOutcome.Refused>().Reason;
        reason.ShouldStartWith($"Genesys refused the client credentials ({status} invalid_client: {meaning}). ");
        foreach (var word in new[] { "Genesys:ClientId", "GENESYS_CLIENT_SECRET", "went to api.example as HTTP Basic", "Genesys:Region 'mypurecloud.de' (to any other region its id is unknown)", "grant type" })
            reason.ShouldContain(word);
        reason.ShouldNotContain("scopes");
    }

    [Fact]
    public async Task GetAsync_UnauthorizedClient_PointsToTheGrant()
    {
        _genesys.Answer = (_, _) => Task.FromResult(StubHandler.Json(HttpStatusCode.BadRequest, """{"error":"unauthorized_client"}"""));
        var reason = (await AskAsync()).ShouldBeOfType<TokenOutcome.Refused>().Reason;
        reason.ShouldContain("(400 unauthorized_client: the client may not use this grant)");
        reason.ShouldContain("in the form body");
    }

    [Fact]
    public async Task GetAsync_NotFound_AsksWhetherTheHostIsRight()
    {
        _genesys.Answer = (_, _) => Task.FromResult(StubHandler.Json(HttpStatusCode.NotFound, "<html>"));
        var reason = (await AskAsync()).ShouldBeOfType<TokenOutcome.Unavailable>().Reason;
        foreach (var word in new[] { "404", "api.example", "Genesys:LoginUrl" })
            reason.ShouldContain(word);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("""{"error":"INJECTED\nline"}""")]
    [InlineData("""{"error":{"a":1}}""")]
    public async Task GetAsync_RefusedWithAnyBody_IsStillARefusal(string body)
    {
        _genesys.Answer = (_, _) => Task.FromResult(StubHandler.Json(HttpStatusCode.Forbidden, body));
        (await AskAsync()).ShouldBeOfType<TokenOutcome.Refused>().Reason.ShouldContain("(403)");
    }

    [Fact]
    public async Task GetAsync_RefusedAgainAndAgain_IsLoggedOnceAndItsEndToo()
    {
        _genesys.Answer = (n, _) => Task.FromResult(n <= 3 ? StubHandler.Json(HttpStatusCode.Unauthorized, "{}") : StubHandler.Granted("token-1", 3600));
        for (var i = 0; i < 4; i++)
            await AskAsync();
        _logs.Errors.Count.ShouldBe(1);
        _logs.Count(1003).ShouldBe(1);
        _genesys.Requests.Count.ShouldBe(4);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(404)]
    [InlineData(302)]
    public async Task GetAsync_AnyOtherStatus_IsUnavailable(int status)
    {
        _genesys.Answer = (_, _) => Task.FromResult(StubHandler.Json((HttpStatusCode)status, "{}"));
        var outcome = (await AskAsync()).ShouldBeOfType<TokenOutcome.Unavailable>();
        outcome.Reason.ShouldContain($"{status}");
        outcome.RetryAfter.ShouldBeNull();
        _logs.Errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("7", 7.0)]
    [InlineData("7.5", 8.0)]
    [InlineData("Mon, 02 Mar 2026 09:30:42 GMT", 42.0)]
    [InlineData("Mon, 02 Mar 2026 09:00:00 GMT", 0.0)]
    [InlineData("soon", null)]
    public async Task GetAsync_RetryAfter_IsReadInBothForms(string header, double? seconds)
    {
        _genesys.Answer = (_, _) =>
        {
            var answer = StubHandler.Json(HttpStatusCode.TooManyRequests, "");
            answer.Headers.TryAddWithoutValidation("Retry-After", header);
            return Task.FromResult(answer);
        };
        (await AskAsync()).ShouldBeOfType<TokenOutcome.Unavailable>().RetryAfter?.TotalSeconds.ShouldBe(seconds!.Value);
        Tieline.Http.RetryAfter.Read([header], _clock.GetUtcNow())?.TotalSeconds.ShouldBe(seconds!.Value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"expires_in":3600}""")]
    [InlineData("""{"access_token":7,"expires_in":3600}""")]
    [InlineData("""{"access_token":"","expires_in":3600}""")]
    [InlineData("""{"access_token":"a\r\nX-Evil: 1","expires_in":3600}""")]
    [InlineData("""{"access_token":"a","expires_in":0}""")]
    [InlineData("""{"access_token":"a","expires_in":-5}""")]
    [InlineData("""{"access_token":"a","expires_in":"soon"}""")]
    public async Task GetAsync_AnUnusableAnswer_IsUnavailable(string body)
    {
        _genesys.Answer = (_, _) => Task.FromResult(StubHandler.Json(HttpStatusCode.OK, body));
        (await AskAsync()).ShouldBeOfType<TokenOutcome.Unavailable>();
    }

    [Theory]
    [InlineData("""{"access_token":"a"}""", 300)]
    [InlineData("""{"access_token":"a","expires_in":1e300}""", 604800)]
    public async Task GetAsync_AnOddLife_IsBounded(string body, int seconds)
    {
        _genesys.Answer = (_, _) => Task.FromResult(StubHandler.Json(HttpStatusCode.OK, body));
        (await GrantedAsync()).ExpiresAt.ShouldBe(Frames.ReceivedAt.AddSeconds(seconds));
    }

    [Fact]
    public async Task GetAsync_NoConnection_IsUnavailableAndNextTimeTriedAgain()
    {
        _genesys.Answer = (n, _) => n == 1
            ? throw new HttpRequestException(HttpRequestError.ConnectionError, "refused")
            : Task.FromResult(StubHandler.Granted("token-1", 3600));
        (await AskAsync()).ShouldBeOfType<TokenOutcome.Unavailable>().Reason.ShouldContain("api.example:443");
        await GrantedAsync();
    }

    [Fact]
    public async Task GetAsync_NoAnswerWithinTenSeconds_IsUnavailable()
    {
        _genesys.Answer = async (_, cancellation) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
            throw new InvalidOperationException("unreachable");
        };
        var asked = AskAsync().AsTask();
        _clock.Advance(TimeSpan.FromSeconds(9.999));
        asked.IsCompleted.ShouldBeFalse();
        _clock.Advance(TimeSpan.FromSeconds(0.001));
        (await asked.WaitAsync(Patience.Bound, TestContext.Current.CancellationToken)).ShouldBeOfType<TokenOutcome.Unavailable>().Reason.ShouldContain("10 s");
    }

    [Fact]
    public async Task GetAsync_SecretFromAFile_IsReadAnewEachTime()
    {
        var directory = Directory.CreateTempSubdirectory("tieline-tests-");
        try
        {
            var file = Path.Combine(directory.FullName, "secret");
            _options.ClientSecretFile = file;
            (await AskAsync()).ShouldBeOfType<TokenOutcome.Refused>().Reason.ShouldContain("Genesys:ClientSecretFile");
            await File.WriteAllTextAsync(file, "s3cret-old\n", TestContext.Current.CancellationToken);
            _tokens.Invalidate((await GrantedAsync()).Token);
            await File.WriteAllTextAsync(file, "s3cret-new \r\n", TestContext.Current.CancellationToken);
            await GrantedAsync();
            _genesys.Requests.Select(r => r.Body.Split('&')[1]).ShouldBe(["client_secret=s3cret-old", "client_secret=s3cret-new+"]);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task GetAsync_ACorrectedSecretFileByBasic_IsTakenWithoutARestart()
    {
        var directory = Directory.CreateTempSubdirectory("tieline-tests-");
        try
        {
            var file = Path.Combine(directory.FullName, "secret");
            (_options.Source, _options.ClientSecretFile) = (GenesysSource.Notifications, file);
            _genesys.Answer = (n, _) => Task.FromResult(n == 1 ? StubHandler.Json(HttpStatusCode.Unauthorized, "{}") : StubHandler.Granted("token-2", 3600));
            await File.WriteAllTextAsync(file, "s3cret-old\n", TestContext.Current.CancellationToken);
            (await AskAsync()).ShouldBeOfType<TokenOutcome.Refused>();
            await File.WriteAllTextAsync(file, "s3cret-é\n", TestContext.Current.CancellationToken);
            await GrantedAsync();
            _genesys.Requests.Select(r => r.Request.Headers.Authorization!.Parameter).ShouldBe(["aWQ6czNjcmV0LW9sZA==", "aWQ6czNjcmV0Lek="]); // id:s3cret-old, id:s3cret-é in ISO-8859-1
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Granted_Printed_ShowsNoToken() => (await GrantedAsync()).ToString().ShouldNotContain("token-1");

    private ValueTask<TokenOutcome> AskAsync() => _tokens.GetAsync(TestContext.Current.CancellationToken);

    private async Task<TokenOutcome.Granted> GrantedAsync() => (await AskAsync()).ShouldBeOfType<TokenOutcome.Granted>();
}
