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
}
