using Microsoft.Extensions.Logging.Abstractions;
using Tieline.Diagnostics;
using Tieline.Genesys;

namespace Tieline.Service.Doctor;

/// <summary>The checks' way to Genesys: one HTTP client, one token, and no log, since what is seen is told in findings.</summary>
internal sealed class GenesysAccess : IDisposable
{
    private readonly TielineMetrics _metrics = new();
    private readonly Lock _lock = new();
    private Task<TokenOutcome>? _token;
    private Task<ChannelOutcome<IReadOnlyList<RoutingQueue>>>? _queues;

    public GenesysAccess(GenesysOptions options, TimeProvider time)
    {
        (Options, Time, Http) = (options, time, GenesysHttp.Create(proxy: options.Proxy));
        Endpoints = GenesysEndpoints.Of(options);
        var budget = new RestBudget(time, options.RequestsPerMinute);
        Tokens = new TokenProvider(options, Endpoints.Token, Http, budget, time, _metrics, NullLogger<TokenProvider>.Instance);
        Details = new DetailsClient(Endpoints.Details, Tokens, Http, budget, time, _metrics);
        Channels = new ChannelClient(Endpoints.Api, ConnectUriRule.Of(options), Tokens, Http, budget, time);
    }

    public GenesysOptions Options { get; }

    public TimeProvider Time { get; }

    public GenesysEndpoints Endpoints { get; }

    public HttpMessageInvoker Http { get; }

    public TokenProvider Tokens { get; }

    public DetailsClient Details { get; }

    public ChannelClient Channels { get; }

    /// <summary>The first token request's outcome, for all who ask: credentials that are refused are not tried again and again.</summary>
    public Task<TokenOutcome> TokenAsync(CancellationToken cancellation)
    {
        lock (_lock)
            return _token ??= Tokens.GetAsync(cancellation).AsTask();
    }

    /// <summary>The queues that the OAuth client may see, read once.</summary>
    public Task<ChannelOutcome<IReadOnlyList<RoutingQueue>>> QueuesAsync(CancellationToken cancellation)
    {
        lock (_lock)
            return _queues ??= Channels.ReadQueuesAsync(cancellation);
    }

    /// <returns>The finding of a check that needs a token where there is none; null where there is.</returns>
    public async Task<Finding?> WithoutTokenAsync(string check, CancellationToken cancellation) =>
        await TokenAsync(cancellation) is TokenOutcome.Granted ? null : new Finding(check, null, Verdict.Skip, "there is no token");

    public void Dispose()
    {
        Http.Dispose();
        _metrics.Dispose();
    }
}
