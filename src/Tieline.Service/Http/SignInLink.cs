using System.Net;
using Tieline.Service.Hosting;
using Tieline.Service.Web.Access;

namespace Tieline.Service.Http;

/// <summary>The address at which a code signs a browser in. Pure.</summary>
internal static class SignInLink
{
    /// <summary>A name of the loopback address that browsers know without asking anybody, and that no other program's pages have: cookies know hosts and no ports, so that under <c>localhost</c> each server on this machine would get them.</summary>
    public const string OwnHost = "tieline.localhost";

    public static Uri Of(HttpOptions http, Uri address, string code) => new(SiteOf(http, address), $"{SignIn.Path}?code={code}");

    /// <summary>Where a person opens the console: under <c>Http:PublicUrl</c>; else, on this machine, under a host of its own where that is allowed.</summary>
    public static Uri SiteOf(HttpOptions http, Uri address)
    {
        if (http.PublicUrl is { } site)
            return site;
        var isHere = address.Host is "localhost" || (IPAddress.TryParse(address.Host, out var ip) && (IPAddress.IsLoopback(ip) || ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any)));
        return isHere && (http.AllowedHosts.Contains(OwnHost, StringComparer.OrdinalIgnoreCase) || http.AllowedHosts.Contains("*"))
            ? new UriBuilder(address) { Host = OwnHost }.Uri
            : new Uri($"{address.Scheme}://{ServiceAddress.HostHeader(address, http)}");
    }
}
