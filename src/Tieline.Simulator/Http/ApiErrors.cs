using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tieline.Simulator.World;

namespace Tieline.Simulator.Http;

/// <summary>Errors as the platform's API words them: one body shape, and the headers that come with every answer.</summary>
internal sealed class ApiErrors(Dice dice)
{
    private const int UsuallyAllowed = 300;
    private const int UsualReset = 61;
    private readonly Lock _gate = new();

    /// <summary>Answers with the body of an error.</summary>
    public Task WriteAsync(HttpContext context, ApiError error)
    {
        var (status, retryAfter) = (error.Status, error.RetryAfter);
        var (code, message) = Wording(status, retryAfter, error.BearerGiven);
        var headers = context.Response.Headers;
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        var id = WriteHeaders(context, error.Rate ?? (status == 429
            ? new RateFigures(UsuallyAllowed + 1, UsuallyAllowed, retryAfter ?? UsualReset, IsOver: true)
            : new RateFigures(1, UsuallyAllowed, UsualReset, IsOver: false)));
        if (status == 401)
        {
            headers.WWWAuthenticate = "Bearer realm=\"Genesys\"";
        }
        if (retryAfter is { } seconds)
        {
            headers.RetryAfter = seconds.ToString();
        }
        return context.Response.WriteAsync(JsonSerializer.Serialize(new
        {
            message = error.Message ?? message,
            code = error.Code ?? code,
            status,
            contextId = id,
            details = Array.Empty<object>(),
            errors = Array.Empty<object>(),
        }));
    }

    /// <summary>The headers that come with every answer, good or bad.</summary>
    /// <returns>The correlation id.</returns>
    public string WriteHeaders(HttpContext context, RateFigures rate)
    {
        string id;
        lock (_gate)
        {
            id = dice.Uuid().ToString();
        }
        var headers = context.Response.Headers;
        headers["ININ-Correlation-Id"] = id;
        if (rate.Allowed > 0)
        {
            headers["inin-ratelimit-count"] = rate.Count.ToString();
            headers["inin-ratelimit-allowed"] = rate.Allowed.ToString();
            headers["inin-ratelimit-reset"] = rate.Reset.ToString();
        }
        headers.CacheControl = "no-cache, no-store, must-revalidate";
        return id;
    }

    private static (string Code, string Message) Wording(int status, int? retryAfter, bool bearerGiven) => status switch
    {
        400 => ("bad.request", "The request could not be understood by the server due to malformed syntax."),
        401 when !bearerGiven => ("authentication.required", "No authentication bearer token specified in authorization header."),
        401 => ("bad.credentials", "Invalid login credentials."),
        403 => ("missing.any.permissions", "Unable to perform the requested action. You must have at least one of the following permissions assigned: "
            + "analytics:conversation:view"),
        404 => ("not.found", "The requested resource was not found."),
        426 => ("bad.request", "This resource is a WebSocket of version 13."),
        429 => ("too.many.requests.retry.after", $"Rate limit exceeded the maximum. Retry the request in [{retryAfter ?? 61}] seconds"),
        503 => ("service.unavailable",
            "Service Unavailable - The server is currently unavailable (because it is overloaded or down for maintenance)."),
        _ => ("internal.server.error", "The server encountered an unexpected condition which prevented it from fulfilling the request."),
    };
}
