using System.Security.Claims;
using Tieline.Diagnostics;
using Tieline.Service.Http;

namespace Tieline.Service.Web.Access;

/// <summary>Who came through the provider.</summary>
/// <param name="Name">As the audit log names them.</param>
/// <param name="Role">One of <see cref="ConsoleRoles"/>.</param>
internal sealed record OidcPerson(string Name, string Role)
{
    private const int LongestName = 100;

    /// <summary>Pure.</summary>
    /// <param name="claims">What the provider says of them, proven.</param>
    /// <returns>Null: neither operator nor viewer, or without a name.</returns>
    public static OidcPerson? Of(IReadOnlyCollection<Claim> claims, OidcOptions options)
    {
        var values = claims.Where(claim => claim.Type == options.RoleClaim).Select(claim => claim.Value).ToHashSet(StringComparer.Ordinal);
        var role = options.Operators.Any(values.Contains) ? ConsoleRoles.Operator : options.Viewers.Any(values.Contains) ? ConsoleRoles.Viewer : null;
        return role is not null && (NameIn(claims, options.NameClaim) ?? NameIn(claims, "sub")) is { } name ? new OidcPerson(name, role) : null;
    }

    private static string? NameIn(IEnumerable<Claim> claims, string type) =>
        claims.FirstOrDefault(claim => claim.Type == type)?.Value is { } value && Printable.Tidy(value, LongestName) is { Length: > 0 } name ? name : null;
}
