using System.Net;
using Tieline.Service.Http;
using Tieline.Service.Tests.Support;

namespace Tieline.Service.Tests.Http;

public sealed class ServerTests
{
    [Theory]
    [InlineData("/nothing")]
    [InlineData("/loginx")]
    [InlineData("/health")]
    [InlineData("/health/other")]
    [InlineData("/metrics/more")]
    [InlineData("/api/v1/anything")]
    [InlineData("/../etc/passwd")]
    public async Task Anything_else_is_404(string path)
    {
        await using var server = await Server.StartAsync();

        using var answer = await server.GetAsync(path, ("Accept", "text/plain"));

        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("/", "evil.example", HttpStatusCode.BadRequest)]
    [InlineData("/", "evil.example:3001", HttpStatusCode.BadRequest)]
    [InlineData("/", "localhost.evil.example", HttpStatusCode.BadRequest)]
    [InlineData("/metricsx", "evil.example", HttpStatusCode.BadRequest)]
    [InlineData("/healthx", "evil.example", HttpStatusCode.BadRequest)]
    [InlineData("/nothing", "localhost", HttpStatusCode.NotFound)]
    [InlineData("/nothing", "LOCALHOST:3001", HttpStatusCode.NotFound)]
    [InlineData("/nothing", "[::1]:3001", HttpStatusCode.NotFound)]
    [InlineData("/metrics", "tieline.namespace.svc", HttpStatusCode.OK)]
    [InlineData("/health/live", "10.0.0.7:3001", HttpStatusCode.OK)]
    public async Task The_host_is_checked_but_for_metrics_and_health(string path, string host, HttpStatusCode expected)
    {
        await using var server = await Server.StartAsync();

        using var answer = await server.GetAsync(path, ("Host", host));

        answer.StatusCode.ShouldBe(expected);
    }

    [Fact]
    public async Task A_star_allows_any_host()
    {
        await using var server = await Server.StartAsync(configure: options => options.Http.AllowedHosts = ["*"]);

        using var answer = await server.GetAsync("/nothing", ("Host", "any.example"));

        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("/metrics")]
    [InlineData("/health/ready")]
    [InlineData("/nowhere")]
    public async Task No_answer_names_the_server(string path)
    {
        await using var server = await Server.StartAsync();

        using var answer = await server.GetAsync(path);

        answer.Headers.Contains("Server").ShouldBeFalse();
    }

    [Theory]
    [InlineData("http://127.0.0.1:3001", true)]
    [InlineData("http://localhost:0", true)]
    [InlineData("http://*:80", true)]
    [InlineData("http://0.0.0.0:65535", true)]
    [InlineData("http://[::1]:3001/", true)]
    [InlineData("https://127.0.0.1:3001", false)]
    [InlineData("http://127.0.0.1", false)]
    [InlineData("http://127.0.0.1:65536", false)]
    [InlineData("http://127.0.0.1:-1", false)]
    [InlineData("http://::1:3001", false)]
    [InlineData("http://1:3001", false)]
    [InlineData("http://crm.example:3001", false)]
    [InlineData("http://127.0.0.1:3001/path", false)]
    [InlineData("", false)]
    public void TryParse_ListenAddress_TakesAddressAndPort(string text, bool expected) => ListenAddress.TryParse(text, out _).ShouldBe(expected);
}
