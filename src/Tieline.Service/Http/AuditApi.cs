using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tieline.Audit;
using Tieline.Events;
using Tieline.Journal;
using Tieline.Service.Web.Figures;

namespace Tieline.Service.Http;

/// <summary>What is on record, and whether it is as it was written.</summary>
internal sealed class AuditApi(AuditLines lines, AccessMonitor monitor)
{
    public async Task LinesAsync(ApiCall call)
    {
        var (query, limit) = (QueryOf(call.Asked), call.Asked.Limit());
        if (call.Asked.Problem is { } problem)
        {
            await call.RefuseAsync(StatusCodes.Status400BadRequest, problem);
            return;
        }

        var found = await lines.FindAsync(query, limit, call.Aborted);
        await call.WriteAsync(new JsonObject
        {
            ["lines"] = new JsonArray([.. found.Rows.Select(Of)]),
            ["lookedBackTo"] = found.LookedBackTo is { } at ? EventTime.ToText(at) : null,
            ["next"] = found.Next?.ToString(CultureInfo.InvariantCulture),
        });
    }

    /// <summary>As they stand in the files, oldest first: for whoever checks them.</summary>
    public async Task ExportAsync(ApiCall call)
    {
        var query = QueryOf(call.Asked);
        if (call.Asked.Problem is { } problem)
        {
            await call.RefuseAsync(StatusCodes.Status400BadRequest, problem);
            return;
        }

        monitor.Exported(call.Token.ByApi);
        call.Context.Response.ContentType = ApiMedia.Lines;
        call.Context.Response.Headers.CacheControl = "no-store";
        foreach (var line in lines.Raw(query, call.Aborted))
            await call.Context.Response.WriteAsync(line + "\n", call.Aborted);
    }

    public Task VerifyAsync(ApiCall call)
    {
        var answer = new ApiLines(call.Context);
        return answer.RunAsync(Task.Run(
            async () => (JsonNode)JsonSerializer.SerializeToNode(
                await lines.VerifyAsync(checkedLines => answer.Tell(new JsonObject { ["lines"] = checkedLines }), call.Aborted), ApiCall.Writing)!,
            CancellationToken.None));
    }

    public async Task CheckpointsAsync(ApiCall call)
    {
        var (before, limit) = (call.Asked.Cursor() ?? long.MaxValue, call.Asked.Limit());
        if (call.Asked.Problem is { } problem)
        {
            await call.RefuseAsync(StatusCodes.Status400BadRequest, problem);
            return;
        }

        var found = lines.Checkpoints(limit + 1, before);
        await call.WriteAsync(new JsonObject
        {
            ["checkpoints"] = new JsonArray([.. found.Take(limit).Select(one => new JsonObject
            {
                ["file"] = one.File.ToString(), ["lines"] = one.Lines, ["fact"] = one.Fact, ["head"] = Convert.ToHexStringLower(one.Head), ["key"] = one.Key,
            })]),
            ["next"] = found.Count > limit ? found[limit - 1].Number.ToString(CultureInfo.InvariantCulture) : null,
        });
    }

    public static async Task ChangesAsync(ApiCall call)
    {
        var (before, limit) = (call.Asked.Cursor(), call.Asked.Limit());
        if (call.Asked.Problem is { } problem)
        {
            await call.RefuseAsync(StatusCodes.Status400BadRequest, problem);
            return;
        }

        var (changes, next) = AuditLines.ChangesBefore(call.Admin.Journal, before, limit);
        await call.WriteAsync(new JsonObject { ["changes"] = new JsonArray([.. changes.Select(change => Of(AuditRow.Of(change)))]), ["next"] = next?.ToString(CultureInfo.InvariantCulture) });
    }

    private static JsonObject Of(AuditRow row) => new()
    {
        ["fact"] = row.Fact,
        ["at"] = EventTime.ToText(row.At),
        ["action"] = row.Action,
        ["conversationId"] = row.ConversationId,
        ["destination"] = row.Destination,
        ["detail"] = row.Json is null ? null : JsonNode.Parse(row.Json),
    };

    private static AuditQuery QueryOf(ApiRequest asked)
    {
        var (from, to) = asked.Between();
        return new AuditQuery(null, asked.Text("conversation"), asked.Text("action"), from, to, asked.Cursor());
    }
}
