using Microsoft.Extensions.Logging;
using Tieline.Diagnostics;
using Tieline.Genesys;

namespace Tieline.Tests.Genesys;

/// <summary>An analytics stream against a <see cref="FakeGenesys"/>, on a fake clock; jitter is always half a second.</summary>
internal sealed class StreamRig : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _aborting = new();
    private readonly HttpMessageInvoker _http;
    private readonly HttpMessageInvoker _sockets;

    private StreamRig(FakeGenesys genesys, Action<GenesysOptions>? configure, StreamTiming? timing)
    {
        Genesys = genesys;
        var options = new GenesysOptions { ApiUrl = genesys.Url, ClientId = "id", ClientSecret = new Secret("secret") };
        configure?.Invoke(options);
        Specification = new SpecificationMetrics(Clock);
        Status = new SourceStatus(Clock, Specification, SilenceLimits.Stream);
        Rest = new RestHealth(Clock);
        _sockets = GenesysHttp.Create();
        _http = GenesysHttp.Create(rest: Rest);
        var endpoints = GenesysEndpoints.Of(options);
        Budget = new RestBudget(Clock, 300);
        var tokens = new TokenProvider(options, endpoints.Token, _http, Budget, Clock, Metrics, Logs.For<TokenProvider>());
        var connector = new StreamConnector(tokens, _sockets, endpoints.Stream, options.Subscription, timing ?? new StreamTiming(), Clock, Specification.Heard);
        var waits = new ReconnectWait(Rest, new RestProbe(endpoints.Api, tokens, _http, Budget, Rest, Clock), Clock, () => 0.5);
        var stream = new AnalyticsStream(
            options, connector, Status, Metrics, Specification, timing ?? new StreamTiming(), waits, Clock, () => 0.5, Logs.For<AnalyticsStream>());
        Running = stream.RunAsync(Sink, _stopping.Token, _aborting.Token);
    }

    public FakeGenesys Genesys { get; }

    public WaitingClock Clock { get; } = new();

    public RestHealth Rest { get; }

    public RestBudget Budget { get; }

    public RecordingSink Sink { get; } = new();

    public TielineMetrics Metrics { get; } = new();

    public SourceStatus Status { get; }

    public SpecificationMetrics Specification { get; }

    public RecordingLogs Logs { get; } = new();

    public Task Running { get; }

    public static async Task<StreamRig> StartAsync(
        Action<FakeGenesys>? genesys = null, Action<GenesysOptions>? options = null, StreamTiming? timing = null)
    {
        var fake = await FakeGenesys.StartAsync();
        genesys?.Invoke(fake);
        return new StreamRig(fake, options, timing);
    }

    public Task StopAsync() => _stopping.CancelAsync();

    public Task AbortAsync() => _aborting.CancelAsync();

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _aborting.CancelAsync();
        await Running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Genesys.DisposeAsync();
        _stopping.Dispose();
        _aborting.Dispose();
        _http.Dispose();
        _sockets.Dispose();
        Metrics.Dispose();
        Logs.ShouldHoldNoSecret();
    }
}
