using Tieline.Service.Hosting;

namespace Tieline.Service.Http;

/// <summary><c>/api/v1</c>: all that the console shows and does, for programs and for the commands. Needs a token whose role the route names (<see cref="ApiRoutes"/>); what is wrong is told as <c>problem+json</c>.</summary>
internal static class AdminApi
{
    public const string Path = "/api/v1";

    /// <summary>What describes it; needs no token.</summary>
    public const string DescriptionPath = $"{Path}/openapi.json";

    private const string Bearer = "Bearer ";

    public static void MapAdminApi(this IEndpointRouteBuilder routes)
    {
        var parts = routes.ServiceProvider.GetRequiredService<RunningParts>();
        var monitor = routes.ServiceProvider.GetRequiredService<AccessMonitor>();
        var operations = ApiRoutes.All(routes.ServiceProvider);
        foreach (var operation in operations)
            routes.MapMethods(Path + operation.Path, [operation.Method], context => AnswerAsync(context, parts, monitor, operation));
        // Made when somebody first asks: it costs nothing until then.
        var description = new Lazy<Task<byte[]>>(() => OpenApi.WriteAsync(operations));
        routes.MapMethods(DescriptionPath, ["GET"], async context =>
        {
            context.Response.ContentType = ApiMedia.Json;
            context.Response.Headers.CacheControl = "no-cache";
            await context.Response.Body.WriteAsync(await description.Value, context.RequestAborted);
        });
        routes.MapFallback($"{Path}/{{**rest}}", context => Problem.WriteAsync(context.Response, StatusCodes.Status404NotFound, $"There is nothing here; {DescriptionPath} tells what there is."));
    }

    private static async Task AnswerAsync(HttpContext context, RunningParts parts, AccessMonitor monitor, ApiOperation operation)
    {
        if (parts.Admin is not { } admin)
        {
            await Problem.WriteAsync(context.Response, StatusCodes.Status503ServiceUnavailable, "Tieline is starting or stopping; ask again in a moment.");
            return;
        }

        var given = context.Request.Headers.Authorization.ToString();
        if (!given.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) || admin.Tokens.Find(given[Bearer.Length..].Trim()) is not { } token)
        {
            if (given.Length > 0)
                monitor.Refused(Refusal.Token);
            await Problem.WriteAsync(context.Response, StatusCodes.Status401Unauthorized, $"The header 'Authorization: Bearer …' must hold a token of this Tieline: that in '{ConsoleToken.FileName}' in the data directory, or one that 'tieline token create' made.");
            return;
        }

        if (!operation.Roles.Contains(token.Role, StringComparer.Ordinal))
        {
            monitor.Refused(Refusal.Role);
            await Problem.WriteAsync(context.Response, StatusCodes.Status403Forbidden, $"This token's role is '{token.Role}'; this needs {string.Join(" or ", operation.Roles.Select(role => $"'{role}'"))}.");
            return;
        }

        var asked = operation.HasOwnBody ? ApiRequest.Nothing(token.ByApi) : await ApiRequest.ReadAsync(context.Request, [.. operation.Takes.Select(one => one.Name)], operation.MayBeEmpty, token.ByApi);
        var call = new ApiCall(context, admin, token, asked);
        await (asked.Problem is { } problem ? call.RefuseAsync(StatusCodes.Status400BadRequest, problem) : operation.Answer(call));
    }
}
