using System.Net;

namespace Tieline.Genesys;

/// <summary>Which addresses Genesys's word is taken for: an answer that names another one would have us hand the events' way in to a stranger. Pure.</summary>
/// <param name="domain">The region's; null where there is none.</param>
/// <param name="api"><see cref="GenesysEndpoints.Api"/>: a proxy or a simulator gives addresses of its own.</param>
internal sealed class ConnectUriRule(string? domain, Uri api)
{
    public static ConnectUriRule Of(GenesysOptions options) => new(GenesysRegions.DomainOf(options.Region), GenesysEndpoints.Of(options).Api);

    /// <returns>Why it is refused, without the address itself; null where it is good.</returns>
    public string? WhyNot(string connectUri)
    {
        if (!Uri.TryCreate(connectUri, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
            return "Genesys gave a connectUri that is no address";
        if (uri.UserInfo.Length > 0)
            return "Genesys gave a connectUri with a user name in it";
        if (uri.Scheme != Uri.UriSchemeWss && !(uri.Scheme == Uri.UriSchemeWs && IsLoopback(uri)))
            return $"Genesys gave a connectUri that is not wss:// (it was '{Show(uri.Scheme)}'; ws:// is allowed to loopback only)";
        return IsKnown(uri) ? null : $"Genesys gave a connectUri to the host '{Show(uri.IdnHost)}', which is neither in {domain ?? "the region's domain"} nor that of Genesys:ApiUrl; check Genesys:Region and Genesys:ApiUrl";
    }

    private bool IsKnown(Uri uri)
    {
        var host = uri.IdnHost.TrimEnd('.');
        return Is(host, api.IdnHost) || (IsLoopback(uri) && IsLoopback(api))
            || (domain is not null && (Is(host, domain) || host.EndsWith("." + domain, StringComparison.OrdinalIgnoreCase)));
    }

    private static bool IsLoopback(Uri uri) =>
        Is(uri.Host, "localhost") || (IPAddress.TryParse(uri.DnsSafeHost, out var address) && IPAddress.IsLoopback(address));

    private static bool Is(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    private static string Show(string text) => text.Length <= 100 ? text : text[..100];
}
