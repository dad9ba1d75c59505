using Tieline.Genesys;

namespace Tieline.Tests.Genesys;

public sealed class GenesysEndpointsTests
{
    [Theory]
    [InlineData("mypurecloud.com", "mypurecloud.com")]
    [InlineData("eu-central-1", "mypurecloud.de")]
    [InlineData("US-WEST-2", "usw2.pure.cloud")]
    [InlineData(" MyPureCloud.ie ", "mypurecloud.ie")]
    public void Of_ARegion_GivesItsHosts(string region, string domain)
    {
        var endpoints = GenesysEndpoints.Of(new GenesysOptions { Region = region });
        endpoints.Api.AbsoluteUri.ShouldBe($"https://api.{domain}/");
        endpoints.Stream.AbsoluteUri.ShouldBe($"wss://api.{domain}/api/v2/analytics/events/stream");
        endpoints.Token.AbsoluteUri.ShouldBe($"https://api.{domain}/oauth/token");
        endpoints.Details.AbsoluteUri.ShouldBe($"https://api.{domain}/api/v2/analytics/conversations/details");
    }

    [Theory]
    [InlineData("http://127.0.0.1:8080", "ws://127.0.0.1:8080/api/v2/analytics/events/stream", "http://127.0.0.1:8080/oauth/token")]
    [InlineData("https://proxy.example/genesys/", "wss://proxy.example/genesys/api/v2/analytics/events/stream", "https://proxy.example/genesys/oauth/token")]
    public void Of_AnApiUrl_GivesTheOthers(string api, string stream, string token)
    {
        var endpoints = GenesysEndpoints.Of(new GenesysOptions { ApiUrl = new Uri(api) });
        endpoints.Stream.AbsoluteUri.ShouldBe(stream);
        endpoints.Token.AbsoluteUri.ShouldBe(token);
    }

    [Theory]
    [InlineData("us-east-1", "mypurecloud.com")]
    [InlineData("us-west-2", "usw2.pure.cloud")]
    [InlineData("us-east-2", "use2.us-gov-pure.cloud")]
    [InlineData("ca-central-1", "cac1.pure.cloud")]
    [InlineData("sa-east-1", "sae1.pure.cloud")]
    [InlineData("mx-central-1", "mxc1.pure.cloud")]
    [InlineData("eu-west-1", "mypurecloud.ie")]
    [InlineData("eu-west-2", "euw2.pure.cloud")]
    [InlineData("eu-central-1", "mypurecloud.de")]
    [InlineData("eu-central-2", "euc2.pure.cloud")]
    [InlineData("eusc-de-east-1", "edee1.eusc-pure.cloud")]
    [InlineData("ap-northeast-1", "mypurecloud.jp")]
    [InlineData("ap-northeast-2", "apne2.pure.cloud")]
    [InlineData("ap-northeast-3", "apne3.pure.cloud")]
    [InlineData("ap-southeast-1", "apse1.pure.cloud")]
    [InlineData("ap-southeast-2", "mypurecloud.com.au")]
    [InlineData("ap-south-1", "aps1.pure.cloud")]
    [InlineData("me-central-1", "mec1.pure.cloud")]
    public void Of_EveryRegionWithNotifications_LogsInAtItsLoginHost(string aws, string domain)
    {
        foreach (var region in (string[])[aws, domain])
        {
            var endpoints = GenesysEndpoints.Of(new GenesysOptions { Source = GenesysSource.Notifications, Region = region });
            endpoints.Api.AbsoluteUri.ShouldBe($"https://api.{domain}/");
            endpoints.Token.AbsoluteUri.ShouldBe($"https://login.{domain}/oauth/token");
        }
    }

    [Theory]
    [InlineData("http://127.0.0.1:8080", null, "http://127.0.0.1:8080/oauth/token")] // a simulator is one address
    [InlineData("http://127.0.0.1:8080", "https://login.example", "https://login.example/oauth/token")]
    [InlineData("https://proxy.example/genesys", null, "https://login.mypurecloud.de/oauth/token")] // a proxy of the API is not sent the secret
    [InlineData(null, "https://proxy.example/login/", "https://proxy.example/login/oauth/token")]
    public void Of_UrlsWithNotifications_GiveTheTokenEndpoint(string? api, string? login, string token)
    {
        var options = new GenesysOptions { Source = GenesysSource.Notifications, Region = "mypurecloud.de", ApiUrl = Optional(api), LoginUrl = Optional(login) };
        GenesysEndpoints.Of(options).Token.AbsoluteUri.ShouldBe(token);
        options.TokenUrl = new Uri("https://token.example/t");
        GenesysEndpoints.Of(options).Token.AbsoluteUri.ShouldBe("https://token.example/t");
    }

    [Fact]
    public void Of_ALoginUrlWithTheAnalyticsStream_ChangesNothing() =>
        GenesysEndpoints.Of(new GenesysOptions { LoginUrl = new Uri("https://login.example") }).Token.AbsoluteUri.ShouldBe("https://api.mypurecloud.com/oauth/token");

    [Fact]
    public void Of_Overrides_Win()
    {
        var endpoints = GenesysEndpoints.Of(new GenesysOptions
        {
            StreamUrl = new Uri("ws://127.0.0.1:9/s"),
            TokenUrl = new Uri("https://login.mypurecloud.com/oauth/token"),
        });
        endpoints.Stream.AbsoluteUri.ShouldBe("ws://127.0.0.1:9/s");
        endpoints.Token.AbsoluteUri.ShouldBe("https://login.mypurecloud.com/oauth/token");
    }

    private static Uri? Optional(string? url) => url is null ? null : new Uri(url);
}
