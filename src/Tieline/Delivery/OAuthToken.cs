using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Tieline.Diagnostics;
using Tieline.Http;

namespace Tieline.Delivery;

/// <summary>A token, and how long it does. Reading one is pure.</summary>
internal sealed class OAuthToken
{
    /// <summary>More of an answer is not read: a token is some thousand bytes at most.</summary>
    public const int MaxAnswerBytes = 64 * 1024;

    private const int MaxTokenLength = 16 * 1024;

    /// <summary>How early it is renewed, at most half of its life.</summary>
    private static readonly TimeSpan _early = TimeSpan.FromSeconds(60);

    /// <summary>Assumed where the answer names no life.</summary>
    private static readonly TimeSpan _assumed = TimeSpan.FromMinutes(5);

    /// <summary>Taken for no more than this, whatever is claimed.</summary>
    private static readonly TimeSpan _longest = TimeSpan.FromDays(1);

    private OAuthToken(string token, MonotonicTime askedAt, TimeSpan life)
    {
        Header = "Bearer " + token;
        ExpiresAt = askedAt + life;
        RenewAt = ExpiresAt - (life / 2 < _early ? life / 2 : _early);
    }

    /// <summary>As it stands in <c>Authorization</c>: a secret.</summary>
    public string Header { get; }

    public MonotonicTime RenewAt { get; }

    public MonotonicTime ExpiresAt { get; }

    /// <param name="body">RFC 6749, 5.1.</param>
    /// <param name="askedAt">When the request was sent, so that a slow answer does not stretch the token's life.</param>
    public static bool TryRead(ReadOnlySpan<byte> body, MonotonicTime askedAt, [NotNullWhen(true)] out OAuthToken? token)
    {
        token = null;
        try
        {
            var reader = new Utf8JsonReader(body);
            using var document = JsonDocument.ParseValue(ref reader);
            var root = document.RootElement;
            if (root.GetProperty("access_token").GetString() is not { Length: > 0 and <= MaxTokenLength } text || text.AsSpan().ContainsAnyExceptInRange('!', '~'))
                return false;
            if (root.TryGetProperty("token_type", out var type) && !"Bearer".Equals(type.GetString(), StringComparison.OrdinalIgnoreCase))
                return false;
            var life = _assumed;
            if (root.TryGetProperty("expires_in", out var given) && given.ValueKind != JsonValueKind.Null)
            {
                // A text with the number in it is common, if wrong.
                var seconds = given.ValueKind == JsonValueKind.String ? double.Parse(given.GetString()!, System.Globalization.CultureInfo.InvariantCulture) : given.GetDouble();
                if (!(seconds > 0))
                    return false;
                life = TimeSpan.FromSeconds(Math.Min(seconds, _longest.TotalSeconds));
            }

            token = new OAuthToken(text, askedAt, life);
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return false;
        }
    }

    /// <summary>OAuth's error code with a space before it; nothing where there is none that <see cref="CodeWords"/> knows.</summary>
    public static string ErrorCode(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            using var document = JsonDocument.ParseValue(ref reader);
            return document.RootElement.GetProperty("error").GetString() is { } text && CodeWords.CodeIn(text) is { } code ? " " + code : "";
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return "";
        }
    }
}
