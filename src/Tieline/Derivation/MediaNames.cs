namespace Tieline.Derivation;

/// <summary>What the stream calls a medium, from what the REST API calls it.</summary>
internal static class MediaNames
{
    public const string Voice = "voice";
    public const string Chat = "chat";
    public const string Message = "message";
    public const string Email = "email";
    public const string Callback = "callback";

    /// <returns>Null for a medium that the stream has no name for.</returns>
    public static string? Of(string? media) => media switch
    {
        Voice or Callback => Voice,
        Chat or Message => "webChat",
        Email => Email,
        _ => null,
    };

    /// <param name="name">As the stream calls it; null where it has no name for it.</param>
    /// <param name="subscribed">Empty: all, those without a name too.</param>
    public static bool IsAmong(string? name, IReadOnlyList<string> subscribed) => subscribed.Count == 0 || (name is not null && subscribed.Contains(name));
}
