using System.Text;
using Tieline.Delivery;
using Tieline.Diagnostics;
using Tieline.TestKit;
using static Tieline.Tests.Delivery.Entries;

namespace Tieline.Tests.Delivery;

/// <summary>What a CRM that asks who it is talks to sees.</summary>
public sealed class CredentialsTests : IAsyncLifetime
{
    private readonly ManualTime _time = new();
    private readonly LogGuard _logs = new();
    private readonly TielineMetrics _metrics = new();
    private readonly TempDirectory _directory = new();
    private readonly DestinationOptions _options = new() { Timeout = TimeSpan.FromMinutes(1) };
    private WebEndpoint _crm = null!;
    private WebEndpoint _tokens = null!;
    private SocketsHttpHandler? _handler;
    private int _given;

    public async ValueTask InitializeAsync()
    {
        (_crm, _tokens) = (await WebEndpoint.StartAsync(), await WebEndpoint.StartAsync());
        _options.Url = _crm.Url;
        _options.Authentication.TokenUrl = _tokens.Url;
        (_options.Authentication.ClientId, _options.Authentication.ClientSecret) = ("me:too", new Secret("s/cret"));
        _tokens.Answer = _ => (200, $$"""{"access_token":"t{{Interlocked.Increment(ref _given)}}","token_type":"bearer","expires_in":600}""");
    }

    public async ValueTask DisposeAsync()
    {
        await _crm.DisposeAsync();
        await _tokens.DisposeAsync();
        _handler?.Dispose();
        _metrics.Dispose();
        _directory.Dispose();
        _logs.Dispose();
    }

    [Fact]
    public async Task Send_WithAHeader_HasItsValueFromTheFileAsItIsNow()
    {
        var file = _directory.FileNamed("value");
        await File.WriteAllTextAsync(file, "Token one\n", TestContext.Current.CancellationToken);
        (_options.Authentication.Type, _options.Authentication.Name, _options.Authentication.ValueFile) = (AuthenticationType.Header, "X-Api-Key", file);
        var destination = Create();

        await SendAsync(destination);
        await File.WriteAllTextAsync(file, "Token two\n", TestContext.Current.CancellationToken);
        await SendAsync(destination);
        _time.Advance(SecretText.LookAgain);
        await SendAsync(destination);

        _crm.Requests.Select(request => request.Headers["X-Api-Key"]).ShouldBe(["Token one", "Token one", "Token two"]);
    }

    [Fact]
    public async Task Send_AHeaderThatIsRefused_LooksIntoTheFileAtOnce()
    {
        var file = _directory.FileNamed("value");
        await File.WriteAllTextAsync(file, "one", TestContext.Current.CancellationToken);
        (_options.Authentication.Type, _options.Authentication.ValueFile) = (AuthenticationType.Header, file);
        _crm.Answer = request => (request.Authorization == "two" ? 200 : 401, "");
        var destination = Create();

        (await SendAsync(destination)).ShouldBe(new DeliveryOutcome.BackOff(BackOffReason.Misconfigured, 401, null));
        _crm.Requests.Count.ShouldBe(1);
        await File.WriteAllTextAsync(file, "two", TestContext.Current.CancellationToken);
        (await SendAsync(destination)).ShouldBe(new DeliveryOutcome.Accepted(200));
    }

