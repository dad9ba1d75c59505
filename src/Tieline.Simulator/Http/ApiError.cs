namespace Tieline.Simulator.Http;

/// <summary>An answer other than the one asked for.</summary>
/// <param name="Status">The HTTP status.</param>
internal sealed record ApiError(int Status)
{
    /// <summary>Seconds in <c>Retry-After</c>.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>401: whether there was a token at all.</summary>
    public bool BearerGiven { get; init; } = true;

    /// <summary>The body's <c>code</c>; null: the usual one of the status.</summary>
    public string? Code { get; init; }

    /// <summary>The body's <c>message</c>; null: the usual one of the status.</summary>
    public string? Message { get; init; }

    /// <summary>What the client has used of its requests; null: not counted.</summary>
    public RateFigures? Rate { get; init; }
}
