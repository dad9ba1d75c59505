using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tieline.Simulator;

/// <summary>What a webhook is answered; the JSON of <c>POST /_simulator/faults</c> of the CRM, together with <see cref="CrmFault"/>'s members.</summary>
public record CrmAnswer
{
    private const int MaxBody = 64 * 1024;

    /// <summary>200 to 599; null: as the options say.</summary>
    public int? Status { get; init; }

    /// <summary>With a preset: an error of that CRM, by its code and in its shape, with <see cref="Status"/> or 400. HubSpot's <c>policyName</c> is one too.</summary>
    public string? Code { get; init; }

    /// <summary>Seconds in <c>Retry-After</c>.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>Write <see cref="RetryAfter"/> as a date.</summary>
    public bool? RetryAfterAsDate { get; init; }

    /// <summary>Of an answer with <see cref="Status"/> and without <see cref="Code"/>; up to 64 KiB in UTF-8. Null: none.</summary>
    public string? Body { get; init; }

    /// <summary>Of <see cref="Body"/>; null: <c>application/json</c>.</summary>
    public string? ContentType { get; init; }

    /// <summary>Whether the request counts as taken, with an answer of <see cref="Status"/> and without <see cref="Code"/>; null: with 2xx. A login page says 200 and takes nothing.</summary>
    public bool? Processed { get; init; }

    /// <summary>Milliseconds before the answer.</summary>
    public int? DelayMs { get; init; }

    /// <summary>Take the request and never answer.</summary>
    public bool? Hang { get; init; }

    /// <summary>End the connection in place of an answer: <c>processed</c>, after the request was taken as good, or <c>unprocessed</c>.</summary>
    public string? Close { get; init; }

    /// <returns>What is wrong, null when nothing is.</returns>
    public virtual string? Problem() =>
        Status is < 200 or > 599 ? $"status must be from 200 to 599, was {Status}"
        : RetryAfter is < 0 ? $"retryAfter must be seconds from 0, was {RetryAfter}"
        : DelayMs is < 0 or > 3_600_000 ? $"delayMs must be from 0 to 3600000, was {DelayMs}"
        : Code is { } code && (code.Length is 0 or > 200) ? "code must have 1 to 200 characters"
        : (Body ?? ContentType ?? (object?)Processed) is not null && (Status is null || Code is not null) ? "body, contentType and processed need status, and no code"
        : ContentType is not null && (Body is null || !MediaTypeHeaderValue.TryParse(ContentType, out _)) ? $"contentType must be a media type, with a body, was '{ContentType}'"
        : Body is { } body && (Status is 204 or 304 || Encoding.UTF8.GetByteCount(body) > MaxBody) ? $"body must have up to {MaxBody} bytes, and status must be one that has a body"
        : Close is not (null or "processed" or "unprocessed") ? $"close must be processed or unprocessed, was '{Close}'"
        : null;
}

/// <summary>An answer, and to whom it is given.</summary>
public sealed record CrmFault : CrmAnswer
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    /// <summary>How many requests; null: until cleared.</summary>
    public int? Count { get; init; }

    /// <summary>Only this conversation; null: every one.</summary>
    public string? ConversationId { get; init; }

    /// <summary>Take back all that was asked for before; alone or with a new one.</summary>
    public bool? Clear { get; init; }

    /// <inheritdoc/>
    public override string? Problem() => Count is < 1 ? $"count must be at least 1, was {Count}" : base.Problem();

    /// <summary>Reads one from JSON.</summary>
    /// <exception cref="FormatException">What is wrong and what is allowed.</exception>
    public static CrmFault Parse(string json)
    {
        try
        {
            var fault = JsonSerializer.Deserialize<CrmFault>(json, Json) ?? throw new FormatException("An answer is a JSON object.");
            return fault.Problem() is { } problem ? throw new FormatException(problem) : fault;
        }
        catch (JsonException e)
        {
            throw new FormatException("An answer is a JSON object of status, code, retryAfter, retryAfterAsDate, body, contentType, processed, delayMs, hang, close, count, "
                + $"conversationId, clear; all may be left out. {e.Message}", e);
        }
    }
}
