namespace Tieline.Genesys;

/// <summary>Where Genesys is spoken to.</summary>
/// <param name="Stream">The analytics event stream (<c>wss</c>).</param>
/// <param name="Token">The OAuth token endpoint.</param>
internal sealed record GenesysEndpoints(Uri Api, Uri Stream, Uri Token)
{
    private const string StreamPath = "/api/v2/analytics/events/stream";
    private const string TokenPath = "/oauth/token";

    /// <param name="options">Already validated: an unknown region without overrides throws.</param>
    public static GenesysEndpoints Of(GenesysOptions options)
    {
        var api = options.ApiUrl ?? new Uri($"https://api.{DomainOf(options)}");
        return new GenesysEndpoints(api, options.StreamUrl ?? StreamOf(api), options.TokenUrl ?? Under(api, TokenPath));
    }

    private static string DomainOf(GenesysOptions options) =>
        GenesysRegions.DomainOf(options.Region) ?? throw new ArgumentException($"Genesys:Region '{options.Region}' is unknown", nameof(options));

    private static Uri StreamOf(Uri api)
    {
        var stream = new UriBuilder(Under(api, StreamPath)) { Scheme = api.Scheme == Uri.UriSchemeHttp ? Uri.UriSchemeWs : Uri.UriSchemeWss };
        stream.Port = api.IsDefaultPort ? -1 : api.Port;
        return stream.Uri;
    }

    private static Uri Under(Uri root, string path) => new(root.GetLeftPart(UriPartial.Path).TrimEnd('/') + path);
}
