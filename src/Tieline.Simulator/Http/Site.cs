using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Tieline.Simulator.Http;

/// <summary>A bare Kestrel on two loopback addresses: one that can refuse connections, and one that always answers.</summary>
internal sealed class Site : IAsyncDisposable
{
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(2);
    private readonly WebApplication _app;
    private readonly PausableTransport _transport = new();
    private readonly ConcurrentDictionary<string, ConnectionContext> _connections = new(StringComparer.Ordinal);

    private Site(string listen, string controlListen, RequestDelegate handle)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(Loopback.EndPoint(listen), options => options.Use(next => connection => TrackAsync(connection, next)));
            kestrel.Listen(Loopback.EndPoint(controlListen));
        });
        builder.Services.AddSingleton<IConnectionListenerFactory>(_transport);
        builder.Services.Configure<Microsoft.Extensions.Hosting.HostOptions>(host => host.ShutdownTimeout = StopWithin);
        _app = builder.Build();
        _app.Run(handle);
    }

    public string Url { get; private set; } = "";

    public string ControlUrl { get; private set; } = "";

    public bool IsRefusing => _transport.IsPaused;

    public static async Task<Site> StartAsync(string listen, string controlListen, RequestDelegate handle, CancellationToken cancellation)
    {
        var site = new Site(listen, controlListen, handle);
        try
        {
            await site._app.StartAsync(cancellation);
        }
        catch
        {
            await site._app.DisposeAsync();
            throw;
        }
        var addresses = site._app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.ToList();
        (site.Url, site.ControlUrl) = (addresses[0], addresses[1]);
        return site;
    }

    /// <summary>Closes the listener, and the connections that are open: a pooled one would outlive it and still be answered.</summary>
    public async Task RefuseAsync(Func<string, bool> keep)
    {
        await _transport.PauseAsync();
        foreach (var (id, connection) in _connections)
        {
            if (!keep(id))
            {
                connection.Abort();
            }
        }
    }

    public Task AcceptAsync() => _transport.ResumeAsync();

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(StopWithin);
        await _app.StopAsync(patience.Token);
        await _app.DisposeAsync();
        await _transport.DisposeAsync();
    }

    private async Task TrackAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        _connections[connection.ConnectionId] = connection;
        try
        {
            await next(connection);
        }
        finally
        {
            _connections.TryRemove(connection.ConnectionId, out _);
        }
    }
}
