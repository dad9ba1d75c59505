namespace Tieline.Service.Http;

/// <summary>Tells browsers that came under an <c>https</c> <c>Http:PublicUrl</c> never to go there in plain HTTP again (RFC 6797), for a year. Under other names, such as <c>localhost</c> over a tunnel, nothing is said.</summary>
internal static class StrictTransport
{
    public const string Value = "max-age=31536000";

    public static void UseStrictTransport(this WebApplication app, Uri? publicUrl)
    {
        if (publicUrl?.Scheme != Uri.UriSchemeHttps)
            return;
        app.Use((context, next) =>
        {
            if (string.Equals(context.Request.Host.Value, publicUrl.Authority, StringComparison.OrdinalIgnoreCase))
                context.Response.Headers.StrictTransportSecurity = Value;
            return next(context);
        });
    }

    /// <summary>Whether tokens and cookies go over the network in plain HTTP, as far as the configuration tells. Pure.</summary>
    public static bool IsPlainToOthers(HttpOptions options) =>
        options.PublicUrl?.Scheme != Uri.UriSchemeHttps && ListenAddress.TryParse(options.Listen, out var listen) && listen.Address is { } address && !System.Net.IPAddress.IsLoopback(address);
}
