using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Tieline.Journal;
using Tieline.Pipeline;
using Tieline.Service.Hosting;

namespace Tieline.Service.Http;

/// <summary>What is set aside, and what is decided about it. What takes long answers in lines: the progress now and then, the report in the last.</summary>
internal static class DeadLetterApi
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1_000;

    private static readonly JsonSerializerOptions _writing = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task ListAsync(HttpContext context, AdminParts admin)
    {
        var asked = await DeadLetterRequest.ReadAsync(context.Request, "grouped", "cursor", "limit");
        var (query, grouped, limit) = (asked.Query(), asked.Flag("grouped"), (int)(asked.Number("limit", 1, MaxLimit) ?? DefaultLimit));
        DeadLetterCursor cursor = default;
        var isCursor = asked.Text("cursor") is not { } text || TryCursor(text, out cursor);
        if ((asked.Problem ?? (isCursor ? null : "cursor must be the 'next' of an answer before")) is { } problem)
        {
            await Problem.WriteAsync(context.Response, StatusCodes.Status400BadRequest, problem);
            return;
        }

        if (grouped)
        {
            await WriteAsync(context, new JsonObject { ["groups"] = DeadLetterJson.Of(admin.Desk.Plan(query)) });
            return;
        }

        var letters = admin.Journal.Read(reader => reader.ReadDeadLetters(query, cursor, limit + 1));
        var answer = new JsonObject { ["deadLetters"] = new JsonArray([.. letters.Take(limit).Select(one => DeadLetterJson.Of(one.Letter))]) };
        answer["next"] = letters.Count > limit ? string.Create(CultureInfo.InvariantCulture, $"{letters[limit - 1].Cursor.Position.Value}-{letters[limit - 1].Cursor.Destination.Value}") : null;
        await WriteAsync(context, answer);
    }

    public static async Task OneAsync(HttpContext context, AdminParts admin)
    {
        var asked = await DeadLetterRequest.ReadAsync(context.Request);
        var letters = long.TryParse((string?)context.Request.RouteValues["position"], NumberStyles.None, CultureInfo.InvariantCulture, out var position)
            ? admin.Journal.Read(reader => reader.ReadDeadLetters(new DeadLetterQuery(asked.Text("destination"), Position: new JournalPosition(position)), default, 2))
            : [];
        if (asked.Problem is { } problem)
            await Problem.WriteAsync(context.Response, StatusCodes.Status400BadRequest, problem);
        else if (letters.Count == 0)
            await Problem.WriteAsync(context.Response, StatusCodes.Status404NotFound, "There is no such dead letter.");
        else if (letters.Count > 1)
            await Problem.WriteAsync(context.Response, StatusCodes.Status400BadRequest, "Several destinations have a dead letter there: destination must say which is meant.");
        else
            await WriteAsync(context, admin.Journal.Read(reader => DeadLetterJson.Whole(letters[0].Letter, letters[0].Cursor.Destination, reader)));
    }

    public static async Task ReplayAsync(HttpContext context, AdminParts admin)
    {
        var asked = await DeadLetterRequest.ReadAsync(context.Request, "dryRun", "rate", "by");
        var (query, isDry, rate) = (asked.Query(), asked.Flag("dryRun"), asked.Rate());
        if (asked.Problem is { } problem)
            await Problem.WriteAsync(context.Response, StatusCodes.Status400BadRequest, problem);
        else if (isDry)
            await WriteAsync(context, new JsonObject { ["plan"] = DeadLetterJson.Of(admin.Desk.Plan(query)) });
        else
            await DoAsync(context, (progress, cancellation) => admin.Desk.ReplayAsync(query, rate, asked.By(), progress, cancellation));
    }

    public static async Task DiscardAsync(HttpContext context, AdminParts admin)
    {
        var asked = await DeadLetterRequest.ReadAsync(context.Request, "dryRun", "reason", "by");
        var (query, isDry, reason) = (asked.Query(), asked.Flag("dryRun"), asked.Text("reason"));
        if ((asked.Problem ?? (reason is null && !isDry ? "reason is required: it stands in the audit log" : null)) is { } problem)
            await Problem.WriteAsync(context.Response, StatusCodes.Status400BadRequest, problem);
        else if (isDry)
            await WriteAsync(context, new JsonObject { ["plan"] = DeadLetterJson.Of(admin.Desk.Plan(query)) });
        else
            await DoAsync(context, (progress, cancellation) => admin.Desk.DiscardAsync(query, reason!, asked.By(), progress, cancellation));
    }

    public static async Task ReplaySpanAsync(HttpContext context, AdminParts admin, TimeProvider time)
    {
        var asked = await DeadLetterRequest.ReadAsync(context.Request, "dryRun", "rate", "by", "toDestination", "after");
        var (span, isDry, rate) = (asked.Span(time.GetUtcNow()), asked.Flag("dryRun"), asked.Rate());
        if ((asked.Problem ?? (admin.Desk.IsConfigured(span!.ToDestination) ? null : $"there is no destination '{span.ToDestination}' in the configuration")) is { } problem)
            await Problem.WriteAsync(context.Response, StatusCodes.Status400BadRequest, problem);
        else if (isDry)
            await WriteAsync(context, new JsonObject { ["events"] = admin.Desk.Plan(span!) });
        else
            await DoAsync(context, (progress, cancellation) => admin.Desk.ReplayAsync(span!, rate, asked.By(), progress, cancellation));
    }

    /// <summary>Goes on for as long as somebody listens.</summary>
    internal static async Task DoAsync(HttpContext context, Func<Action<DeskReport>, CancellationToken, Task<DeskReport>> work)
    {
        var progress = Channel.CreateBounded<DeskReport>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        context.Response.ContentType = AdminApi.Lines;
        context.Response.Headers.CacheControl = "no-store";
        var running = Task.Run(() => work(report => progress.Writer.TryWrite(report), context.RequestAborted), CancellationToken.None);
        _ = running.ContinueWith(_ => progress.Writer.TryComplete(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        try
        {
            await foreach (var report in progress.Reader.ReadAllAsync(context.RequestAborted))
                await LineAsync(context, "progress", DeadLetterJson.Of(report));
            await LineAsync(context, "report", DeadLetterJson.Of(await running));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            await LineAsync(context, "problem", JsonValue.Create($"It failed ({e.Message}); what was done is done, and Tieline's log says more."));
        }
    }

    private static async Task LineAsync(HttpContext context, string name, JsonNode value)
    {
        await context.Response.WriteAsync(new JsonObject { [name] = value }.ToJsonString(_writing) + "\n", context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }

    internal static Task WriteAsync(HttpContext context, JsonObject json) => JsonResponse.WriteAsync(context.Response, writer =>
    {
        foreach (var (name, value) in json)
        {
            writer.WritePropertyName(name);
            JsonSerializer.Serialize(writer, value, _writing);
        }
    });

    private static bool TryCursor(string text, out DeadLetterCursor cursor)
    {
        cursor = default;
        var dash = text.IndexOf('-');
        if (dash < 1 || !long.TryParse(text.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var position)
            || !long.TryParse(text.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var destination))
            return false;
        cursor = new DeadLetterCursor(new JournalPosition(position), new DestinationNumber(destination));
        return true;
    }
}
