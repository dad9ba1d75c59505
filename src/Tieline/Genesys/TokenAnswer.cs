using System.Net;
using System.Text.Json;
using Tieline.Diagnostics;
using Tieline.Http;

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

    /// <param name="url">What was asked.</param>
    /// <param name="now">When the request was sent, so that a slow answer does not stretch the token's life.</param>
    /// <param name="sentAt">The same moment, on the clock that waits are measured on.</param>
    /// <param name="retryAfter">The answer's header.</param>
    /// <param name="signs">Whether the body is a page for people.</param>
    public static TokenOutcome Judge(HttpStatusCode status, ReadOnlySpan<byte> body, AnswerSigns signs, TimeSpan? retryAfter, GenesysOptions options, Uri url, DateTimeOffset now, MonotonicTime sentAt) => AnswerTable.Of(Asked.GenesysToken, (int)status, signs) switch
    {
        AnswerMeaning.Read => Read(body, now, sentAt),
        AnswerMeaning.HtmlPage => new TokenOutcome.Unavailable(
            $"the token endpoint answered {(int)status} with an HTML page, not with a token; does a login page or gateway stand before {url.Host}, or is it not where Genesys logs clients in?", retryAfter),
        AnswerMeaning.Misconfigured => new TokenOutcome.Refused(WhatToCheck(status, body, options, url)),
        _ when status is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed or (>= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest) => new TokenOutcome.Unavailable(
            $"the token endpoint answered {(int)status}; is {url.Host} where Genesys logs clients in (Genesys:Region, Genesys:LoginUrl, Genesys:TokenUrl)?", retryAfter),
        _ => new TokenOutcome.Unavailable($"the token endpoint answered {(int)status}", retryAfter),
    };

    public static MonotonicTime RenewAt(MonotonicTime sentAt, TimeSpan life) => sentAt + (life <= _short ? life / 2 : life - _early);

    private static TokenOutcome Read(ReadOnlySpan<byte> body, DateTimeOffset now, MonotonicTime sentAt)
    {
        if (!TryParse(body, out var token, out var life))
            return new TokenOutcome.Unavailable("the token endpoint answered 200 without a usable access_token and expires_in", null);
        return new TokenOutcome.Granted(new Secret(token), now.Plus(life), sentAt + life, RenewAt(sentAt, life));
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

    private static string WhatToCheck(HttpStatusCode status, ReadOnlySpan<byte> body, GenesysOptions options, Uri url)
    {
        var (error, description) = ErrorOf(body);
        var how = options.TokenAuthenticationInForce == TokenAuthentication.Basic ? "as HTTP Basic" : "in the form body";
        return $"Genesys refused the client credentials ({(int)status}{(error.Length == 0 ? "" : " " + error)}{Meaning(status, error, description)}). Check Genesys:ClientId and Genesys:ClientSecret "
            + $"(GENESYS_CLIENT_ID, GENESYS_CLIENT_SECRET), which went to {url.Host} {how}, that the OAuth client lives in Genesys:Region '{options.Region}' "
            + $"(to any other region its id is unknown), {(options.Source == GenesysSource.Notifications ? "and that its grant type is Client Credentials" : "that its grant type is Client Credentials, and the scopes asked for")}";
    }

    /// <summary>What Genesys means by it, so far as it is known; a wrong region looks like an unknown id.</summary>
    private static string Meaning(HttpStatusCode status, string error, string description) => error switch
    {
        "unauthorized_client" or "unsupported_grant_type" => ": the client may not use this grant",
        "invalid_client" when description.StartsWith("client not found", StringComparison.OrdinalIgnoreCase) => ": no client has this id there",
        "invalid_client" when description.StartsWith("authentication failed", StringComparison.OrdinalIgnoreCase) => ": the secret is not this client's",
        "invalid_client" when status == HttpStatusCode.BadRequest => ": most likely no client has this id there",
        _ => "",
    };

    /// <summary>OAuth's error code and Genesys's words for it; empty where there is no code that <see cref="CodeWords"/> knows. The words are compared, never repeated.</summary>
    private static (string Error, string Description) ErrorOf(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            using var document = JsonDocument.ParseValue(ref reader);
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object && TextOf(root, "error") is { } text && CodeWords.CodeIn(text) is { } code)
                return (code, TextOf(root, "description") ?? TextOf(root, "error_description") ?? "");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return ("", "");
        }

        return ("", "");
    }

    private static string? TextOf(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
