using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Tieline.Simulator.Http;

/// <summary><c>POST /oauth/token</c>: client credentials, by Basic or in the form.</summary>
internal sealed class TokenEndpoint(
    GenesysSimulatorOptions options, TokenDesk desk, FaultDesk faults, ApiErrors errors, Counters counters, CancellationToken stopping)
{
    /// <param name="context">The request.</param>
    /// <param name="counted">Called when it is in the counts: after an answer, at once when there will be none.</param>
    public async Task HandleAsync(HttpContext context, Action counted)
    {
        var fault = faults.Take("token");
        if (fault?.Answer == "hang")
        {
            Counters.Count(counters.TokenRequests, 0);
            counted();
            await HangAsync(context);
            return;
        }
        await HandleAsync(context, fault);
        Counters.Count(counters.TokenRequests, context.Response.StatusCode);
        counted();
    }

    private Task HandleAsync(HttpContext context, SimulatorFault? fault)
    {
        return fault?.Answer switch
        {
            null => AnswerAsync(context),
            "invalid_client" => RefuseAsync(context, 401, "invalid_client", "authentication failed: invalid_client"),
            "unknown_client" => RefuseAsync(context, 400, "invalid_client", "client not found: invalid_client"),
            var status => errors.WriteAsync(context, new ApiError(int.Parse(status)) { RetryAfter = fault.RetryAfter ?? (status == "429" ? 2 : null) }),
        };
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (!context.Request.HasFormContentType)
        {
            await RefuseAsync(context, 400, "invalid_request", "the body must be application/x-www-form-urlencoded");
            return;
        }
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        if (form["grant_type"] != "client_credentials")
        {
            await RefuseAsync(context, 400, "unsupported_grant_type", "unsupported grant type");
            return;
        }
        var (id, secret) = Credentials(context.Request, form);
        if (SecretOf(id) is not { } known)
        {
            await RefuseAsync(context, 400, "invalid_client", "client not found: invalid_client");
            return;
        }
        if (known != secret)
        {
            await RefuseAsync(context, 401, "invalid_client", "authentication failed: invalid_client");
            return;
        }
        var token = desk.Issue(id, form["scope"].ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries));
        await WriteAsync(context, 200, new { access_token = token.Value, token_type = "bearer", expires_in = options.ExpiresIn });
    }

    private string? SecretOf(string id) => id == options.ClientId ? options.ClientSecret : options.OtherClients.GetValueOrDefault(id);

    private static (string Id, string Secret) Credentials(HttpRequest request, IFormCollection form)
    {
        const string Scheme = "Basic ";
        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return (form["client_id"].ToString(), form["client_secret"].ToString());
        }
        var buffer = new byte[header.Length];
        if (!Convert.TryFromBase64String(header[Scheme.Length..], buffer, out var length))
        {
            return ("", "");
        }
        var pair = Encoding.Latin1.GetString(buffer, 0, length).Split(':', 2);
        return (pair[0], pair.Length > 1 ? pair[1] : "");
    }

    private async Task HangAsync(HttpContext context)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, context.RequestAborted);
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        context.Abort();
    }

    private static Task RefuseAsync(HttpContext context, int status, string error, string description) =>
        WriteAsync(context, status, new { error, description, error_description = description });

    private static Task WriteAsync(HttpContext context, int status, object body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync(JsonSerializer.Serialize(body));
    }
}
