using System.Text.Json;

namespace CrmReceiver;

/// <summary>Puts the parts together: what is listened to, and who answers.</summary>
internal static class ReceiverApp
{
    /// <exception cref="ReceiverOptionsException">A setting cannot work.</exception>
    public static WebApplication Create(string[] args, TimeProvider time)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        var options = ReceiverOptions.Read(builder.Configuration);
        if (string.IsNullOrEmpty(builder.Configuration[WebHostDefaults.ServerUrlsKey]))
            builder.WebHost.UseUrls(ReceiverOptions.DefaultUrl);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = WebhookEndpoint.MaxBodyBytes);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
        builder.Services.AddSingleton(time);
        builder.Services.AddSingleton(new SignatureCheck(options.Secret, time));
        builder.Services.AddSingleton(_ => Open(options, time));
        builder.Services.AddSingleton<WebhookEndpoint>();
        builder.Services.AddSingleton<PageFeed>();

        var app = builder.Build();
        app.Services.GetRequiredService<Inbox>();   // reads the log now, not at the first request
        Map(app);
        return app;
    }

    private static Inbox Open(ReceiverOptions options, TimeProvider time)
    {
        var inbox = new Inbox(options.MaxRecords, options.LogFile is { } path ? new DeliveryLog(path) : null, time);
        inbox.Restore();
        return inbox;
    }

    private static void Map(WebApplication app)
    {
        app.MapPost("/webhooks/tieline", (HttpRequest request, WebhookEndpoint endpoint) => endpoint.PostAsync(request));
        app.MapGet("/healthz", (Inbox inbox) => new { status = "ok", down = inbox.IsDown });
        app.MapGet("/stats", (Inbox inbox) => inbox.Stats);
        app.MapGet("/records", WriteRecordsAsync);
        app.MapGet("/feed", (PageFeed feed, HttpContext context) => TypedResults.ServerSentEvents(feed.ReadAsync(context.RequestAborted)));
        app.MapPost("/simulate/down", (Inbox inbox) => Simulate(inbox, down: true));
        app.MapPost("/simulate/up", (Inbox inbox) => Simulate(inbox, down: false));
        foreach (var asset in PageAsset.All)
            app.MapGet(asset.Path, asset.WriteAsync);
    }

    private static Stats Simulate(Inbox inbox, bool down)
    {
        inbox.IsDown = down;
        return inbox.Stats;
    }

    private static async Task WriteRecordsAsync(HttpContext context, Inbox inbox)
    {
        context.Response.ContentType = "application/x-ndjson";
        foreach (var record in inbox.Records())
        {
            await context.Response.WriteAsync(JsonSerializer.Serialize(record, JsonSerializerOptions.Web), context.RequestAborted);
            await context.Response.WriteAsync("\n", context.RequestAborted);
        }
    }
}
