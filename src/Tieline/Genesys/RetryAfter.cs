using System.Net.Http.Headers;

namespace Tieline.Genesys;

/// <summary>The <c>Retry-After</c> header, in seconds or as a date (RFC 9110, 10.2.3).</summary>
internal static class RetryAfter
{
    /// <returns>How long from <paramref name="now"/>, at least zero; null where there is none that can be read.</returns>
    public static TimeSpan? Read(string? header, DateTimeOffset now) =>
        RetryConditionHeaderValue.TryParse(header, out var value) ? Read(value, now) : null;

    /// <inheritdoc cref="Read(string?, DateTimeOffset)"/>
    public static TimeSpan? Read(RetryConditionHeaderValue? header, DateTimeOffset now)
    {
        var delay = header?.Delta ?? (header?.Date - now);
        return delay < TimeSpan.Zero ? TimeSpan.Zero : delay;
    }
}
