namespace Tieline.Service.Web.Access;

/// <summary>Behind a proxy that ends TLS a request seems plain. By the name it came under (<c>Http:PublicUrl</c>) it is known what the browser sees; no header of the proxy is believed.</summary>
internal static class PublicAddress
{
    public static void UsePublicAddress(this IApplicationBuilder app, Uri? site)
    {
        if (site is null)
            return;
        app.Use((context, next) =>
        {
            // Cookies are then Secure, and redirects go to where the browser is.
            if (string.Equals(context.Request.Host.Value, site.Authority, StringComparison.OrdinalIgnoreCase))
                context.Request.Scheme = site.Scheme;
            return next(context);
        });
    }
}
