using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Serilog;
using Tieline.Service.Configuration;
using Tieline.Service.Http;
using Tieline.Service.Web;

namespace Tieline.Service.Hosting;

/// <summary>The web application that <c>tieline run</c> is: services, HTTP, logs.</summary>
internal static class TielineHost
{
    /// <summary>Connections at once; one more is closed. Each takes a file handle, which deliveries need too.</summary>
    public const int MostConnections = 512;

    /// <summary>Of these, windows of the console.</summary>
    private const int MostSockets = 128;

    /// <param name="services">Adds to what <see cref="TielineServices.AddTieline"/> registers, or replaces it; for tests.</param>
    public static WebApplication Build(TielineOptions options, Serilog.ILogger logger, Action<IServiceCollection>? services = null)
    {
        // Empty: nothing from appsettings.json, ASPNETCORE_URLS or DOTNET_… may change what Tieline's own configuration says.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "tieline", ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = MostConnections;
            kestrel.Limits.MaxConcurrentUpgradedConnections = MostSockets;
            Listen(kestrel, options.Http.Listen);
        });
        builder.Services.AddSerilog(logger);
        builder.Services.AddSingleton<IHostLifetime, SignalsAreOurs>();
        builder.Services.AddRoutingCore();
        builder.Services.AddTieline(options);
        services?.Invoke(builder.Services);
        builder.Services.AddTielineMetrics(options.Telemetry);
        builder.Services.AddSingleton<ConsoleSite>();

        var app = builder.Build();
        app.UseStrictTransport(options.Http.PublicUrl);
        app.UseAllowedHosts(options.Http.PublicUrl is { } site ? [.. options.Http.AllowedHosts, site.Host] : options.Http.AllowedHosts);
        app.UseOwnOrigin(options.Http.PublicUrl);
        app.UsePrometheusMetrics();
        app.UseRouting();
        app.UseConsole();
        app.MapMetrics();
        app.MapHealth();
        app.MapAdminApi();
        return app;
    }

    /// <summary>Asks the console for what nothing else answers. It is made only when somebody comes.</summary>
    private static void UseConsole(this WebApplication app) => app.Use((context, next) =>
        context.GetEndpoint() is null && ConsoleSite.Owns(context.Request.Path) ? app.Services.GetRequiredService<ConsoleSite>().InvokeAsync(context) : next(context));

    /// <summary>Starts the HTTP server.</summary>
    /// <returns>Its address, with the port it took where port 0 was asked for.</returns>
    /// <exception cref="StartupException">It cannot listen there.</exception>
    public static async Task<Uri> StartListeningAsync(this WebApplication app, string listen, CancellationToken stopping)
    {
        try
        {
            await app.StartAsync(stopping);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            throw new StartupException($"Cannot listen on {listen}: the port is in use. Is another Tieline running? Http:Listen sets another one.", e);
        }
        catch (SocketException e)
        {
            throw new StartupException($"Cannot listen on {listen}: {Why(e)}. Http:Listen sets another address or port.", e);
        }

        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>();
        return new Uri(addresses!.Addresses.First().Replace("[::]", "127.0.0.1", StringComparison.Ordinal));
    }

    private static void Listen(Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerOptions kestrel, string listen)
    {
        if (!ListenAddress.TryParse(listen, out var address))
        {
            throw new StartupException($"Http:Listen: must be http://address:port, was '{listen}'.");
        }

        switch (address)
        {
            // Kestrel cannot give two addresses the same free port.
            case { Address: null, Port: 0 }:
                kestrel.Listen(IPAddress.Loopback, 0);
                break;
            case { Address: null }:
                kestrel.ListenLocalhost(address.Port);
                break;
            case { Address: var ip } when ip.Equals(IPAddress.IPv6Any):
                kestrel.ListenAnyIP(address.Port);
                break;
            default:
                kestrel.Listen(address.Address, address.Port);
                break;
        }
    }

    private static string Why(SocketException e) => e.SocketErrorCode switch
    {
        SocketError.AccessDenied => "permission denied (ports below 1024 need a privilege)",
        SocketError.AddressNotAvailable => "this machine has no such address",
        _ => e.Message,
    };
}
