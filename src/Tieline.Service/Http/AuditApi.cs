using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tieline.Audit;
using Tieline.Events;
using Tieline.Journal;
using Tieline.Service.Web.Figures;

namespace Tieline.Service.Http;

/// <summary>What is on record, and whether it is as it was written.</summary>
internal sealed class AuditApi(AuditLines lines, JournalDesk journal)
{
    public async Task LinesAsync(ApiCall call)
    {
        var (query, limit) = (QueryOf(call.Asked), call.Asked.Limit());
        if (call.Asked.Problem is { } problem)
        {
            await call.RefuseAsync(StatusCodes.Status400BadRequest, problem);
            return;
        }

        // Without a condition they are the journal's facts, of which the log is a copy that may be a second behind: no file need be read for them, while the journal has them all.
        var facts = query is { ConversationId: null, Action: null, From: null, To: null } ? AuditLines.NewestFacts(call.Admin.Journal, limit + 1, query.BeforeFact) : [];
        List<JsonObject> found = facts.Count == limit + 1 || facts is [.., { Number: 1 }]
            ? [.. facts.Select(Of)]
            : [.. lines.NewestEntries(query with { Last = limit + 1 }, call.Aborted).Select(Of)];
        await call.WriteAsync(new JsonObject
        {
            ["lines"] = new JsonArray([.. found.Take(limit)]),
            ["next"] = found.Count > limit ? found[limit - 1]["fact"]!.GetValue<long>().ToString(CultureInfo.InvariantCulture) : null,
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
                await lines.VerifyAsync(journal, checkedLines => answer.Tell(new JsonObject { ["lines"] = checkedLines }), call.Aborted), ApiCall.Writing)!,
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
        await call.WriteAsync(new JsonObject { ["changes"] = new JsonArray([.. changes.Select(Of)]), ["next"] = next?.ToString(CultureInfo.InvariantCulture) });
    }

    private static JsonObject Of(AuditFact fact) => new()
    {
        ["fact"] = fact.Number,
        ["at"] = EventTime.ToText(fact.Timestamp),
        ["action"] = fact.Action,
        ["conversationId"] = fact.ConversationId,
        ["destination"] = fact.Destination,
        ["detail"] = fact.Detail?.DeepClone(),
    };

    private static JsonObject Of(AuditEntry entry) => new()
    {
        ["fact"] = entry.Fact,
        ["at"] = EventTime.ToText(entry.Timestamp),
        ["action"] = entry.Action,
        ["conversationId"] = entry.ConversationId,
        ["destination"] = entry.Destination,
        ["detail"] = entry.Detail is null ? null : JsonNode.Parse(entry.Detail),
    };

    private static AuditQuery QueryOf(ApiRequest asked) => new(null, asked.Text("conversation"), asked.Text("action"), asked.Time("from"), asked.Time("to"), asked.Cursor());
}
