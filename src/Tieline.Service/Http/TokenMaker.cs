using System.Security.Cryptography;
using Tieline.Journal;

namespace Tieline.Service.Http;

/// <summary>Makes tokens, and says what is wrong with what is asked of them.</summary>
internal static class TokenMaker
{
    public const int LongestName = 40;

    /// <summary>So that whoever searches for secrets that leaked knows one.</summary>
    private const string Prefix = "tieline_";

    /// <summary>The names of the data directory's own begin so.</summary>
    private const string Reserved = "console-";

    public static readonly TimeSpan ShortestLife = TimeSpan.FromMinutes(1);
    public static readonly TimeSpan LongestLife = TimeSpan.FromDays(3_660);

    /// <summary>What is wrong with a name; null where nothing is. Pure.</summary>
    public static string? CheckName(string? name) => name switch
    {
        null or "" => "name is required: it stands in the audit log for whoever uses the token",
        { Length: > LongestName } => $"name must be at most {LongestName} characters",
        _ when !char.IsAsciiLetterLower(name[0]) || !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.') => "name must begin with a letter from a to z and hold only a to z, 0 to 9, '-', '_' and '.'",
        _ when name.StartsWith(Reserved, StringComparison.Ordinal) => $"name must not begin with '{Reserved}': such are the tokens of the data directory",
        _ => null,
    };

    /// <summary>What is wrong with an expiry; null where nothing is. Pure.</summary>
    public static string? CheckExpiry(DateTimeOffset? at, DateTimeOffset now) =>
        at is { } end && (end < now + ShortestLife - TimeSpan.FromSeconds(1) || end > now + LongestLife) ? "expiresAt must be from a minute to ten years from now" : null;

    /// <returns>The token's text, 256 random bits, and what is kept of it.</returns>
    public static (string Text, NamedToken Token) Make(string name, string role, DateTimeOffset? expiresAt, string by, DateTimeOffset now)
    {
        var text = Prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        return (text, new NamedToken(name, role, Convert.ToHexStringLower(AccessToken.HashOf(text)), now, by, expiresAt));
    }
}
