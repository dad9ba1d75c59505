using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tieline.Simulator.Notifications;
using Tieline.Simulator.Streams;

namespace Tieline.Simulator.Http;

/// <summary>Everything under <c>/api/v2/notifications/channels</c>: channels and what they subscribe.</summary>
internal sealed class ChannelsEndpoint(GenesysSimulatorOptions options, ApiDoor door, ChannelDesk desk)
{
    private const string Listed = "includechannels";

    /// <param name="context">The request.</param>
    /// <param name="call">The path after <c>channels</c>.</param>
    /// <param name="counted">Called when it is in the counts.</param>
    public Task HandleAsync(HttpContext context, string call, Action counted)
    {
        var parts = call.Trim('/').Split('/');
        var isSubscriptions = parts.Length == 2 && parts[1] == "subscriptions";
        return door.HandleAsync(
            context,
            isSubscriptions ? "subscriptions" : "channels",
            token => (context.Request.Method, parts) switch
            {
                ("POST", [""]) => Task.FromResult(ApiAnswer.Ok(DetailsAnswer.Make(json => Write(json, context.Request, desk.Create(token))))),
                ("GET", [""]) => Task.FromResult(List(context.Request, token)),
                ("GET" or "HEAD", [_]) => Task.FromResult(Show(context.Request, parts[0])),
                (_, [_, "subscriptions"]) => SubscriptionsAsync(context.Request, parts[0]),
                _ => Task.FromResult(ApiAnswer.Failed(404)),
            },
            counted);
    }

    private ApiAnswer List(HttpRequest request, IssuedToken token)
    {
        var all = request.Query[Listed] == "oauthclient";
        var channels = desk.All().Where(channel => channel.Token.ClientId == token.ClientId && (all || channel.Token.Value == token.Value));
        return ApiAnswer.Ok(DetailsAnswer.Make(json =>
        {
            json.WriteStartArray("entities");
            foreach (var channel in channels)
            {
                json.WriteStartObject();
                if (channel.Token.Value == token.Value)
                {
                    Write(json, request, channel);
                }
                else
                {
                    json.WriteString("id", channel.Id[..12] + "********");   // another token's is shown to be there, and no more
                    json.WriteString("expires", Text(channel.Expires));
                }
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }));
    }

    private ApiAnswer Show(HttpRequest request, string id) =>
        desk.Find(id) is not { } channel ? ApiAnswer.Failed(404)
        : request.Method == "HEAD" ? ApiAnswer.Empty(200)
        : ApiAnswer.Ok(DetailsAnswer.Make(json => Write(json, request, channel)));

    private async Task<ApiAnswer> SubscriptionsAsync(HttpRequest request, string id)
    {
        if (desk.Find(id) is not { } channel || desk.TopicsOf(channel) is not { } topics)
        {
            return ApiAnswer.Failed(404);
        }
        switch (request.Method)
        {
            case "GET":
                return ApiAnswer.Ok(Results(channel, topics.Select(topic => (topic, (string?)null))));
            case "DELETE":
                desk.Unsubscribe(channel);
                return ApiAnswer.Empty(204);
            case "POST" or "PUT":
                return Subscribe(channel, await Json.ReadAsync(request), request.Method == "PUT", request.Query["ignoreErrors"] == "true");
            default:
                return ApiAnswer.Failed(404);
        }
    }

    private ApiAnswer Subscribe(Channel channel, string body, bool replace, bool ignoreErrors)
    {
        if (Parse(body, out var problem) is not { } topics)
        {
            return ApiAnswer.Failed(400, "bad.request", problem);
        }
        var results = topics.ConvertAll(topic => (Topic: topic, Missing: desk.Missing(topic)));
        if (!ignoreErrors && results.Find(result => result.Missing is not null).Missing is { } missing)
        {
            return ApiAnswer.Failed(403, "missing.permissions", $"Unable to perform the requested action. You are missing the following permission(s): {missing}");
        }
        if (!desk.Subscribe(channel, [.. results.Where(result => result.Missing is null).Select(result => result.Topic)], replace))
        {
            return desk.Find(channel.Id) is null
                ? ApiAnswer.Failed(404)
                : ApiAnswer.Failed(400, "bad.request", $"The number of topics exceeds the limit of {options.TopicsPerChannel} per channel");
        }
        return ApiAnswer.Ok(Results(channel, results));
    }

    private static List<Topic>? Parse(string body, out string? problem)
    {
        problem = "The body must be a JSON array of topics: [{\"id\":\"v2...\"}]";
        try
        {
            using var json = JsonDocument.Parse(body);
            var topics = new List<Topic>();
            foreach (var element in json.RootElement.EnumerateArray())
            {
                var parsed = Topic.Parse(element.GetProperty("id").GetString() ?? "", out var wrong);
                if (parsed is null)
                {
                    problem = wrong;
                    return null;
                }
                topics.Add(parsed);
            }
            return topics;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }

    private static byte[] Results(Channel channel, IEnumerable<(Topic Topic, string? Missing)> results) => DetailsAnswer.Make(json =>
    {
        json.WriteStartArray("entities");
        foreach (var (topic, missing) in results)
        {
            json.WriteStartObject();
            json.WriteString("id", topic.Id);
            json.WriteString("state", missing is null ? "Permitted" : "Rejected");
            if (missing is null)
            {
                json.WriteString("selfUri", $"/api/v2/notifications/channels/{channel.Id}/subscriptions/{topic.Id}");
            }
            else
            {
                json.WriteString("rejectionReason", "Missing required permissions");
                json.WriteStartArray("missingPermissions");
                json.WriteStringValue(missing);
                json.WriteEndArray();
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });

    private static void Write(Utf8JsonWriter json, HttpRequest request, Channel channel)
    {
        json.WriteString("connectUri", $"{(request.IsHttps ? "wss" : "ws")}://{request.Host}{GenesysSimulator.ChannelPath}{channel.Id}");
        json.WriteString("id", channel.Id);
        json.WriteString("expires", Text(channel.Expires));
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ");
}
