using System.Net;
using System.Text.Json;

namespace Tieline.Genesys;

/// <summary>What an answer of the token endpoint means. Pure.</summary>
internal static class TokenAnswer
{
    /// <summary>More of an answer than this is not read: a token is some hundred bytes.</summary>
    public const int MaxBytes = 64 * 1024;

    private const int MaxTokenLength = 16 * 1024;

    /// <summary>How early a token is renewed.</summary>
    private static readonly TimeSpan _early = TimeSpan.FromSeconds(60);

    /// <summary>Up to this life a token is renewed at half of it: a minute early would leave too little, or nothing.</summary>
    private static readonly TimeSpan _short = TimeSpan.FromSeconds(120);

    /// <summary>Assumed where the answer names no life: the shortest that can be set for an OAuth client.</summary>
    private static readonly TimeSpan _assumed = TimeSpan.FromMinutes(5);

    /// <summary>Taken for no more than this, whatever is claimed.</summary>
    private static readonly TimeSpan _longest = TimeSpan.FromDays(7);

    /// <param name="now">When the request was sent, so that a slow answer does not stretch the token's life.</param>
    /// <param name="retryAfter">The answer's header.</param>
    public static TokenOutcome Judge(HttpStatusCode status, ReadOnlySpan<byte> body, TimeSpan? retryAfter, GenesysOptions options, DateTimeOffset now) => status switch
    {
        HttpStatusCode.OK => Read(body, now),
        HttpStatusCode.BadRequest or HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new TokenOutcome.Refused(WhatToCheck(status, body, options)),
        _ => new TokenOutcome.Unavailable($"the token endpoint answered {(int)status}", retryAfter),
    };

    public static DateTimeOffset RenewAt(DateTimeOffset now, TimeSpan life) => now + (life <= _short ? life / 2 : life - _early);

    private static TokenOutcome Read(ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        if (!TryParse(body, out var token, out var life))
            return new TokenOutcome.Unavailable("the token endpoint answered 200 without a usable access_token and expires_in", null);
        return new TokenOutcome.Granted(new Secret(token), now + life, RenewAt(now, life));
    }

    private static bool TryParse(ReadOnlySpan<byte> body, out string token, out TimeSpan life)
    {
        token = "";
        life = _assumed;
        try
        {
            var reader = new Utf8JsonReader(body);
            using var document = JsonDocument.ParseValue(ref reader);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("access_token", out var text) || text.ValueKind != JsonValueKind.String)
                return false;
            token = text.GetString()!;
            if (root.TryGetProperty("expires_in", out var seconds) && seconds.ValueKind != JsonValueKind.Null)
            {
                if (seconds.ValueKind != JsonValueKind.Number || !seconds.TryGetDouble(out var value) || !(value > 0))
                    return false;
                life = TimeSpan.FromSeconds(Math.Min(value, _longest.TotalSeconds));
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }

        // It goes into a header as it is: a line break in it would be another header.
        return token.Length is > 0 and <= MaxTokenLength && token.All(c => c is > ' ' and <= '~');
    }

    private static string WhatToCheck(HttpStatusCode status, ReadOnlySpan<byte> body, GenesysOptions options) =>
        $"Genesys refused the client credentials ({(int)status}{ErrorCode(body)}). Check Genesys:ClientId and Genesys:ClientSecret "
        + $"(GENESYS_CLIENT_ID, GENESYS_CLIENT_SECRET), that the OAuth client lives in Genesys:Region '{options.Region}', "
        + "that its grant type is Client Credentials, and the scopes asked for";

    /// <summary>OAuth's error code with a space before it; nothing where there is none of the expected shape.</summary>
    private static string ErrorCode(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            using var document = JsonDocument.ParseValue(ref reader);
            if (document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("error", out var error)
                && error.ValueKind == JsonValueKind.String && error.GetString() is { Length: > 0 and <= 40 } code && code.All(c => c is '_' or (>= 'a' and <= 'z')))
                return " " + code;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return "";
        }

        return "";
    }
}
