using System.Buffers;
using System.Globalization;
using System.Net.Http.Headers;

namespace Tieline.Http;

/// <summary>Reads <c>Retry-After</c> (RFC 9110, 10.2.3) as servers write it. Pure.</summary>
/// <remarks>Seconds, whole or with decimals, or a date in any form of HTTP or ISO 8601. A date is compared with the answer's own <c>Date</c>, since it is by the clock of whoever answered. Where a gateway
/// adds a second value, the longest counts. <c>docs/formats/answers.md</c> has examples.</remarks>
internal static class RetryAfter
{
    /// <summary>More than this is taken for a mistake, and this used instead: daily limits ask for hours. Who waits has a bound of its own.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    private static readonly SearchValues<char> _number = SearchValues.Create("0123456789.");
    private static readonly string[] _isoForms = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    /// <param name="now">What a date is compared with where the answer has no <c>Date</c>.</param>
    /// <returns>How long to wait, in whole seconds rounded up, from zero (now) to <see cref="Longest"/>; null where there is no value, or none that can be read.</returns>
    public static TimeSpan? Read(HttpResponseHeaders headers, DateTimeOffset now) =>
        headers.NonValidated.TryGetValues("Retry-After", out var values) ? Read(values, headers.Date is { } date ? date + (headers.Age ?? TimeSpan.Zero) : now) : null;

    /// <param name="values">Of the header, one or several.</param>
    /// <param name="clock">What the clock of whoever answered shows now.</param>
    /// <inheritdoc cref="Read(HttpResponseHeaders, DateTimeOffset)"/>
    public static TimeSpan? Read(IEnumerable<string> values, DateTimeOffset clock)
    {
        TimeSpan? longest = null;
        foreach (var value in values)
        {
            foreach (var wait in WaitsIn(value, clock))
                longest = longest > wait ? longest : wait;
        }

        return longest;
    }

    /// <summary>Gateways join several values with commas, and a date has a comma of its own.</summary>
    private static IEnumerable<TimeSpan> WaitsIn(string value, DateTimeOffset clock)
    {
        var parts = value.Split(',', StringSplitOptions.TrimEntries);
        for (var index = 0; index < parts.Length; index++)
        {
            if (index + 1 < parts.Length && Until($"{parts[index]}, {parts[index + 1]}", clock) is { } dated)
            {
                index++;
                yield return dated;
            }
            else if ((Seconds(parts[index]) ?? Until(parts[index], clock)) is { } wait)
            {
                yield return wait;
            }
        }
    }

    /// <summary>Up to more digits than any number type takes: such a one is infinite here.</summary>
    private static TimeSpan? Seconds(string text) =>
        text.AsSpan().ContainsAnyExcept(_number) || !double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) ? null
        : seconds < Longest.TotalSeconds ? TimeSpan.FromSeconds(Math.Ceiling(seconds))
        : Longest;

    private static TimeSpan? Until(string text, DateTimeOffset clock)
    {
        if (!DateTimeOffset.TryParseExact(text, _isoForms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date))
        {
            if (!RetryConditionHeaderValue.TryParse(text, out var header) || header.Date is not { } written)
                return null;
            date = written;
        }

        var wait = TimeSpan.FromSeconds(Math.Ceiling((date - clock).TotalSeconds));
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait < Longest ? wait : Longest;
    }
}
