using System.Text.Json;

namespace Tieline.Service.Http;

/// <summary><c>/health/live</c>: the process runs. <c>/health/ready</c>: every <see cref="IReadinessCheck"/> is well.</summary>
internal static class HealthEndpoints
{
    public const string Path = "/health";

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        var checks = routes.ServiceProvider.GetServices<IReadinessCheck>().ToList();
        routes.MapMethods($"{Path}/live", ["GET", "HEAD"], context => WriteAsync(context, StatusCodes.Status200OK, writer => writer.WriteString("status", "live")));
        routes.MapMethods($"{Path}/ready", ["GET", "HEAD"], context => ReadyAsync(context, checks));
    }

    private static Task ReadyAsync(HttpContext context, IReadOnlyList<IReadinessCheck> checks)
    {
        // Asked once, so that the status and the list agree.
        var answers = checks.Select(check => (check.Name, check.Problem)).ToList();
        var isReady = answers.TrueForAll(a => a.Problem is null);
        return WriteAsync(context, isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, writer =>
        {
            writer.WriteString("status", isReady ? "ready" : "unready");
            writer.WriteStartArray("checks");
            foreach (var (name, problem) in answers)
            {
                writer.WriteStartObject();
                writer.WriteString("name", name);
                writer.WriteBoolean("ok", problem is null);
                writer.WriteString("problem", problem);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });
    }

    private static Task WriteAsync(HttpContext context, int status, Action<Utf8JsonWriter> members)
    {
        context.Response.StatusCode = status;
        return JsonResponse.WriteAsync(context.Response, members);
    }
}
