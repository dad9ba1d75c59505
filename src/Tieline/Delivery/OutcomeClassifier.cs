using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Tieline.Delivery;

/// <summary>From what HTTP says to what it means here. Pure.</summary>
internal static class OutcomeClassifier
{
    /// <summary>A <c>Retry-After</c> beyond this is taken for a mistake, and this used instead.</summary>
    public static readonly TimeSpan MaxHold = TimeSpan.FromHours(1);

    public static DeliveryOutcome Classify(HttpResponseMessage response, DateTimeOffset now)
    {
        var status = (int)response.StatusCode;
        return status switch
        {
            >= 200 and < 300 or 409 => new DeliveryOutcome.Accepted(status),
            400 or 413 or 415 or 422 => new DeliveryOutcome.Rejected(status, $"the destination answered {status}"),
            401 or 403 or 404 or 410 => new DeliveryOutcome.BackOff(BackOffReason.Misconfigured, status, null),
            408 or 425 or 429 => new DeliveryOutcome.BackOff(BackOffReason.Throttled, status, Hold(response.Headers, now)),
            _ => new DeliveryOutcome.BackOff(BackOffReason.ServerFailed, status, Hold(response.Headers, now)),
        };
    }

    public static DeliveryOutcome Classify(HttpRequestException e) => new DeliveryOutcome.BackOff(
        e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError
        || e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused }
            ? BackOffReason.ConnectFailed
            : BackOffReason.Broken,
        null,
        null);

    /// <summary>Both forms, seconds and date; a date in the past, or nothing that can be read, holds nothing.</summary>
    private static TimeSpan? Hold(HttpResponseHeaders headers, DateTimeOffset now)
    {
        var hold = headers.RetryAfter is { } retryAfter ? retryAfter.Delta ?? (retryAfter.Date - now) : Beyond(headers);
        return hold is { } wait && wait > TimeSpan.Zero ? (wait < MaxHold ? wait : MaxHold) : null;
    }

    /// <summary>Seconds that are more than .NET reads.</summary>
    private static TimeSpan? Beyond(HttpResponseHeaders headers) =>
        headers.NonValidated.TryGetValues("Retry-After", out var values) && values.ToString() is { Length: >= 10 } text && text.All(char.IsAsciiDigit) ? MaxHold : null;
}
