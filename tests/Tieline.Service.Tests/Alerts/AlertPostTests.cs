using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Tieline.Service.Alerts;

namespace Tieline.Service.Tests.Alerts;

/// <summary>What a receiver's answer means for the notice that was posted to it.</summary>
public sealed class AlertPostTests
{
    private static readonly Alert _alert = new(AlertRules.All[0].Name, AlertLabels.Of([new("alertname", AlertRules.All[0].Name)]), 1, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, null, IsTold: false);

    [Theory]
    [InlineData(200, "text/html", "ok", null, null, null)] // Slack
    [InlineData(200, "application/json", "{}", null, null, null)]
    [InlineData(200, "text/html", "<!doctype html><title>Sign in</title>", null, "HTML page", null)]
    [InlineData(503, "text/plain", "", "7.5", "503", 8.0)]
    [InlineData(503, "text/plain", "", "86400", "503", 3600.0)]
    [InlineData(503, "text/plain", "", "0", "503", null)]
    public async Task An_answer_is_a_delivery_or_a_problem(int status, string type, string body, string? retryAfter, string? problem, double? seconds)
    {
        await using var app = await StartAsync(async context =>
        {
            (context.Response.StatusCode, context.Response.ContentType) = (status, type);
            if (retryAfter is not null)
                context.Response.Headers.RetryAfter = retryAfter;
            await context.Response.WriteAsync(body);
        });
        using var post = new AlertPost(new AlertWebhookOptions { Url = new Secret(app.Urls.Single()) }, new Uri("http://127.0.0.1:3001/"), "test", TimeProvider.System, NullLogger.Instance);

        var (said, wait) = await post.SendAsync(new AlertNotice(AlertRules.All[0], [_alert], null), TestContext.Current.CancellationToken);

        if (problem is null)
            said.ShouldBeNull();
        else
            said.ShouldNotBeNull().ShouldContain(problem);
        wait?.TotalSeconds.ShouldBe(seconds!.Value);
        (wait is null).ShouldBe(seconds is null);
    }

    private static async Task<WebApplication> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }
}
