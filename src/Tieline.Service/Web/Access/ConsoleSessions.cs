using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.Cookies;
using Tieline.Service.Configuration;
using Tieline.Service.Http;

namespace Tieline.Service.Web.Access;

/// <summary>What a cookie says of whoever holds it, and whether that still holds.</summary>
internal sealed class ConsoleSessions(ConsoleTokens tokens, TielineOptions options, TimeProvider time)
{
    /// <summary>Which token the cookie was given for: with another one in the file it is worth nothing.</summary>
    private const string TokenClaim = "token";

    /// <summary>Under which settings of <c>Http:Oidc</c> it was given: with others it is worth nothing.</summary>
    private const string ProviderClaim = "provider";

    /// <summary>Unix seconds; it binds an open window too, which no cookie's end reaches.</summary>
    private const string UntilClaim = "until";

    /// <param name="role">That of a token.</param>
    public ClaimsPrincipal OfToken(string role) => Principal(role, role, new Claim(TokenClaim, tokens.MarkOf(role)));

    /// <returns>And when it ends.</returns>
    public (ClaimsPrincipal Principal, DateTimeOffset Until) OfPerson(OidcPerson person)
    {
        var until = time.GetUtcNow() + options.Http.Oidc.SessionLifetime;
        var claims = (Claim[])[new Claim(ProviderClaim, options.Http.Oidc.Mark), new Claim(UntilClaim, until.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture))];
        return (Principal(person.Name, person.Role, claims), until);
    }

    public bool Holds(ClaimsPrincipal? principal)
    {
        if (principal?.FindFirstValue(ProviderClaim) is not { } provider)
            return tokens.RoleOfMark(principal?.FindFirstValue(TokenClaim)) is { } role && principal!.IsInRole(role);
        return options.Http.Oidc.IsOn && provider == options.Http.Oidc.Mark
            && long.TryParse(principal.FindFirstValue(UntilClaim), NumberStyles.None, CultureInfo.InvariantCulture, out var until) && time.GetUtcNow().ToUnixTimeSeconds() < until;
    }

    /// <returns>The name of whoever came through the provider; null: it is whoever has the token.</returns>
    public static string? PersonOf(ClaimsPrincipal principal) => principal.HasClaim(claim => claim.Type == ProviderClaim) ? principal.Identity?.Name : null;

    private static ClaimsPrincipal Principal(string name, string role, params Claim[] marks) =>
        new(new ClaimsIdentity([new Claim(ClaimTypes.Name, name), new Claim(ClaimTypes.Role, role), .. marks], CookieAuthenticationDefaults.AuthenticationScheme));
}
