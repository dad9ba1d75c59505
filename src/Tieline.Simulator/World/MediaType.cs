namespace Tieline.Simulator.World;

internal enum MediaType : byte
{
    Voice,
    WebChat,
    Email,
}

internal static class MediaTypes
{
    /// <summary>As the subscribe message writes them, by <see cref="MediaType"/>.</summary>
    public static readonly string[] Names = ["voice", "webChat", "email"];
}
