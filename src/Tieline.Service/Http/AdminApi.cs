using Tieline.Service.Hosting;

namespace Tieline.Service.Http;

/// <summary><c>/api/v1</c>: all that the console shows and does, for programs and for the commands. Needs the token from the data directory; what is wrong is told as <c>problem+json</c>.</summary>
internal static class AdminApi
{
    public const string Path = "/api/v1";

    /// <summary>What describes it; needs no token.</summary>
    public const string DescriptionPath = $"{Path}/openapi.json";

    private const string Bearer = "Bearer ";

    public static void MapAdminApi(this IEndpointRouteBuilder routes)
    {
        var parts = routes.ServiceProvider.GetRequiredService<RunningParts>();
        var operations = ApiRoutes.All(routes.ServiceProvider);
        foreach (var operation in operations)
            routes.MapMethods(Path + operation.Path, [operation.Method], context => AnswerAsync(context, parts, operation));
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

    private static async Task AnswerAsync(HttpContext context, RunningParts parts, ApiOperation operation)
    {
        if (parts.Admin is not { } admin)
        {
            await Problem.WriteAsync(context.Response, StatusCodes.Status503ServiceUnavailable, "Tieline is starting or stopping; ask again in a moment.");
            return;
        }

        var given = context.Request.Headers.Authorization.ToString();
        if (!given.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) || !admin.Tokens.Operator.Is(given[Bearer.Length..].Trim()))
        {
            await Problem.WriteAsync(context.Response, StatusCodes.Status401Unauthorized, $"The header 'Authorization: Bearer …' must hold the token that stands in the data directory, in '{ConsoleToken.FileName}'.");
            return;
        }

        var asked = operation.HasOwnBody ? ApiRequest.Nothing() : await ApiRequest.ReadAsync(context.Request, [.. operation.Takes.Select(one => one.Name)], operation.MayBeEmpty);
        var call = new ApiCall(context, admin, asked);
        await (asked.Problem is { } problem ? call.RefuseAsync(StatusCodes.Status400BadRequest, problem) : operation.Answer(call));
    }
}
