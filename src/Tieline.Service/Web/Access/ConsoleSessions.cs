using System.Globalization;
using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Authentication.Cookies;
using Tieline.Service.Configuration;
using Tieline.Service.Http;

namespace Tieline.Service.Web.Access;

/// <summary>What a cookie says of whoever holds it, and whether that still holds.</summary>
internal sealed class ConsoleSessions(AccessTokens tokens, EndedSessions ended, TielineOptions options, TimeProvider time)
{
    /// <summary>A session that began with a token ends then, however much it is used.</summary>
    public static readonly TimeSpan TokenLifetime = TimeSpan.FromHours(24);

    /// <summary>Which token the cookie was given for: with another one in the file it is worth nothing.</summary>
    private const string TokenClaim = "token";

    /// <summary>Under which settings of <c>Http:Oidc</c> it was given: with others it is worth nothing.</summary>
    private const string ProviderClaim = "provider";

    /// <summary>Unix seconds; it binds an open window too, which no cookie's end reaches.</summary>
    private const string UntilClaim = "until";

    /// <summary>Which session it is: at its sign-out it is over, for every copy of its cookie.</summary>
    private const string SessionClaim = "session";

    /// <summary>Before a person's name, so that no name can pass for a token, or for a command.</summary>
    private const string ByPerson = "oidc:";

    /// <returns>And when it ends.</returns>
    public (ClaimsPrincipal Principal, DateTimeOffset Until) OfToken(AccessToken token) => Begin(token.Role, token.Role, TokenLifetime, new Claim(TokenClaim, token.Mark));

    /// <returns>And when it ends.</returns>
    public (ClaimsPrincipal Principal, DateTimeOffset Until) OfPerson(OidcPerson person) =>
        Begin(person.Name, person.Role, options.Http.Oidc.SessionLifetime, new Claim(ProviderClaim, options.Http.Oidc.Mark));

    public bool Holds(ClaimsPrincipal? principal) =>
        principal?.FindFirstValue(SessionClaim) is { } session && !ended.Contains(session) && UntilOf(principal) is { } until && time.GetUtcNow().ToUnixTimeSeconds() < until
        && (principal.FindFirstValue(ProviderClaim) is { } provider
            ? options.Http.Oidc.IsOn && provider == options.Http.Oidc.Mark
            : tokens.OfMark(principal.FindFirstValue(TokenClaim)) is { } token && principal.IsInRole(token.Role));

    /// <summary>A session is over, for every copy of its cookie and every open window. Holds at once; done once it is durable, or the disk has taken too long.</summary>
    public Task EndAsync(ClaimsPrincipal principal) =>
        principal.FindFirstValue(SessionClaim) is { } session && UntilOf(principal) is { } until ? ended.AddAsync(session, DateTimeOffset.FromUnixTimeSeconds(until), ByOf(principal)) : Task.CompletedTask;

    /// <summary>Who it is, as the audit log names them.</summary>
    public string ByOf(ClaimsPrincipal principal) => PersonOf(principal) is { } person ? ByPerson + person : tokens.OfMark(principal.FindFirstValue(TokenClaim))?.ByConsole ?? "console";

    /// <returns>The name of whoever came through the provider; null: it is whoever has the token.</returns>
    public static string? PersonOf(ClaimsPrincipal principal) => principal.HasClaim(claim => claim.Type == ProviderClaim) ? principal.Identity?.Name : null;

    private (ClaimsPrincipal Principal, DateTimeOffset Until) Begin(string name, string role, TimeSpan lasts, Claim mark)
    {
        var until = time.GetUtcNow() + lasts;
        Claim[] claims =
        [
            new(ClaimTypes.Name, name), new(ClaimTypes.Role, role), mark,
            new(UntilClaim, until.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)), new(SessionClaim, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))),
        ];
        return (new ClaimsPrincipal(new ClaimsIdentity(claims, CookieAuthenticationDefaults.AuthenticationScheme)), until);
    }

    private static long? UntilOf(ClaimsPrincipal principal) =>
        long.TryParse(principal.FindFirstValue(UntilClaim), NumberStyles.None, CultureInfo.InvariantCulture, out var until) ? until : null;
}
