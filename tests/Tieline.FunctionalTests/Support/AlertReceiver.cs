using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Tieline.FunctionalTests.Support;

/// <summary>What an operator would point <c>Alerts:Webhook</c> at: takes notices over HTTP, or refuses so many first.</summary>
internal sealed class AlertReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Taken> _taken = new();
    private int _refusals;

    private AlertReceiver(WebApplication app, int refusals) => (_app, _refusals) = (app, refusals);

    public Uri Url => new(new Uri(_app.Urls.First()), "/alerts/hush");

    /// <summary>In order, without those refused.</summary>
    public IReadOnlyList<Taken> All => [.. _taken];

    /// <summary>Requests that were answered 503.</summary>
    public int Refused { get; private set; }

    public static async Task<AlertReceiver> StartAsync(int refusals = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var receiver = new AlertReceiver(app, refusals);
        app.MapPost("/alerts/hush", receiver.TakeAsync);
        await app.StartAsync();
        return receiver;
    }

    /// <summary>Of one alert, and firing or resolved.</summary>
    public IReadOnlyList<Taken> Of(string alert, string status) => [.. All.Where(one => one.Alert == alert && one.Status == status)];

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        if (Interlocked.Decrement(ref _refusals) >= 0)
        {
            Refused++;
            context.Response.StatusCode = 503;
            return;
        }

        _taken.Enqueue(new Taken(context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase), body.ToArray()));
    }

    internal sealed record Taken(IReadOnlyDictionary<string, string> Headers, byte[] Body)
    {
        private readonly JsonNode _json = JsonNode.Parse(Body)!;

        public string Text => Encoding.UTF8.GetString(Body);

        public string Alert => _json["groupLabels"]!["alertname"]!.GetValue<string>();

        public string Status => _json["status"]!.GetValue<string>();
    }
}
