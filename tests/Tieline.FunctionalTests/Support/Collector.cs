using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Tieline.FunctionalTests.Support;

/// <summary>An OpenTelemetry collector at the wire: it takes OTLP over HTTP and keeps each body as it came.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<(string Signal, string? Key, byte[] Body)> _requests = new();

    private Collector(WebApplication app) => _app = app;

    public Uri Url => new(_app.Urls.First());

    /// <summary>Values of the header <c>x-key</c> that came.</summary>
    public IEnumerable<string?> Keys => _requests.Select(request => request.Key).Distinct();

    public static async Task<Collector> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1));
        var app = builder.Build();
        var collector = new Collector(app);
        app.MapPost("/v1/{signal}", async (string signal, HttpContext context) =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            collector._requests.Enqueue((signal, context.Request.Headers["x-key"], body.ToArray()));
            context.Response.ContentType = "application/x-protobuf";
        });
        await app.StartAsync();
        return collector;
    }

    /// <summary>Whether some body of this signal holds these bytes.</summary>
    public bool Has(string signal, ReadOnlySpan<byte> bytes)
    {
        foreach (var request in _requests)
        {
            if (request.Signal == signal && request.Body.AsSpan().IndexOf(bytes) >= 0)
                return true;
        }

        return false;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
