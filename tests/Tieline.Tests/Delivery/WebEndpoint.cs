using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace Tieline.Tests.Delivery;

/// <summary>Whatever a destination talks to, on a real socket: keeps the requests, and answers as the test tells it.</summary>
internal sealed class WebEndpoint : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<WebRequest> _requests = new();

    private WebEndpoint(WebApplication app) => _app = app;

    /// <summary>The answer's status and body; 200 and nothing unless told.</summary>
    public Func<WebRequest, (int Status, string Body)> Answer { get; set; } = _ => (200, "");

    /// <summary>Held up before it is answered.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    public Uri Url { get; private set; } = null!;

    public IReadOnlyList<WebRequest> Requests => [.. _requests];

    /// <param name="certificate">With it: https, and every client must show a certificate.</param>
    public static async Task<WebEndpoint> StartAsync(X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (certificate is not null)
            {
                listen.UseHttps(new HttpsConnectionAdapterOptions
                {
                    ServerCertificate = certificate,
                    ClientCertificateMode = ClientCertificateMode.RequireCertificate,
                    ClientCertificateValidation = (_, _, _) => true,
                });
            }
        }));
        var app = builder.Build();
        var endpoint = new WebEndpoint(app);
        app.Run(endpoint.ReceiveAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        endpoint.Url = new Uri(app.Urls.Single() + "/at");
        return endpoint;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private async Task ReceiveAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var request = new WebRequest(
            await reader.ReadToEndAsync(context.RequestAborted), context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            context.Connection.ClientCertificate?.Subject);
        _requests.Enqueue(request);
        await Gate;
        var (status, body) = Answer(request);
        context.Response.StatusCode = status;
        if (status is not (204 or 304))
            await context.Response.WriteAsync(body, context.RequestAborted);
    }
}

internal sealed record WebRequest(string Body, IReadOnlyDictionary<string, string> Headers, string? ClientCertificate)
{
    /// <summary>Empty where there is none.</summary>
    public string Authorization => Headers.GetValueOrDefault("Authorization", "");
}
