using System.Globalization;
using System.Text.Json.Nodes;
using Tieline.Journal;
using Tieline.Pipeline;

namespace Tieline.Service.Http;

/// <summary>What is set aside, and what is decided about it. What takes long answers in lines: the progress now and then, the report in the last.</summary>
internal static class DeadLetterApi
{
    public static async Task ListAsync(ApiCall call)
    {
        var (admin, asked) = (call.Admin, call.Asked);
        var (query, grouped, limit) = (asked.Query(), asked.Flag("grouped"), asked.Limit());
        DeadLetterCursor cursor = default;
        var isCursor = asked.Text("cursor") is not { } text || TryCursor(text, out cursor);
        if ((asked.Problem ?? (isCursor ? null : ApiRequest.BadCursor)) is { } problem)
        {
            await call.RefuseAsync(StatusCodes.Status400BadRequest, problem);
            return;
        }

        if (grouped)
        {
            await call.WriteAsync(new JsonObject { ["groups"] = DeadLetterJson.Of(admin.Desk.Plan(query)) });
            return;
        }

        var letters = admin.Journal.Read(reader => reader.ReadDeadLetters(query, cursor, limit + 1));
        var answer = new JsonObject { ["deadLetters"] = new JsonArray([.. letters.Take(limit).Select(one => DeadLetterJson.Of(one.Letter))]) };
        answer["next"] = letters.Count > limit ? string.Create(CultureInfo.InvariantCulture, $"{letters[limit - 1].Cursor.Position.Value}-{letters[limit - 1].Cursor.Destination.Value}") : null;
        await call.WriteAsync(answer);
    }

    public static async Task OneAsync(ApiCall call)
    {
        var (admin, asked) = (call.Admin, call.Asked);
        var letters = long.TryParse(call.InPath("position"), NumberStyles.None, CultureInfo.InvariantCulture, out var position)
            ? admin.Journal.Read(reader => reader.ReadDeadLetters(new DeadLetterQuery(asked.Text("destination"), Position: new JournalPosition(position)), default, 2))
            : [];
        if (asked.Problem is { } problem)
            await call.RefuseAsync(StatusCodes.Status400BadRequest, problem);
        else if (letters.Count == 0)
            await call.RefuseAsync(StatusCodes.Status404NotFound, "There is no such dead letter.");
        else if (letters.Count > 1)
            await call.RefuseAsync(StatusCodes.Status400BadRequest, "Several destinations have a dead letter there: destination must say which is meant.");
        else
            await call.WriteAsync(admin.Journal.Read(reader => DeadLetterJson.Whole(letters[0].Letter, letters[0].Cursor.Destination, reader)));
    }

    public static async Task ReplayAsync(ApiCall call)
    {
        var (admin, asked) = (call.Admin, call.Asked);
        var (query, isDry, rate) = (asked.Query(), asked.Flag("dryRun"), asked.Rate());
        if (asked.Problem is { } problem)
            await call.RefuseAsync(StatusCodes.Status400BadRequest, problem);
        else if (isDry)
            await call.WriteAsync(new JsonObject { ["plan"] = DeadLetterJson.Of(admin.Desk.Plan(query)) });
        else
            await DoAsync(call, (progress, cancellation) => admin.Desk.ReplayAsync(query, rate, asked.By(), progress, cancellation));
    }

    public static async Task DiscardAsync(ApiCall call)
    {
        var (admin, asked) = (call.Admin, call.Asked);
        var (query, isDry, reason) = (asked.Query(), asked.Flag("dryRun"), asked.Reason());
        if ((asked.Problem ?? (reason is null && !isDry ? "reason is required: it stands in the audit log" : null)) is { } problem)
            await call.RefuseAsync(StatusCodes.Status400BadRequest, problem);
        else if (isDry)
            await call.WriteAsync(new JsonObject { ["plan"] = DeadLetterJson.Of(admin.Desk.Plan(query)) });
        else
            await DoAsync(call, (progress, cancellation) => admin.Desk.DiscardAsync(query, reason!, asked.By(), progress, cancellation));
    }

    public static async Task ReplaySpanAsync(ApiCall call, TimeProvider time)
    {
        var (admin, asked) = (call.Admin, call.Asked);
        var (span, isDry, rate) = (asked.Replay(time.GetUtcNow()), asked.Flag("dryRun"), asked.Rate());
        if ((asked.Problem ?? (admin.Desk.IsConfigured(span!.ToDestination) ? null : $"there is no destination '{span.ToDestination}' in the configuration")) is { } problem)
            await call.RefuseAsync(StatusCodes.Status400BadRequest, problem);
        else if (isDry)
            await call.WriteAsync(new JsonObject { ["events"] = admin.Desk.Plan(span!) });
        else
            await DoAsync(call, (progress, cancellation) => admin.Desk.ReplayAsync(span!, rate, asked.By(), progress, cancellation));
    }

    /// <summary>Goes on for as long as somebody listens.</summary>
    internal static Task DoAsync(ApiCall call, Func<Action<DeskReport>, CancellationToken, Task<DeskReport>> work)
    {
        var lines = new ApiLines(call.Context);
        return lines.RunAsync(Task.Run(
            async () => (JsonNode)DeadLetterJson.Of(await work(report => lines.Tell(DeadLetterJson.Of(report)), call.Aborted)), CancellationToken.None));
    }

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
