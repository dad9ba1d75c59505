using System.Globalization;
using System.Net;

namespace Tieline.Service.Http;

/// <summary>What <c>Http:Listen</c> says. <paramref name="Address"/> is null for <c>localhost</c>, which is both loopback addresses.</summary>
internal sealed record ListenAddress(IPAddress? Address, int Port)
{
    private const string Scheme = "http://";

    public static bool TryParse(string text, out ListenAddress address)
    {
        address = new ListenAddress(IPAddress.Loopback, 0);
        if (!text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var rest = text[Scheme.Length..].TrimEnd('/');
        var colon = rest.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(rest[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port > IPEndPoint.MaxPort)
        {
            return false;
        }

        var host = rest[..colon];
        switch (host)
        {
            case "localhost":
                address = new ListenAddress(null, port);
                return true;
            case "*" or "+":
                address = new ListenAddress(IPAddress.IPv6Any, port);
                return true;
            default:
                // IPAddress takes "1" for 0.0.0.1, and "::1" without the brackets that it has in a URL.
                if (!IPAddress.TryParse(host, out var ip) || host.Contains(':') != host.StartsWith('[') || (!host.Contains(':') && host.Count(c => c == '.') != 3))
                {
                    return false;
                }

                address = new ListenAddress(ip, port);
                return true;
        }
    }
}
