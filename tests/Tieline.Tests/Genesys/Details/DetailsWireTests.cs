using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Tieline.Diagnostics;
using Tieline.Genesys;
using Tieline.TestKit;

namespace Tieline.Tests.Genesys.Details;

/// <summary>What only a real connection does.</summary>
public sealed class DetailsWireTests : IAsyncLifetime
{
    private readonly WebApplication _app = Build();
    private readonly HttpMessageInvoker _http = GenesysHttp.Create();
    private readonly TielineMetrics _metrics = new();
    private readonly ManualTime _time = new();
    private RequestDelegate _answer = _ => Task.CompletedTask;

    public async ValueTask InitializeAsync()
    {
        _app.MapPost("/oauth/token", () => Results.Json(new { access_token = "token-1", expires_in = 86400 }));
        _app.MapPost(DetailsRig.Root + "/query", context => _answer(context));
        await _app.StartAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _http.Dispose();
        _metrics.Dispose();
    }

    [Fact]
    public async Task QueryAsync_AWholeBody_IsAPage()
    {
        _answer = context => context.Response.WriteAsync("""{"conversations":[{"conversationId":"c1"}],"totalHits":1}""");
        using var page = (await QueryAsync(_app.Urls.First())).ShouldBeOfType<DetailsOutcome.Page>().Content;
        page.Conversations.Single().GetProperty("conversationId").GetString().ShouldBe("c1");
    }

    [Fact]
    public async Task QueryAsync_HalfABody_IsForLater()
    {
        _answer = async context =>
        {
            context.Response.ContentLength = 1000;
            await context.Response.WriteAsync("""{"conversations":[{"conversationId":"c1"}""");
            await context.Response.Body.FlushAsync();
            context.Abort();
        };
        (await QueryAsync(_app.Urls.First())).ShouldBeOfType<DetailsOutcome.Retry>();
    }

    [Fact]
    public async Task QueryAsync_ARedirect_IsNotFollowedWithTheToken()
    {
        var isFollowed = false;
        _app.MapGet("/elsewhere", () => isFollowed = true);
        _answer = context =>
        {
            context.Response.Redirect("/elsewhere");
            return Task.CompletedTask;
        };
        (await QueryAsync(_app.Urls.First())).ShouldBeOfType<DetailsOutcome.Refused>();
        isFollowed.ShouldBeFalse();
    }

    [Fact]
    public async Task QueryAsync_NobodyListens_IsForLater()
    {
        (await QueryAsync("http://127.0.0.1:1")).ShouldBeOfType<DetailsOutcome.Retry>().Reason.ShouldContain("127.0.0.1:1 cannot be reached");
    }

    private Task<DetailsOutcome> QueryAsync(string url)
    {
        var budget = new RestBudget(_time, 300);
        var options = new GenesysOptions { ClientId = "id", ClientSecret = new Secret("s3cret") };
        var tokens = new TokenProvider(options, new Uri(_app.Urls.First() + "/oauth/token"), _http, budget, _time, _metrics, new RecordingLogs().For<TokenProvider>());
        var client = new DetailsClient(new Uri(url + DetailsRig.Root), tokens, _http, budget, _time, _metrics);
        return client.QueryAsync(new DetailsQuery(DetailsRig.Span(), 1), TestContext.Current.CancellationToken);
    }

    private static WebApplication Build()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        return builder.Build();
    }
}
