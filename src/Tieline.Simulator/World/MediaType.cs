namespace Tieline.Simulator.World;

internal enum MediaType : byte
{
    Voice,
    WebChat,
    Email,

    /// <summary>Only ever a conversation's second medium; a subscription calls it voice.</summary>
    Callback,

    /// <summary>Only ever a second one.</summary>
    Cobrowse,
}

internal static class MediaTypes
{
    /// <summary>As the subscribe message writes them, by <see cref="MediaType"/>.</summary>
    public static readonly string[] Names = ["voice", "webChat", "email", "voice", ""];

    /// <summary>As the REST API writes them.</summary>
    public static readonly string[] RestNames = ["voice", "message", "email", "callback", "cobrowse"];
}