    [Fact]
    public async Task Send_WithBasic_HasUserAndPasswordInUtf8()
    {
        (_options.Authentication.Type, _options.Authentication.Username, _options.Authentication.Password) = (AuthenticationType.Basic, "Jörg", new Secret("pw:1"));
        await SendAsync(Create());
        _crm.Requests.Single().Authorization.ShouldBe("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("Jörg:pw:1")));
    }

    [Fact]
    public async Task Send_WithOAuth_AsksOnceHoweverManyWait()
    {
        var gate = new TaskCompletionSource();
        _tokens.Gate = gate.Task;
        var destination = OAuth();
        var sending = Enumerable.Range(1, 20).Select(_ => SendAsync(destination)).ToList();
        gate.SetResult();
        await Task.WhenAll(sending);

        _crm.Requests.Select(request => request.Authorization).ShouldBe(Enumerable.Repeat("Bearer t1", 20));
        var asked = _tokens.Requests.ShouldHaveSingleItem();
        asked.Authorization.ShouldBe("Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes("me%3Atoo:s%2Fcret")));
        asked.Body.ShouldBe("grant_type=client_credentials");
    }

    [Fact]
    public async Task Send_WithOAuthByForm_HasAllOfItInTheBody()
    {
        var authentication = _options.Authentication;
        (authentication.TokenAuthentication, authentication.Scopes, authentication.Audience) = (ClientAuthentication.Form, ["a", "b"], "crm");
        await SendAsync(OAuth());
        _tokens.Requests.Single().Body.ShouldBe("grant_type=client_credentials&scope=a+b&audience=crm&client_id=me%3Atoo&client_secret=s%2Fcret");
    }

    [Fact]
    public async Task Send_AMinuteBeforeTheTokensEnd_HasANewOne()
    {
        var destination = OAuth();
        await SendAsync(destination);
        _time.Advance(TimeSpan.FromSeconds(539));
        await SendAsync(destination);
        _time.Advance(TimeSpan.FromSeconds(1));
        await SendAsync(destination);

        _crm.Requests.Select(request => request.Authorization).ShouldBe(["Bearer t1", "Bearer t1", "Bearer t2"]);
    }

    [Fact]
    public async Task Send_TheTokenCannotBeRenewedEarly_UsesItToItsEnd()
    {
        var destination = OAuth();
        await SendAsync(destination);
        _tokens.Answer = _ => (503, "");
        _time.Advance(TimeSpan.FromSeconds(599));
        (await SendAsync(destination)).ShouldBe(new DeliveryOutcome.Accepted(200));
        (await SendAsync(destination)).ShouldBe(new DeliveryOutcome.Accepted(200));
        _tokens.Requests.Count.ShouldBe(2);
        _time.Advance(TimeSpan.FromSeconds(1));
        (await SendAsync(destination)).ShouldBe(new DeliveryOutcome.BackOff(BackOffReason.ServerFailed, 503, null));
        _crm.Requests.Count.ShouldBe(3);
    }

    [Theory]
    [InlineData(-2)]
    [InlineData(24 * 365)]
    public async Task Send_TheClockIsSet_ATokenLivesAsLongAsItWouldHave(int hours)
    {
        var destination = OAuth();
        await SendAsync(destination);
        _time.StepClock(TimeSpan.FromHours(hours));
        _time.Advance(TimeSpan.FromSeconds(539));
        await SendAsync(destination);
        _time.Advance(TimeSpan.FromSeconds(1));
        await SendAsync(destination);
        _crm.Requests.Select(request => request.Authorization).ShouldBe(["Bearer t1", "Bearer t1", "Bearer t2"]);
    }

    [Theory]
    [InlineData(-2)]
    [InlineData(24 * 365)]
    public async Task Send_TheClockIsSetAfterAFailure_TheTokenEndpointIsAskedAgainAfterASecondAndNotBefore(int hours)
    {
        _tokens.Answer = _ => (503, "");
        var destination = OAuth();
        await SendAsync(destination);
        _time.StepClock(TimeSpan.FromHours(hours));
        await SendAsync(destination);
        _tokens.Requests.Count.ShouldBe(1);
        _time.Advance(OAuthCredentials.Pause);
        await SendAsync(destination);
        _tokens.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Send_ATokenThatIsRefused_GoesOutAgainAtOnceWithANewOneAndOnlyOnce()
    {
        _crm.Answer = request => (request.Authorization == "Bearer t2" ? 200 : 401, "");
        var destination = OAuth();
        (await SendAsync(destination)).ShouldBe(new DeliveryOutcome.Accepted(200));
        _crm.Requests.Select(request => request.Headers["webhook-id"]).Distinct().ShouldHaveSingleItem();

        _crm.Answer = _ => (401, "");
        (await SendAsync(destination)).ShouldBe(new DeliveryOutcome.BackOff(BackOffReason.Misconfigured, 401, null));
        _crm.Requests.Count.ShouldBe(4);
    }

    [Theory]
    [InlineData(400, """{"error":"invalid_client"}""", "answered 400 invalid_client")]
    [InlineData(401, "", "answered 401")]
    public async Task Send_TheClientIsRefused_PausesTheDestinationAndSaysSoOnce(int status, string body, string said)
    {
        _tokens.Answer = _ => (status, body);
        var destination = OAuth();
        (await SendAsync(destination)).ShouldBe(new DeliveryOutcome.BackOff(BackOffReason.Misconfigured, status, null));
        _time.Advance(OAuthCredentials.Pause);
        await SendAsync(destination);

        _crm.Requests.ShouldBeEmpty();
        _logs.Expect(3023);
        _logs.Lines.Where(line => line.EventId == 3023).ShouldHaveSingleItem().Message.ShouldContain(said);
    }

    /// <summary>RFC 6749 has id and secret encoded before Basic; who does not decode them refuses the right ones.</summary>
    [Theory]
    [InlineData("me:too", "plain", "Basic", true)]
    [InlineData("me", "s/cret", "Basic", true)]
    [InlineData("me", "plain", "Basic", false)]
    [InlineData("me:too", "s/cret", "Form", false)]
    public async Task Send_TheClientIsRefusedByBasicThatIsEncoded_HintsAtForm(string id, string secret, string how, bool hints)
    {
        var authentication = _options.Authentication;
        (authentication.ClientId, authentication.ClientSecret, authentication.TokenAuthentication) = (id, new Secret(secret), Enum.Parse<ClientAuthentication>(how));
        _tokens.Answer = _ => (401, """{"error":"invalid_client"}""");
        await SendAsync(OAuth());
        _logs.Expect(3023);
        var message = _logs.Lines.Single(line => line.EventId == 3023).Message;
        message.Contains("TokenAuthentication 'Form'", StringComparison.Ordinal).ShouldBe(hints, message);
        message.ShouldNotContain(secret);
    }

    [Fact]
    public async Task Send_TheTokenEndpointAnswersAPage_SaysSoAndLosesNothing()
    {
        _tokens.Answer = _ => (200, "<!doctype html><title>Sign in</title>");
        (await SendAsync(OAuth())).ShouldBe(new DeliveryOutcome.BackOff(BackOffReason.HtmlPage, 200, null));
        _crm.Requests.ShouldBeEmpty();
        _logs.Lines.Single(line => line.EventId == 3024).Message.ShouldContain("HTML page");
    }

    [Fact]
    public async Task Send_TheTokenEndpointIsDown_BacksOffAndAsksAgainAfterASecond()
    {
        _tokens.Answer = _ => (503, "");
        var destination = OAuth();
        (await SendAsync(destination)).ShouldBe(new DeliveryOutcome.BackOff(BackOffReason.ServerFailed, 503, null));
        (await SendAsync(destination)).ShouldBeOfType<DeliveryOutcome.BackOff>();
        _tokens.Requests.Count.ShouldBe(1);

        _tokens.Answer = _ => (200, """{"access_token":"back"}""");
        _time.Advance(OAuthCredentials.Pause);
        (await SendAsync(destination)).ShouldBe(new DeliveryOutcome.Accepted(200));
        _logs.Has(3025).ShouldBeTrue();
    }

    [Fact]
    public async Task Send_NobodyListensAtTheTokenUrl_BacksOff()
    {
        _options.Authentication.TokenUrl = new Uri($"http://127.0.0.1:{DeliveryRig.FreePort()}/token");
        (await SendAsync(OAuth())).ShouldBe(new DeliveryOutcome.BackOff(BackOffReason.ConnectFailed, null, null));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"access_token":""}""")]
    [InlineData("""{"access_token":"a\r\nb"}""")]
    [InlineData("""{"access_token":"a","token_type":"mac"}""")]
    [InlineData("""{"access_token":"a","expires_in":-1}""")]
    [InlineData("""{"access_token":"a","expires_in":"soon"}""")]
    public void TryRead_NoUsableToken_IsFalse(string body) => OAuthToken.TryRead(Encoding.UTF8.GetBytes(body), default, out _).ShouldBeFalse();

    private Destination OAuth()
    {
        _options.Authentication.Type = AuthenticationType.OAuth2;
        return Create();
    }

    private Destination Create() => Destination.Create(_options, _handler = Destination.CreateHandler(_options), "test", _time, _metrics, _logs);

    private static Task<DeliveryOutcome> SendAsync(Destination destination) => destination.SendAsync(Entry(1), TestContext.Current.CancellationToken);
}
