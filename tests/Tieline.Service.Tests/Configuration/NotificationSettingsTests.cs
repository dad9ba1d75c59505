using Tieline.Genesys;
using Tieline.Service.Tests.Support;

namespace Tieline.Service.Tests.Configuration;

public sealed class NotificationSettingsTests : IDisposable
{
    private const string Source = "Genesys:Source=notifications";
    private const string Nothing = "Genesys:Notifications:Queues=[]";
    private const string User = "77aa7b1c-9f3e-4c21-8a55-0d6c5d3f0001";

    private readonly Sandbox _sandbox = Sandbox.Valid();

    public void Dispose() => _sandbox.Dispose();

    [Fact]
    public void The_source_alone_is_enough_and_means_every_queue()
    {
        var genesys = _sandbox.Options(Source).Genesys;

        genesys.Source.ShouldBe(GenesysSource.Notifications);
        genesys.Notifications.Queues.ShouldBe(["*"]);
        genesys.TokenAuthenticationInForce.ShouldBe(TokenAuthentication.Basic);
        GenesysEndpoints.Of(genesys).Token.Host.ShouldBe("login.mypurecloud.com");
    }

    [Fact]
    public void Every_key_can_be_given_by_the_environment()
    {
        var genesys = _sandbox
            .Variable("TIELINE_Genesys__Source", "Notifications")
            .Variable("TIELINE_Genesys__LoginUrl", "https://proxy.example/login")
            .Variable("TIELINE_Genesys__TokenAuthentication", "Form")
            .Variable("TIELINE_Genesys__Notifications__Queues", "Sales, Support")
            .Variable("TIELINE_Genesys__Notifications__Users", User)
            .Variable("TIELINE_Genesys__Notifications__Topics", $"""["v2.users.{User}?conversations.calls&conversations.emails"]""")
            .Options().Genesys;

        genesys.Notifications.Queues.ShouldBe(["Sales", "Support"]);
        genesys.Notifications.Users.ShouldBe([User]);
        genesys.Notifications.Topics.ShouldBe([$"v2.users.{User}?conversations.calls&conversations.emails"]);
        genesys.TokenAuthenticationInForce.ShouldBe(TokenAuthentication.Form);
        GenesysEndpoints.Of(genesys).Token.AbsoluteUri.ShouldBe("https://proxy.example/login/oauth/token");
    }

    [Fact]
    public void Nothing_to_listen_to_is_an_error_of_this_source_alone()
    {
        _sandbox.Errors(Source, Nothing).ShouldBe(["Genesys:Notifications: Queues, Users and Topics are all empty: there would be nothing to listen to; Queues: [\"*\"] is every queue"]);
        _sandbox.Errors(Nothing).ShouldBeEmpty();
        _sandbox.Errors(Source, Nothing, $"Genesys:Notifications:Users={User}").ShouldBeEmpty();
        _sandbox.Errors(Source, Nothing, "Genesys:Notifications:Topics=v2.routing.queues.q1.conversations").ShouldBeEmpty();
    }

    [Theory]
    [InlineData("channel.metadata", "must not be one of Genesys's own")]
    [InlineData("V2.System.token_revoked.x", "must not be one of Genesys's own")]
    [InlineData("routing.queues.q1.conversations", "must start with v2.")]
    [InlineData("v2.routing.queues.{id}.conversations", "must hold an id where the documentation has {id}")]
    [InlineData("v2.routing.queues.*.conversations", "must hold an id where the documentation has {id}")]
    public void A_topic_that_cannot_be_is_told(string topic, string problem)
    {
        _sandbox.Json($$"""{ "Genesys": { "Notifications": { "Topics": ["{{topic}}"] } } }""");

        var error = _sandbox.Errors().ShouldHaveSingleItem();

        error.ShouldStartWith($"Genesys:Notifications:Topics:0: {problem}");
        error.ShouldEndWith($", was '{topic}'");
    }

    [Theory]
    [InlineData(200, 0)]
    [InlineData(201, 1)]
    public void A_topic_has_200_characters_at_most(int length, int errors)
    {
        var topic = "v2.users.x?".PadRight(length, 'a');
        _sandbox.Json($$"""{ "Genesys": { "Notifications": { "Topics": ["{{topic}}"] } } }""");

        var found = _sandbox.Errors();

        found.Count.ShouldBe(errors);
        found.ShouldAllBe(error => error.Contains("at most 200 characters, had 201, was 'v2.users.x?", StringComparison.Ordinal) && error.Length < 200);
    }

    [Fact]
    public void Everything_wrong_is_told_at_once()
    {
        _sandbox.Json("""{ "Genesys": { "Source": "Notifications", "Notifications": { "Queues": ["", "*", "*"], "Users": ["dana", "DANA", ""], "Topics": [" ", "v3.x", "v2.a", "V2.A"] } } }""");

        _sandbox.Errors().Select(error => error.Split(": ")[0]["Genesys:Notifications:".Length..]).ShouldBe(
            ["Queues:0", "Queues:2", "Users:0", "Users:1", "Users:2", "Topics:0", "Topics:1", "Topics:3"]);
    }
}
