using Microsoft.Extensions.Primitives;

namespace Tieline.Service.Http;

/// <summary>
/// Refuses what another site's page has a browser do: each request that may change something, and each to the console's socket, comes from the console's own origin or from no browser.
/// The cookie alone does not tell: a browser sends it to every port of a host, and <c>SameSite</c> counts sibling hosts as the same site (ADR 49).
/// </summary>
internal static class OwnOrigin
{
    /// <summary>The console's socket: whatever the method, a circuit begins there.</summary>
    public static readonly PathString Socket = "/_blazor";

    /// <summary>Leaves a line in the audit log.</summary>
    public static readonly PathString Export = "/trust/export";

    private const string Why =
        "The console and the API take changes only from the console's own pages, and from programs that are no browser. Open the console under the address in the address bar; behind a proxy, Http:PublicUrl must be that address, or the proxy must pass on the Host header.";

    public static void UseOwnOrigin(this WebApplication app, Uri? publicUrl)
    {
        var monitor = app.Services.GetRequiredService<AccessMonitor>();
        app.Use((context, next) =>
        {
            var request = context.Request;
            if (!IsGuarded(request.Method, request.Path) || IsOwn(request.Headers.Origin, request.Headers["Sec-Fetch-Site"], request.Host, publicUrl))
                return next(context);
            monitor.Refused(Refusal.Origin);
            return Problem.WriteAsync(context.Response, StatusCodes.Status403Forbidden, Why);
        });
    }

    /// <summary>Whether a request changes something. Pure.</summary>
    public static bool IsGuarded(string method, PathString path) =>
        (!HttpMethods.IsGet(method) && !HttpMethods.IsHead(method)) || path.StartsWithSegments(Socket, StringComparison.OrdinalIgnoreCase) || path.StartsWithSegments(Export, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a request comes from the console's own pages, or from no browser. Pure.</summary>
    /// <param name="origin">The header <c>Origin</c>, with which a browser names the page; without it the request is not refused for it.</param>
    /// <param name="fetchSite">Likewise <c>Sec-Fetch-Site</c>, which no script can set.</param>
    /// <param name="host">What was asked for.</param>
    /// <param name="publicUrl"><c>Http:PublicUrl</c>: an origin of its own, and the only one for requests under its name.</param>
    public static bool IsOwn(StringValues origin, StringValues fetchSite, HostString host, Uri? publicUrl)
    {
        if (fetchSite.Count > 0 && !(fetchSite is [var site] && site is "same-origin" or "none"))
            return false;
        if (origin.Count == 0)
            return true;
        if (origin is not [{ } text] || SiteOf(text) is not { } page)
            return false;
        if (publicUrl is not null && IsSame(page, publicUrl))
            return true;
        // The scheme is the page's: what ends TLS before us is not seen. Where PublicUrl says what the browser sees, a page of another scheme is another origin.
        return SiteOf($"{page.Scheme}://{host.Value}") is { } own && IsSame(page, own) && !(publicUrl is not null && SiteOf($"{publicUrl.Scheme}://{host.Value}") is { } under && IsSame(under, publicUrl));
    }

    /// <returns>Null where it is more or less than scheme, host and port.</returns>
    private static Uri? SiteOf(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var site) && (site.Scheme == Uri.UriSchemeHttp || site.Scheme == Uri.UriSchemeHttps) && site is { PathAndQuery: "/", Fragment: "", UserInfo: "", Host.Length: > 0 } ? site : null;

    private static bool IsSame(Uri one, Uri other) => one.Scheme == other.Scheme && one.Port == other.Port && string.Equals(one.Host, other.Host, StringComparison.OrdinalIgnoreCase);
}
