using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Serilog;
using Tieline.Diagnostics;
using Tieline.Service.Configuration;
using Tieline.Service.Hosting;
using Tieline.Service.Http;

namespace Tieline.Service.Tests.Support;

/// <summary>The HTTP side on a real port.</summary>
internal sealed class Server : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Server(WebApplication app, HttpClient client) => (_app, Client) = (app, client);

    public HttpClient Client { get; }

    public SpecificationMetrics Specification => _app.Services.GetRequiredService<SpecificationMetrics>();

    public TielineMetrics Metrics => _app.Services.GetRequiredService<TielineMetrics>();

    public IReadOnlyList<Endpoint> Endpoints => ((IEndpointRouteBuilder)_app).DataSources.SelectMany(source => source.Endpoints).ToList();

    public static async Task<Server> StartAsync(Action<IServiceCollection>? services = null, Action<TielineOptions>? configure = null)
    {
        var options = new TielineOptions { Http = { Listen = "http://127.0.0.1:0" } };
        configure?.Invoke(options);
        var app = TielineHost.Build(options, new LoggerConfiguration().CreateLogger(), registered =>
        {
            // Only what the test brings: the pipeline's own checks and figures are told of elsewhere.
            registered.RemoveAll<IReadinessCheck>();
            registered.RemoveAll<ILiveFigures>();
            services?.Invoke(registered);
        });
        var address = await app.StartListeningAsync(options.Http.Listen, TestContext.Current.CancellationToken);
        return new Server(app, new HttpClient { BaseAddress = address });
    }

    public Task<HttpResponseMessage> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, headers);

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value).ShouldBeTrue();
        }

        return await Client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
