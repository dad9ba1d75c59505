using Microsoft.Extensions.Logging;
using Tieline.Diagnostics;
using Tieline.Genesys;

namespace Tieline.Tests.Genesys.Notifications;

/// <summary>A notification source and what it needs, against a <see cref="FakeChannels"/>; chance is always one half.</summary>
internal sealed class NotificationParts : IAsyncDisposable
{
    private readonly HttpMessageInvoker _http;
    private readonly HttpMessageInvoker _sockets = GenesysHttp.Create();

    public NotificationParts(
        Uri genesys, TimeProvider clock, TielineMetrics metrics, SpecificationMetrics specification, ILogger<TokenProvider> tokenLog, ILogger<NotificationSource> log,
        Action<NotificationOptions>? configure = null, StreamTiming? timing = null)
    {
        var options = new GenesysOptions { ApiUrl = genesys, ClientId = "id", ClientSecret = new Secret("secret") };
        options.Notifications.Queues = [NotificationRig.Queue];
        configure?.Invoke(options.Notifications);
        Status = new SourceStatus(clock, specification, SilenceLimits.Channels);
        var rest = new RestHealth(clock);
        _http = GenesysHttp.Create(rest: rest);
        var endpoints = GenesysEndpoints.Of(options);
        var budget = new RestBudget(clock, 3000);
        var tokens = new TokenProvider(options, endpoints.Token, _http, budget, clock, metrics, tokenLog);
        var client = new ChannelClient(endpoints.Api, ConnectUriRule.Of(options), tokens, _http, budget, clock);
        var waits = new ReconnectWait(rest, new RestProbe(endpoints.Api, tokens, _http, budget, rest, clock), clock, () => 0.5);
        Source = new NotificationSource(options, client, tokens, _sockets, Status, metrics, specification, timing ?? new StreamTiming(), waits, clock, () => 0.5, log);
    }

    public SourceStatus Status { get; }

    public NotificationSource Source { get; }

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        _sockets.Dispose();
        return ValueTask.CompletedTask;
    }
}
