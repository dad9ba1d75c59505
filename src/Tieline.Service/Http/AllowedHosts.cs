namespace Tieline.Service.Http;

/// <summary>
/// Refuses requests under a host name that is not ours: a web page somewhere may let its own name point at this address
/// (DNS rebinding), and the browser would then let it read what we answer. Metrics and health hold nothing that helps it, and are
/// asked under whatever name a cluster gives.
/// </summary>
internal static class AllowedHosts
{
    private const string Any = "*";

    public static void UseAllowedHosts(this WebApplication app, IList<string> allowed)
    {
        var monitor = app.Services.GetRequiredService<AccessMonitor>();
        app.Use((context, next) =>
        {
            if (IsOpen(context.Request.Path) || allowed.Contains(Any) || allowed.Contains(context.Request.Host.Host, StringComparer.OrdinalIgnoreCase))
            {
                return next(context);
            }

            monitor.Refused(Refusal.Host);
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return JsonResponse.WriteAsync(context.Response, writer => writer.WriteString("error", "This host name is not allowed; Http:AllowedHosts lists those that are."));
        });
    }

    private static bool IsOpen(PathString path) => path == MetricsEndpoint.Path || path.StartsWithSegments(HealthEndpoints.Path, StringComparison.Ordinal);
}
