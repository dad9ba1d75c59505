namespace Tieline.Genesys;

/// <summary>The media types of the event stream, as the details API calls them. Pure.</summary>
internal static class DetailsMedia
{
    /// <param name="subscribed">As in <c>Genesys:Subscription:Types</c>.</param>
    /// <returns>Each once; empty for empty: no filter. A name that is not known stays as it is.</returns>
    public static IReadOnlyList<string> Of(IReadOnlyList<string> subscribed) => [.. subscribed.SelectMany(Of).Distinct()];

    // The stream says webChat for chats and for messages, and voice for callbacks too: a callback becomes a call.
    private static string[] Of(string type) => type.Trim().ToLowerInvariant() switch
    {
        "voice" => ["voice", "callback"],
        "webchat" => ["chat", "message"],
        "email" => ["email"],
        _ => [type.Trim()],
    };
}
