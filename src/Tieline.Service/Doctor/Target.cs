using System.Net;
using Tieline.Delivery;
using Tieline.Genesys;
using Tieline.Http;
using Tieline.Service.Configuration;

namespace Tieline.Service.Doctor;

/// <summary>An address that Tieline connects to, and the harmless request that shows whether it is there.</summary>
/// <param name="UsedFor">In people's words.</param>
/// <param name="Url">http or https, also for a stream.</param>
/// <param name="Headers">Secrets: sent, never shown, and only once the certificate is found good.</param>
internal sealed record Target(string UsedFor, Uri Url, HttpMethod Method, IReadOnlyDictionary<string, Secret> Headers)
{
    private static readonly Dictionary<string, Secret> _none = [];

    /// <summary>Whose address it is, so that it is asked over connections like those that deliver there; null of a host of Genesys.</summary>
    public DestinationOptions? Destination { get; private init; }

    /// <summary>Without encryption, which is allowed to loopback only.</summary>
    public bool IsPlain => Url.Scheme == Uri.UriSchemeHttp;

    /// <summary>A webhook's address, not a host of Genesys.</summary>
    public bool IsDestination => Destination is not null;

    public bool IsAddress => IPAddress.TryParse(Url.DnsSafeHost, out _) || Url.Host == "localhost";

    public string Authority => $"{Url.IdnHost}:{Url.Port}";

    /// <summary>What it is reached through: its own, or <c>Genesys:Proxy</c>.</summary>
    public ProxyOptions ProxyOptions { get; init; } = new();

    /// <summary>The proxy in effect, and who says so; null where there is none.</summary>
    public string? Proxy => Proxies.Describe(ProxyOptions, Destination is null ? "Genesys:Proxy" : $"{UsedFor}:Proxy", Url);

    /// <summary>Genesys's API first; the destinations last.</summary>
    public static IReadOnlyList<Target> Of(TielineOptions options)
    {
        var endpoints = GenesysEndpoints.Of(options.Genesys);
        List<Target> targets = [AtRoot("Genesys's API", endpoints.Api, options.Genesys), AtRoot("Genesys's token endpoint", endpoints.Token, options.Genesys)];
        if (options.Genesys.Source == GenesysSource.AnalyticsStream)
            targets.Add(AtRoot("the stream", endpoints.Stream, options.Genesys));
        return [.. targets, .. options.Destinations.Select(Of)];
    }

    // OPTIONS asks what may be done there and does nothing: no receiver takes it for an event.
    public static Target Of(DestinationOptions destination) => new(destination.Name, destination.Url!, HttpMethod.Options, destination.Headers.AsReadOnly()) { Destination = destination, ProxyOptions = destination.Proxy };

    private static Target AtRoot(string usedFor, Uri url, GenesysOptions genesys)
    {
        var scheme = url.Scheme is "ws" or "http" ? Uri.UriSchemeHttp : Uri.UriSchemeHttps;
        return new Target(usedFor, new UriBuilder(scheme, url.IdnHost, url.Port, "/").Uri, HttpMethod.Head, _none) { ProxyOptions = genesys.Proxy };
    }
}
