using System.Text.Json;

namespace CrmReceiver;

/// <summary><c>POST /webhooks/tieline</c>: verify, deduplicate, record, answer. Anything slow belongs behind the answer: Tieline waits 5 s for it.</summary>
internal sealed class WebhookEndpoint(Inbox inbox, SignatureCheck signature)
{
    /// <summary>Tieline never sends a larger body.</summary>
    public const int MaxBodyBytes = 256 * 1024;

    private const int MaxIdLength = 256;

    public async Task<IResult> PostAsync(HttpRequest request)
    {
        if (inbox.IsDown)
        {
            inbox.Refuse();
            return Results.Problem("an outage is being simulated (POST /simulate/up ends it)", statusCode: StatusCodes.Status503ServiceUnavailable);
        }

        if (!request.HasJsonContentType())
            return Reject("Content-Type must be application/json");

        var id = request.Headers["webhook-id"].ToString();
        if (id.Length is 0 or > MaxIdLength)
            return Reject($"the header webhook-id must name the event, in 1 to {MaxIdLength} characters");

        using var buffer = new MemoryStream();
        try
        {
            await request.Body.CopyToAsync(buffer, request.HttpContext.RequestAborted);
        }
        catch (BadHttpRequestException e)
        {
            return Reject(e.Message, e.StatusCode);   // 413, or a body that ended early
        }

        var bytes = buffer.GetBuffer().AsMemory(0, (int)buffer.Length);

        // The signature covers the bytes as they came, so it is checked before anything is made of them.
        if (signature.Problem(id, request.Headers["webhook-timestamp"], request.Headers["webhook-signature"], bytes.Span) is { } forged)
            return Reject(forged, StatusCodes.Status401Unauthorized);

        return Take(id, OriginOf(request), bytes);
    }

    private IResult Take(string id, string origin, ReadOnlyMemory<byte> bytes)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(bytes);
        }
        catch (JsonException)
        {
            return Reject("the body must be JSON in UTF-8");
        }

        using (document)
        {
            if (!BodyReader.TryRead(document.RootElement, id, origin, out var delivery, out var problem))
                return Reject(problem);

            // 200 for another copy too: an error would make the sender try again for ever.
            return Results.Ok(new { id, duplicate = !inbox.Receive(delivery, document.RootElement) });
        }
    }

    private static string OriginOf(HttpRequest request) => request.Headers["Tieline-Origin"].ToString() is { Length: > 0 and <= 32 } origin ? origin : "live";

    private IResult Reject(string reason, int status = StatusCodes.Status400BadRequest)
    {
        inbox.Reject();
        return Results.Problem(reason, statusCode: status);
    }
}
