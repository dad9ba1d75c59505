using System.Net;
using System.Text.Json;
using Tieline.Http;

namespace Tieline.Genesys;

/// <summary>What the bodies of the notifications API mean. Pure.</summary>
internal static class ChannelReply
{
    private const int MaxId = 300;
    private const int MaxPermission = 200;

    /// <param name="status">Anything but 2xx.</param>
    public static ChannelOutcome<T> Failure<T>(HttpStatusCode status, ReadOnlyMemory<byte> body, TimeSpan? retryAfter, string what) => AnswerTable.Of(Asked.GenesysChannels, (int)status, AnswerSigns.Again) switch
    {
        AnswerMeaning.Gone => new ChannelOutcome<T>.Gone(),
        AnswerMeaning.Misconfigured => Refused<T>((int)status, body, what),
        _ => new ChannelOutcome<T>.Retry($"Genesys answered {(int)status}{Code(body)} to {what}", retryAfter),
    };

    /// <summary>A page for people in place of an answer.</summary>
    public static ChannelOutcome<T> Page<T>(HttpStatusCode status, string what) =>
        new ChannelOutcome<T>.Retry($"Genesys answered {(int)status} to {what}, with an HTML page; does a login page or gateway stand before Genesys?", null);

    private static ChannelOutcome<T> Refused<T>(int status, ReadOnlyMemory<byte> body, string what) => status switch
    {
        401 => new ChannelOutcome<T>.Refused(
            $"Genesys does not accept a fresh token for {what} (401{Code(body)}). Check that the OAuth client has a role and lives in Genesys:Region", null),
        403 => Forbidden<T>(body, what),
        < 400 => new ChannelOutcome<T>.Refused($"Genesys answered {status} to {what}. Check Genesys:Region and Genesys:ApiUrl: no redirect is followed", null),
        _ => new ChannelOutcome<T>.Refused($"Genesys did not understand {what} ({status}{Code(body)})", null),
    };

    public static ChannelOutcome<T> Unreadable<T>(string what) => new ChannelOutcome<T>.Retry($"Genesys answered 200 to {what}, but what came cannot be read", null);

    public static ChannelOutcome<NotificationChannel> Created(ReadOnlyMemory<byte> body, TokenOutcome.Granted grant, ConnectUriRule rule) => Parse(body, root =>
    {
        if (Text(root, "id") is not { Length: > 0 and <= MaxId } id || Text(root, "connectUri") is not { } connectUri || Time(root, "expires") is not { } expires)
            return Unreadable<NotificationChannel>("the creation of a channel");
        return rule.WhyNot(connectUri) is { } reason
            ? new ChannelOutcome<NotificationChannel>.Refused(reason, null)
            : new ChannelOutcome<NotificationChannel>.Ok(new NotificationChannel(new Secret(id), new Secret(connectUri), expires, grant));
    }) ?? Unreadable<NotificationChannel>("the creation of a channel");

    public static ChannelOutcome<IReadOnlyList<ListedChannel>> Listed(ReadOnlyMemory<byte> body) =>
        Parse(body, root => Entities(root) is { } entities
            ? new ChannelOutcome<IReadOnlyList<ListedChannel>>.Ok([.. entities.Select(e => new ListedChannel(new Secret(Text(e, "id") ?? ""), Time(e, "expires")))])
            : null) ?? Unreadable<IReadOnlyList<ListedChannel>>("the list of channels");

    public static ChannelOutcome<IReadOnlyList<TopicResult>> Subscribed(ReadOnlyMemory<byte> body) =>
        Parse(body, root => Entities(root) is { } entities
            ? new ChannelOutcome<IReadOnlyList<TopicResult>>.Ok([.. entities.Select(Result).OfType<TopicResult>()])
            : null) ?? Unreadable<IReadOnlyList<TopicResult>>("a subscription");

    /// <returns>The queues of one page, and how many pages there are.</returns>
    public static ChannelOutcome<(IReadOnlyList<RoutingQueue> Queues, int Pages)> Queues(ReadOnlyMemory<byte> body) =>
        Parse(body, root => Entities(root) is { } entities
            ? new ChannelOutcome<(IReadOnlyList<RoutingQueue>, int)>.Ok(([.. entities.Select(Queue).OfType<RoutingQueue>()], Number(root, "pageCount") ?? 1))
            : null) ?? Unreadable<(IReadOnlyList<RoutingQueue> Queues, int Pages)>("the list of queues");

    private static ChannelOutcome<T> Forbidden<T>(ReadOnlyMemory<byte> body, string what)
    {
        var permission = Parse(body, root =>
            root.TryGetProperty("messageParams", out var parameters) && parameters.ValueKind == JsonValueKind.Object ? Permission(Text(parameters, "permissions")) : null);
        return new ChannelOutcome<T>.Refused(
            $"Genesys refused {what} (403{Code(body)}). "
            + (permission is null ? "Check the roles and divisions of the OAuth client" : $"The OAuth client's role needs the permission {permission}, in every division that is to be heard"),
            permission);
    }

    private static TopicResult? Result(JsonElement entity)
    {
        if (Text(entity, "id") is not { Length: > 0 and <= MaxId } topic)
            return null;
        var permitted = !string.Equals(Text(entity, "state"), "Rejected", StringComparison.OrdinalIgnoreCase);
        IReadOnlyList<string> missing = entity.TryGetProperty("missingPermissions", out var list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Where(p => p.ValueKind == JsonValueKind.String).Select(p => Permission(DetailsReply.Text(p))).OfType<string>()]
            : [];
        return new TopicResult(topic, permitted, permitted ? [] : missing);
    }

    private static RoutingQueue? Queue(JsonElement entity) => Text(entity, "id") is { Length: > 0 } id ? new RoutingQueue(id, Text(entity, "name") ?? "") : null;

    private static IEnumerable<JsonElement>? Entities(JsonElement root) =>
        root.TryGetProperty("entities", out var entities) && entities.ValueKind == JsonValueKind.Array
            ? entities.EnumerateArray().Where(e => e.ValueKind == JsonValueKind.Object)
            : null;

    /// <summary>Only what looks like permissions: an error's text may hold anything.</summary>
    private static string? Permission(string? text) =>
        text is { Length: > 0 and <= MaxPermission } && text.Split(',').All(part => part.Contains(':', StringComparison.Ordinal) && part.Trim().All(c => char.IsAsciiLetterOrDigit(c) || c is ':' or '_' or '-' or '.' or '*')) ? text : null;

    /// <summary>Genesys's error code with a space before it; nothing where there is none that <see cref="CodeWords"/> knows.</summary>
    private static string Code(ReadOnlyMemory<byte> body) =>
        Parse(body, root => Text(root, "code")) is { } text && CodeWords.CodeIn(text) is { } code ? " " + code : "";

    private static string? Text(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? DetailsReply.Text(value) : null;

    private static int? Number(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : null;

    private static DateTimeOffset? Time(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.TryGetDateTimeOffset(out var time) ? time.ToUniversalTime() : null;

    private static T? Parse<T>(ReadOnlyMemory<byte> body, Func<JsonElement, T?> read)
        where T : class
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object ? read(document.RootElement) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
