using System.Text.Json;
using Tieline.Journal;
using Tieline.Service.Hosting;

namespace Tieline.Service.Http;

/// <summary><c>/health/live</c>: the process runs. <c>/health/ready</c>: every <see cref="IReadinessCheck"/> is well.</summary>
internal static class HealthEndpoints
{
    public const string Path = "/health";

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        var checks = routes.ServiceProvider.GetServices<IReadinessCheck>().ToList();
        var parts = routes.ServiceProvider.GetService<RunningParts>();
        routes.MapMethods($"{Path}/live", ["GET", "HEAD"], context => WriteAsync(context, StatusCodes.Status200OK, writer => writer.WriteString("status", "live")));
        routes.MapMethods($"{Path}/ready", ["GET", "HEAD"], context => ReadyAsync(context, checks, parts));
    }

    private static Task ReadyAsync(HttpContext context, IReadOnlyList<IReadinessCheck> checks, RunningParts? parts)
    {
        // Asked once, so that the status and the list agree.
        var answers = checks.Select(check => (check.Name, check.Problem, check.Note)).ToList();
        var isReady = answers.TrueForAll(a => a.Problem is null);
        return WriteAsync(context, isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, writer =>
        {
            writer.WriteString("status", isReady ? "ready" : "unready");
            writer.WriteStartArray("checks");
            foreach (var (name, problem, note) in answers)
            {
                writer.WriteStartObject();
                writer.WriteString("name", name);
                writer.WriteBoolean("ok", problem is null);
                writer.WriteString("problem", problem);
                if (note is not null)
                    writer.WriteString("note", note);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            WriteNotes(writer, parts?.Current?.Journal.Removed.Where(removed => removed.Events > 0).ToList() ?? []);
        });
    }

    /// <summary>What is no trouble, and should not be forgotten.</summary>
    private static void WriteNotes(Utf8JsonWriter writer, List<DestinationBacklog> removed)
    {
        if (removed.Count == 0)
            return;
        writer.WriteStartArray("notes");
        foreach (var (name, _, _, events, _, _) in removed)
            writer.WriteStringValue($"{events} events wait for destination '{name}', which is no longer configured: put it back, or 'tieline destinations discard {name}'");
        writer.WriteEndArray();
    }

    private static Task WriteAsync(HttpContext context, int status, Action<Utf8JsonWriter> members)
    {
        context.Response.StatusCode = status;
        return JsonResponse.WriteAsync(context.Response, members);
    }
}
