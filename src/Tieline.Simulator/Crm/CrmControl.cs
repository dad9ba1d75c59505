using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tieline.Simulator.Http;

namespace Tieline.Simulator.Crm;

/// <summary>The CRM's control API under <c>/_simulator/</c>; the README lists it.</summary>
internal sealed class CrmControl(CrmSimulator simulator)
{
    private const string Calls = "GET status, GET requests[?from=index], GET records, POST faults, POST revoke, POST down, POST up";
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public Task HandleAsync(HttpContext context, string call) => (context.Request.Method, call) switch
    {
        ("GET", "status") => Json.WriteAsync(context, 200, simulator.Status),
        ("GET", "requests") => RequestsAsync(context),
        ("GET", "records") => Json.WriteLinesAsync(context, simulator.Records),
        ("POST", "revoke") => RevokeAsync(context),
        ("POST", "faults") => FaultsAsync(context),
        ("POST", "down") => DownAsync(context),
        ("POST", "up") => UpAsync(context),
        _ => Json.WriteAsync(context, 404, new { error = $"No {context.Request.Method} {call}. There is: {Calls}" }),
    };

    private Task RequestsAsync(HttpContext context)
    {
        var from = 0L;
        var text = context.Request.Query["from"].ToString();
        if (text.Length > 0 && (!long.TryParse(text, out from) || from < 0))
        {
            return BadAsync(context, "from must be the index of a request, from 0");
        }
        return Json.WriteLinesAsync(context, simulator.Requests(from).Select(Line));
    }

    private static object Line(CrmRequest request)
    {
        string? body = null;
        try
        {
            body = Strict.GetString(request.Body);
        }
        catch (DecoderFallbackException)
        {
            body = null;   // it goes out as base64 alone
        }
        return new
        {
            request.Index,
            request.ArrivedAt,
            request.Path,
            request.Id,
            request.ConversationId,
            request.Status,
            request.Processed,
            body,
            bodyBase64 = body is null ? Convert.ToBase64String(request.Body) : null,
            headers = request.Headers.GroupBy(h => h.Key, StringComparer.OrdinalIgnoreCase).ToDictionary(g => g.Key, g => string.Join(", ", g.Select(h => h.Value))),
        };
    }

    private async Task FaultsAsync(HttpContext context)
    {
        try
        {
            simulator.Answer(CrmFault.Parse(await Json.ReadAsync(context.Request)));
            await Json.WriteAsync(context, 200, simulator.Status);
        }
        catch (FormatException e)
        {
            await BadAsync(context, e.Message);
        }
    }

    private Task RevokeAsync(HttpContext context)
    {
        simulator.RevokeTokens();
        return Json.WriteAsync(context, 200, simulator.Status);
    }

    private async Task DownAsync(HttpContext context)
    {
        if (Seconds(await Json.ReadAsync(context.Request)) is not { } seconds)
        {
            await BadAsync(context, "The body must be empty or {\"seconds\":n} with n above 0 and at most 86400");
            return;
        }
        await simulator.DownAsync(seconds == 0 ? null : TimeSpan.FromSeconds(seconds), context.Connection.Id);
        await Json.WriteAsync(context, 200, simulator.Status);
    }

    private async Task UpAsync(HttpContext context)
    {
        await simulator.UpAsync();
        await Json.WriteAsync(context, 200, simulator.Status);
    }

    /// <returns>0: for good; null: not understood.</returns>
    private static double? Seconds(string body)
    {
        if (body.Length == 0)
        {
            return 0;
        }
        try
        {
            using var document = JsonDocument.Parse(body);
            return !document.RootElement.TryGetProperty("seconds", out var seconds) ? 0
                : seconds.TryGetDouble(out var n) && n is > 0 and <= 86_400 ? n
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static Task BadAsync(HttpContext context, string error) => Json.WriteAsync(context, 400, new { error });
}
