using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Tieline.Service.Tests.Support;

/// <summary>A Genesys that has past conversations, and neither a stream nor a right to its queues, and a CRM that takes all, on one loopback port.</summary>
internal sealed class FakeOrg : IAsyncDisposable
{
    /// <summary>Two hours ago: settled, and not of another day's records.</summary>
    public static readonly DateTimeOffset Start = TimeProvider.System.GetUtcNow().AddHours(-2);

    private readonly WebApplication _app;
    private readonly List<JsonNode> _records = [];

    private FakeOrg(WebApplication app)
    {
        _app = app;
        app.MapPost("/oauth/token", () => Results.Json(new { access_token = "token", token_type = "bearer", expires_in = 86400 }));
        app.MapPost("/api/v2/analytics/conversations/details/query", QueryAsync);
        app.MapGet("/api/v2/routing/queues", () => Results.Json(new { status = 403, code = "missing.permissions" }, statusCode: 403));
        app.MapPost("/crm", context =>
        {
            Received.Enqueue(context.Request.Headers["webhook-id"].ToString());
            context.Response.StatusCode = CrmStatus;
            return Task.CompletedTask;
        });
    }

    public Uri Url => new(_app.Urls.First());

    /// <summary>Ids, in the order in which the CRM was sent them.</summary>
    public ConcurrentQueue<string> Received { get; } = new();

    public int CrmStatus { get; set; } = 200;

    public int DetailsStatus { get; set; } = 200;

    public static async Task<FakeOrg> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var org = new FakeOrg(builder.Build());
        await org._app.StartAsync();
        return org;
    }

    /// <summary>Conversations of two events each, a second apart: queued and completed.</summary>
    public void Have(int conversations)
    {
        for (var number = 0; number < conversations; number++)
        {
            var at = Start.AddSeconds(number);
            _records.Add(new JsonObject
            {
                ["conversationId"] = $"c{number}",
                ["conversationStart"] = Text(at),
                ["conversationEnd"] = Text(at.AddSeconds(20)),
                ["participants"] = new JsonArray(
                    Participant("customer", at, at.AddSeconds(20), null, "peer"), Participant("acd", at, at.AddSeconds(5), "q1", "transfer"), Participant("agent", at.AddSeconds(5), at.AddSeconds(20), "q1", "endpoint")),
            });
        }
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task QueryAsync(HttpContext context)
    {
        var body = (await JsonNode.ParseAsync(context.Request.Body))!;
        var page = body["paging"]!["pageNumber"]!.GetValue<int>();
        context.Response.StatusCode = DetailsStatus;
        await context.Response.WriteAsJsonAsync(new JsonObject { ["conversations"] = new JsonArray([.. _records.Skip(100 * (page - 1)).Take(100).Select(record => record.DeepClone())]) });
    }

    private static JsonObject Participant(string purpose, DateTimeOffset from, DateTimeOffset to, string? queue, string disconnect) => new()
    {
        ["participantId"] = purpose,
        ["purpose"] = purpose,
        ["participantName"] = "Dana Example",
        ["sessions"] = new JsonArray(new JsonObject
        {
            ["mediaType"] = "voice",
            ["segments"] = new JsonArray(new JsonObject
            {
                ["segmentType"] = "interact",
                ["segmentStart"] = Text(from),
                ["segmentEnd"] = Text(to),
                ["queueId"] = queue,
                ["disconnectType"] = disconnect,
            }),
        }),
    };

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
