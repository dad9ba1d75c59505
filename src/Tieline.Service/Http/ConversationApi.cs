using System.Globalization;
using System.Text.Json.Nodes;
using Tieline.Events;
using Tieline.Journal;
using Tieline.Service.Desks;

namespace Tieline.Service.Http;

/// <summary>What the journal has of conversations.</summary>
internal sealed class ConversationApi(ConversationDesk conversations, EventApi events)
{
    public async Task ListAsync(ApiCall call)
    {
        var (search, limit) = (await events.SearchOfAsync(call), call.Asked.Limit());
        ConversationCursor? cursor = null;
        var isCursor = call.Asked.Text("cursor") is not { } text || ConversationCursor.TryParse(text, out cursor);
        if ((call.Asked.Problem ?? (isCursor ? null : ApiRequest.BadCursor)) is { } problem)
        {
            await call.RefuseAsync(StatusCodes.Status400BadRequest, problem);
            return;
        }

        var page = await conversations.ListAsync(search, cursor, limit, call.Aborted);
        await call.WriteAsync(new JsonObject
        {
            ["conversations"] = new JsonArray([.. page.Newest.Select(one => new JsonObject { ["conversationId"] = one.Event.ConversationId, ["newest"] = EventJson.Of(one) })]),
            ["lookedBackTo"] = page.LookedBackTo is { } at ? EventTime.ToText(at) : null,
            ["next"] = page.Next?.ToString(),
        });
    }

    public async Task StoryAsync(ApiCall call)
    {
        var (skip, limit) = ((int)Math.Min(call.Asked.Cursor() ?? 0, int.MaxValue), call.Asked.Limit());
        if (call.Asked.Problem is { } problem)
        {
            await call.RefuseAsync(StatusCodes.Status400BadRequest, problem);
            return;
        }

        if (await conversations.StoryOfAsync(call.InPath("id"), skip, limit, call.Aborted) is not { } story)
        {
            await call.RefuseAsync(StatusCodes.Status404NotFound, "The journal has nothing of this conversation.");
            return;
        }

        await call.WriteAsync(new JsonObject
        {
            ["conversationId"] = story.ConversationId,
            ["events"] = new JsonArray([.. story.Events.Select(EventJson.Of)]),
            ["gaps"] = new JsonArray([.. story.Gaps.Select(GapJson.Of)]),
            ["next"] = (long)skip + limit < story.Count ? (skip + limit).ToString(CultureInfo.InvariantCulture) : null,
        });
    }
}
