using Tieline.Genesys;

namespace Tieline.Tests.Genesys.Notifications;

public sealed class ConnectUriRuleTests
{
    [Theory]
    [InlineData("wss://streaming.mypurecloud.com/channels/s3cret")]
    [InlineData("wss://mypurecloud.com/x")]
    [InlineData("wss://STREAMING.MyPureCloud.com/x")]
    public void WhyNot_InTheRegionsDomain_IsGood(string uri) => Rule().WhyNot(uri).ShouldBeNull();

    [Theory]
    [InlineData("wss://evilmypurecloud.com/s3cret")]
    [InlineData("wss://mypurecloud.com.evil.org/s3cret")]
    [InlineData("wss://streaming.mypurecloud.de/s3cret")]
    [InlineData("wss://127.0.0.1/s3cret")]
    [InlineData("ws://streaming.mypurecloud.com/s3cret")]
    [InlineData("ws://127.0.0.1/s3cret")]
    [InlineData("https://streaming.mypurecloud.com/s3cret")]
    [InlineData("wss://s3cret@streaming.mypurecloud.com/")]
    [InlineData("s3cret")]
    [InlineData("")]
    public void WhyNot_AnywhereElse_IsRefusedWithoutTheAddress(string uri) => Rule().WhyNot(uri).ShouldNotBeNull().ShouldNotContain("s3cret");

    [Fact]
    public void WhyNot_ApiUrlsHost_IsGood()
    {
        Rule("https://gateway.example.org:8443/genesys").WhyNot("wss://gateway.example.org/x").ShouldBeNull();
        Rule("http://127.0.0.1:5000").WhyNot("ws://127.0.0.1:5000/x").ShouldBeNull();
        Rule("http://localhost:5000").WhyNot("ws://127.0.0.1:5000/x").ShouldBeNull();
        Rule("http://localhost:5000").WhyNot("ws://gateway.example.org/x").ShouldNotBeNull();
    }

    private static ConnectUriRule Rule(string? api = null) =>
        ConnectUriRule.Of(new GenesysOptions { ApiUrl = api is null ? null : new Uri(api) });
}
