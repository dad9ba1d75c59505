namespace Tieline.Genesys;

/// <summary>Where Genesys is spoken to.</summary>
/// <param name="Stream">The analytics event stream (<c>wss</c>).</param>
/// <param name="Token">The OAuth token endpoint.</param>
/// <param name="Details">What happened in the past: the analytics API's conversation details; <c>/query</c> and <c>/jobs</c> lie below.</param>
internal sealed record GenesysEndpoints(Uri Api, Uri Stream, Uri Token, Uri Details)
{
    private const string StreamPath = "/api/v2/analytics/events/stream";
    private const string TokenPath = "/oauth/token";
    private const string DetailsPath = "/api/v2/analytics/conversations/details";

    /// <param name="options">Already validated: an unknown region without overrides throws.</param>
    public static GenesysEndpoints Of(GenesysOptions options)
    {
        var api = options.ApiUrl ?? new Uri($"https://api.{DomainOf(options)}");
        return new GenesysEndpoints(api, options.StreamUrl ?? StreamOf(api), options.TokenUrl ?? Under(TokenHost(options, api), TokenPath), Under(api, DetailsPath));
    }

    // A simulator is one address: who gives it as ApiUrl should not have to give it twice. A proxy in front of the API is no such case:
    // it would be sent the client's secret.
    private static Uri TokenHost(GenesysOptions options, Uri api) => options.Source switch
    {
        GenesysSource.AnalyticsStream => api,
        _ => options.LoginUrl ?? (options.ApiUrl is { IsLoopback: true } ? api : new Uri($"https://login.{DomainOf(options)}")),
    };

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
