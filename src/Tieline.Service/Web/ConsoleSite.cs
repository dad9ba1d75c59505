using Microsoft.AspNetCore.DataProtection;
using Tieline.Service.Hosting;
using Tieline.Service.Http;

namespace Tieline.Service.Web;

/// <summary>
/// The console: a web application of its own within the service's, with its own services, which is made when somebody first asks for one of its paths.
/// Until then it costs neither time nor memory; what it shows and does comes from the same objects that the admin API uses.
/// </summary>
internal sealed class ConsoleSite(IServiceProvider service) : IAsyncDisposable
{
    private static readonly PathString[] _paths =
        ["/login", "/logout", "/events", "/conversations", "/trouble", "/destinations", "/trust", "/console", "/lib", "/_blazor", "/_framework", "/_content"];

    private readonly Lock _gate = new();
    private readonly RunningParts _parts = service.GetRequiredService<RunningParts>();
    private ServiceProvider? _services;
    private RequestDelegate? _pipeline;

    /// <summary>Whether the console answers there.</summary>
    public static bool Owns(PathString path) => path == "/" || Array.Exists(_paths, prefix => path.StartsWithSegments(prefix, StringComparison.Ordinal));

    public async Task InvokeAsync(HttpContext context)
    {
        if (_parts.Admin is not { } admin)
        {
            context.Response.Headers.RetryAfter = "2";
            await Problem.WriteAsync(context.Response, StatusCodes.Status503ServiceUnavailable, "Tieline is starting or stopping; ask again in a moment.");
            return;
        }

        var (services, pipeline) = Open(admin);
        var outer = context.RequestServices;
        await using var scope = services.CreateAsyncScope();
        context.RequestServices = scope.ServiceProvider;
        try
        {
            await pipeline(context);
        }
        finally
        {
            context.RequestServices = outer;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_services is { } services)
            await services.DisposeAsync();
    }

    private (ServiceProvider Services, RequestDelegate Pipeline) Open(AdminParts admin)
    {
        lock (_gate)
        {
            _services ??= ConsoleServices.Build(service, admin);
            _pipeline ??= ConsolePipeline.Build(_services);
            return (_services, _pipeline);
        }
    }
}
