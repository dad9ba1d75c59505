using System.Net;

namespace Tieline.Simulator;

/// <summary>A simulator talks to its own machine only: what it answers is not fit for a network.</summary>
internal static class Loopback
{
    /// <returns>What is wrong with an address to listen on, null when nothing is.</returns>
    public static string? Problem(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback && uri.AbsolutePath == "/"
            ? null
            : "must be http:// and a loopback address, such as http://127.0.0.1:0";

    public static IPEndPoint EndPoint(string url)
    {
        var uri = new Uri(url);
        return new IPEndPoint(IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) ? address : IPAddress.Loopback, PortOf(url, uri));
    }

    // Uri reads a port of 0 as it is, and a missing one as 80; asking for 80 by leaving it out would be a surprise.
    private static int PortOf(string url, Uri uri) => uri.IsDefaultPort && !url.Contains(":80", StringComparison.Ordinal) ? 0 : uri.Port;
}
