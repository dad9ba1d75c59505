using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tieline.Simulator.Details;

namespace Tieline.Simulator.Http;

/// <summary><c>GET /api/v2/notifications/availabletopics</c>: what a channel may subscribe. Without <c>expand</c> each topic is its id and what it is.</summary>
internal sealed class TopicsEndpoint(ApiDoor door)
{
    private static readonly string[] _members =
        ["requiresPermissions", "permissionDetails", "enforced", "visibility", "transports", "topicParameters", "description", "schema", "publicApiTemplateUriPaths", "requiresCurrentUser", "requiresDivisionPermissions", "requiresAnyValidator"];

    private static readonly string[] _media = ["", ".calls", ".callbacks", ".emails", ".messages", ".cobrowsesessions"];

    private static readonly string[] _steps =
        ["acd.end", "acd.start", "customer.end", "customer.start", "flow.end", "flow.start", "user.end", "user.start", "wrapup"];

    private static readonly AvailableTopic[] _topics =
    [
        .. _media.Select(media => new AvailableTopic($"v2.routing.queues.{{id}}.conversations{media}", "Conversations of a queue", ["routing:queue:view"], "/api/v2/routing/queues/{queueId}")),
        .. _media.Select(media => new AvailableTopic($"v2.users.{{id}}.conversations{media}", "Conversations of a user", ["conversation:communication:view"], "/api/v2/users/{userId}")),
        .. _steps.Select(step => new AvailableTopic($"v2.detail.events.conversation.{{id}}.{step}", "A step of a conversation", ["analytics:conversationDetail:view"], "/api/v2/conversations/{conversationId}")),
    ];

    public Task HandleAsync(HttpContext context, Action counted) =>
        door.HandleAsync(context, "topics", _ => Task.FromResult(List(context.Request.Query["expand"])), counted);

    private static ApiAnswer List(IEnumerable<string?> expand)
    {
        var asked = expand.SelectMany(text => (text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).ToHashSet(StringComparer.Ordinal);
        if (asked.FirstOrDefault(member => !_members.Contains(member)) is { } unknown)
            return ApiAnswer.Failed(400, "invalid.value", $"expand has no '{unknown}'");
        return ApiAnswer.Ok(DetailsAnswer.Make(json =>
        {
            json.WriteStartArray("entities");
            foreach (var topic in _topics)
                Write(json, topic, asked);
            json.WriteEndArray();
        }));
    }

    private static void Write(Utf8JsonWriter json, AvailableTopic topic, HashSet<string> asked)
    {
        json.WriteStartObject();
        json.WriteString("description", topic.Description);
        json.WriteString("id", topic.Id);
        if (asked.Contains("requiresPermissions"))
            WriteTexts(json, "requiresPermissions", topic.Permissions);
        if (asked.Contains("permissionDetails"))
        {
            json.WriteStartArray("permissionDetails");
            json.WriteStartObject();
            json.WriteString("type", "requiresPermissions");
            WriteTexts(json, "permissions", topic.Permissions);
            json.WriteBoolean("allowsCurrentUser", false);
            json.WriteBoolean("enforced", true);
            json.WriteEndObject();
            json.WriteEndArray();
        }

        foreach (var (member, value) in ((string, bool)[])[("enforced", true), ("requiresCurrentUser", false), ("requiresDivisionPermissions", true), ("requiresAnyValidator", false)])
        {
            if (asked.Contains(member))
                json.WriteBoolean(member, value);
        }

        if (asked.Contains("visibility"))
            json.WriteString("visibility", "Public");
        if (asked.Contains("transports"))
            WriteTexts(json, "transports", ["All"]);
        if (asked.Contains("topicParameters"))
            WriteTexts(json, "topicParameters", ["id"]);
        if (asked.Contains("publicApiTemplateUriPaths"))
            WriteTexts(json, "publicApiTemplateUriPaths", [topic.Path]);
        if (asked.Contains("schema"))
        {
            json.WriteStartObject("schema");
            json.WriteString("type", "object");
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private sealed record AvailableTopic(string Id, string Description, string[] Permissions, string Path);
}
