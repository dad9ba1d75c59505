using System.Globalization;
using System.Text.Json.Nodes;
using Tieline.Pipeline;
using Tieline.Service.Desks;

namespace Tieline.Service.Http;

/// <summary>What is missing, and what is done about it.</summary>
internal static class GapApi
{
    public static async Task ListAsync(ApiCall call)
    {
        var (after, limit) = (call.Asked.Cursor() ?? 0, call.Asked.Limit());
        if (call.Asked.Problem is { } problem)
        {
            await call.RefuseAsync(StatusCodes.Status400BadRequest, problem);
            return;
        }

        var gaps = call.Admin.Journal.Read(reader => reader.ReadFillsBehind(after, limit + 1));
        await call.WriteAsync(new JsonObject
        {
            ["gaps"] = new JsonArray([.. gaps.Take(limit).Select(GapJson.Of)]),
            ["next"] = gaps.Count > limit ? gaps[limit - 1].Number.ToString(CultureInfo.InvariantCulture) : null,
        });
    }

    public static Task OneAsync(ApiCall call) => call.NumberInPath("number") is { } number && call.Admin.Journal.Read(reader => reader.ReadFill(number)) is { } fill
        ? call.WriteAsync(GapJson.Of(fill))
        : call.RefuseAsync(StatusCodes.Status404NotFound, "There is no such gap.");

    public static async Task BackfillAsync(ApiCall call, TimeProvider time)
    {
        var (from, to) = call.Asked.Span(time.GetUtcNow());
        if (call.Asked.Problem is { } problem)
        {
            await call.RefuseAsync(StatusCodes.Status400BadRequest, problem);
            return;
        }

        var number = await SpanDesk.BackfillAsync(call.Admin, from, to, call.Asked.By(), call.Aborted);
        call.Context.Response.StatusCode = StatusCodes.Status202Accepted;
        call.Context.Response.Headers.Location = string.Create(CultureInfo.InvariantCulture, $"{AdminApi.Path}/gaps/{number}");
        await call.WriteAsync(new JsonObject { ["gap"] = number });
    }

    public static async Task ReconcileAsync(ApiCall call, TimeProvider time)
    {
        var ((from, to), repair) = (call.Asked.Span(time.GetUtcNow()), call.Asked.Flag("repair"));
        if (call.Asked.Problem is { } problem)
        {
            await call.RefuseAsync(StatusCodes.Status400BadRequest, problem);
            return;
        }

        var lines = new ApiLines(call.Context);
        if (SpanDesk.TryReconcile(call.Admin, new ReconcileRequest(from, to, repair), call.Asked.By(), Tell, call.Aborted, out var running))
            await lines.RunAsync(ReportAsync(running));
        else
            await call.RefuseAsync(StatusCodes.Status409Conflict, "A reconciliation is under way; ask again when it is done.");

        void Tell(ReconcileFigures figures)
        {
            var json = new JsonObject();
            figures.WriteTo(json);
            lines.Tell(json);
        }
    }

    private static async Task<JsonNode> ReportAsync(Task<ReconcileReport> running) => (await running).ToJson();
}
