using Tieline.Http;

namespace Tieline.Genesys;

/// <summary>The HTTP client for everything that goes to Genesys, the WebSocket handshake included.</summary>
internal static class GenesysHttp
{
    /// <summary>How long TCP and TLS may take.</summary>
    public static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    /// <param name="clock">Told of the time that each answer says; null: nobody is.</param>
    /// <param name="rest">Told of what is answered and what is not; null: nobody is.</param>
    /// <param name="proxy">Null: by the environment.</param>
    // No redirects and no cookies: what these requests carry is for the host they were made for.
    // Pooled connections end now and then so that a changed DNS entry is seen.
    public static HttpMessageInvoker Create(SourceClock? clock = null, RestHealth? rest = null, ProxyOptions? proxy = null) => new(RestHealth.Watched(rest, Timed(clock, new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        Proxy = proxy is null ? null : Proxies.Of(proxy),
        ConnectTimeout = ConnectTimeout,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        PlaintextStreamFilter = (connection, _) => ValueTask.FromResult<Stream>(new ReadAheadStream(connection.PlaintextStream)),
    })));

    /// <summary>With a clock that is told of the time that each answer says.</summary>
    public static HttpMessageHandler Timed(SourceClock? clock, HttpMessageHandler inner) => clock is null ? inner : new TimedHandler(clock, inner);

    private sealed class TimedHandler(SourceClock clock, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var sentAt = clock.Now.Steady;
            var response = await base.SendAsync(request, cancellationToken);
            clock.Note(response.Headers, sentAt);
            return response;
        }
    }
}
