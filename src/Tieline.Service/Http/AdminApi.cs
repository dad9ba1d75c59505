using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.Net.Http.Headers;
using Tieline.Pipeline;
using Tieline.Service.Alerts;
using Tieline.Service.Desks;
using Tieline.Service.Hosting;

namespace Tieline.Service.Http;

/// <summary><c>/api/v1</c>: what the commands ask of a running Tieline. Needs the token from the data directory; what is wrong is told as <c>problem+json</c>.</summary>
internal static class AdminApi
{
    public const string Path = "/api/v1";

    /// <summary>One JSON object a line.</summary>
    public const string Lines = "application/x-ndjson";

    private const string Bearer = "Bearer ";

    private static readonly JsonSerializerOptions _writing = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void MapAdminApi(this IEndpointRouteBuilder routes)
    {
        var parts = routes.ServiceProvider.GetRequiredService<RunningParts>();
        var time = routes.ServiceProvider.GetRequiredService<TimeProvider>();
        routes.MapMethods($"{Path}/backfills", ["POST"], Allowed(parts, (context, admin) => BackfillAsync(context, admin, time)));
        routes.MapMethods($"{Path}/reconciliations", ["POST"], Allowed(parts, (context, admin) => ReconcileAsync(context, admin, time)));
        routes.MapMethods($"{Path}/gaps", ["GET"], Allowed(parts, GapsAsync));
        routes.MapMethods($"{Path}/gaps/{{number}}", ["GET"], Allowed(parts, GapAsync));
        routes.MapMethods($"{Path}/dead-letters", ["GET"], Allowed(parts, DeadLetterApi.ListAsync));
        routes.MapMethods($"{Path}/dead-letters/{{position}}", ["GET"], Allowed(parts, DeadLetterApi.OneAsync));
        routes.MapMethods($"{Path}/dead-letters/replay", ["POST"], Allowed(parts, DeadLetterApi.ReplayAsync));
        routes.MapMethods($"{Path}/dead-letters/discard", ["POST"], Allowed(parts, DeadLetterApi.DiscardAsync));
        routes.MapMethods($"{Path}/destinations", ["GET"], Allowed(parts, (context, admin) => DestinationApi.ListAsync(context, admin, parts)));
        routes.MapMethods($"{Path}/destinations/{{name}}/discard", ["POST"], Allowed(parts, DestinationApi.DiscardAsync));
        var filters = routes.ServiceProvider.GetRequiredService<FilterDesk>();
        routes.MapMethods($"{Path}/filter/preview", ["POST"], Allowed(parts, (context, admin) => FilterApi.PreviewAsync(context, admin, filters)));
        var alerts = routes.ServiceProvider.GetRequiredService<AlertLoop>();
        routes.MapMethods($"{Path}/alerts", ["GET"], Allowed(parts, (context, _) => AlertApi.ListAsync(context, alerts)));
        routes.MapMethods($"{Path}/replay", ["POST"], Allowed(parts, (context, admin) => DeadLetterApi.ReplaySpanAsync(context, admin, time)));
    }

    private static RequestDelegate Allowed(RunningParts parts, Func<HttpContext, AdminParts, Task> answer) => context =>
    {
        if (parts.Admin is not { } admin)
            return Problem.WriteAsync(context.Response, StatusCodes.Status503ServiceUnavailable, "Tieline is starting or stopping; ask again in a moment.");
        var given = context.Request.Headers.Authorization.ToString();
        return given.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) && admin.Tokens.Operator.Is(given[Bearer.Length..].Trim())
            ? answer(context, admin)
            : Problem.WriteAsync(context.Response, StatusCodes.Status401Unauthorized, $"The header 'Authorization: Bearer …' must hold the token that stands in the data directory, in '{ConsoleToken.FileName}'.");
    };

    private static async Task BackfillAsync(HttpContext context, AdminParts admin, TimeProvider time)
    {
        var (asked, problem) = await SpanRequest.ReadAsync(context.Request, time.GetUtcNow());
        if (asked is null)
        {
            await Problem.WriteAsync(context.Response, StatusCodes.Status400BadRequest, problem!);
            return;
        }

        var number = await admin.Intake.RequestAsync(asked.From, asked.To, context.RequestAborted);
        await admin.Journal.WaitForDurabilityAsync(context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        context.Response.Headers.Location = string.Create(CultureInfo.InvariantCulture, $"{Path}/gaps/{number}");
        await JsonResponse.WriteAsync(context.Response, writer => writer.WriteNumber("gap", number));
    }

    private static Task GapsAsync(HttpContext context, AdminParts admin)
    {
        var gaps = admin.Journal.Read(reader => reader.ReadAllFills());
        return JsonResponse.WriteAsync(context.Response, writer =>
        {
            writer.WritePropertyName("gaps");
            new JsonArray([.. gaps.Select(GapJson.Of)]).WriteTo(writer);
        });
    }

    private static Task GapAsync(HttpContext context, AdminParts admin)
    {
        if (!long.TryParse((string?)context.Request.RouteValues["number"], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || admin.Journal.Read(reader => reader.ReadFill(number)) is not { } fill)
            return Problem.WriteAsync(context.Response, StatusCodes.Status404NotFound, "There is no such gap.");
        return JsonResponse.WriteAsync(context.Response, writer =>
        {
            foreach (var (name, value) in GapJson.Of(fill))
            {
                writer.WritePropertyName(name);
                JsonSerializer.Serialize(writer, value, _writing);
            }
        });
    }

    /// <summary>It may take minutes: the figures so far come page by page, so that no proxy takes it for dead, and the report in the last line.</summary>
    private static async Task ReconcileAsync(HttpContext context, AdminParts admin, TimeProvider time)
    {
        var (asked, problem) = await SpanRequest.ReadAsync(context.Request, time.GetUtcNow());
        if (asked is null)
        {
            await Problem.WriteAsync(context.Response, StatusCodes.Status400BadRequest, problem!);
            return;
        }

        var progress = Channel.CreateBounded<ReconcileFigures>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        if (!admin.Reconciling.TryBegin(new ReconcileRequest(asked.From, asked.To, asked.Repair), figures => progress.Writer.TryWrite(figures), context.RequestAborted, out var running))
        {
            await Problem.WriteAsync(context.Response, StatusCodes.Status409Conflict, "A reconciliation is under way; ask again when it is done.");
            return;
        }

        context.Response.ContentType = Lines;
        context.Response.Headers.CacheControl = "no-store";
        _ = running.ContinueWith(_ => progress.Writer.TryComplete(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        await foreach (var figures in progress.Reader.ReadAllAsync(context.RequestAborted))
        {
            var line = new JsonObject();
            figures.WriteTo(line);
            await WriteLineAsync(context, "progress", line);
        }

        try
        {
            await WriteLineAsync(context, "report", (await running).ToJson());
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            await WriteLineAsync(context, "problem", JsonValue.Create("Tieline is stopping; nothing that was found is lost, ask again when it runs."));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            await WriteLineAsync(context, "problem", JsonValue.Create($"It failed ({e.Message}); Tieline's log says more."));
        }
    }

    private static async Task WriteLineAsync(HttpContext context, string name, JsonNode value)
    {
        await context.Response.WriteAsync(new JsonObject { [name] = value }.ToJsonString(_writing) + "\n", context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }
}
