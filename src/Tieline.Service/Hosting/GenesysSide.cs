using Tieline.Diagnostics;
using Tieline.Genesys;
using Tieline.Service.Configuration;

namespace Tieline.Service.Hosting;

/// <summary>All that speaks to Genesys, with one token and one budget.</summary>
internal sealed class GenesysSide : IDisposable
{
    private readonly HttpMessageInvoker _http;

    /// <summary>Apart from the others: no handshake waits for a REST call's connection.</summary>
    private readonly HttpMessageInvoker _sockets;

    public GenesysSide(TielineOptions options, SourceStatus status, TimeProvider time, TielineMetrics metrics, SpecificationMetrics specification, ILoggerFactory loggers)
    {
        Clock = new SourceClock(time);
        metrics.Observe("tieline.clock.offset", "s", "How far Genesys's clock is ahead of this machine's, measured from its answers; 0 while they may agree.", () => Clock.Offset?.TotalSeconds ?? double.NaN);
        var rest = new RestHealth(time);
        var genesys = options.Genesys;
        _http = GenesysHttp.Create(Clock, rest, genesys.Proxy);
        _sockets = GenesysHttp.Create(Clock, proxy: genesys.Proxy);
        var endpoints = GenesysEndpoints.Of(genesys);
        var timing = new StreamTiming();
        Budget = new RestBudget(time, genesys.RequestsPerMinute);
        metrics.Observe("tieline.genesys.budget.left", "{request}", "REST calls that may still be made in this minute.", () => Budget.Left);
        var tokens = new TokenProvider(genesys, endpoints.Token, _http, Budget, time, metrics, loggers.CreateLogger<TokenProvider>());
        var connector = new StreamConnector(tokens, _sockets, endpoints.Stream, genesys.Subscription, timing, time, specification.Heard);
        var waits = new ReconnectWait(rest, new RestProbe(endpoints.Api, tokens, _http, Budget, rest, time), time, Chance.Next);
        Stream = new AnalyticsStream(genesys, connector, status, metrics, specification, timing, waits, time, Chance.Next, loggers.CreateLogger<AnalyticsStream>());
        if (genesys.Source == GenesysSource.Notifications)
        {
            var channels = new ChannelClient(endpoints.Api, ConnectUriRule.Of(genesys), tokens, _http, Budget, time);
            Notifications = new NotificationSource(
                genesys, channels, tokens, _sockets, status, metrics, specification, timing, waits, time, Chance.Next, loggers.CreateLogger<NotificationSource>());
        }

        Calls = new DetailsClient(endpoints.Details, tokens, _http, Budget, time, metrics);
        Details = new DetailsReader(Calls, Budget, time, Chance.Next, loggers.CreateLogger<DetailsReader>());
    }

    /// <summary>Genesys's clock, as its answers tell it.</summary>
    public SourceClock Clock { get; }

    public RestBudget Budget { get; }

    public AnalyticsStream Stream { get; }

    /// <summary>In place of <see cref="Stream"/>, where it is the source; else null.</summary>
    public NotificationSource? Notifications { get; }

    public DetailsClient Calls { get; }

    public DetailsReader Details { get; }

    public void Dispose()
    {
        _http.Dispose();
        _sockets.Dispose();
    }
}
