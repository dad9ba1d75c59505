using Microsoft.Extensions.Options;

namespace Tieline.Service.Http;

internal sealed class OidcOptionsValidator : IValidateOptions<OidcOptions>
{
    private const int LongestName = 60;

    private static readonly TimeSpan _shortest = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan _longest = TimeSpan.FromHours(24);

    public ValidateOptionsResult Validate(string? name, OidcOptions options)
    {
        var errors = new ValidateOptionsResultBuilder();
        if (options.Authority is { } authority && (authority.Scheme is not ("https" or "http") || authority.UserInfo.Length > 0 || authority.Query.Length > 0 || authority.Fragment.Length > 0))
            errors.AddError("must be the provider's issuer URL, https:// (or http:// for a loopback address), without a user, a query or a fragment", Key(nameof(options.Authority)));
        if (!options.IsOn && (options.ClientId.Length > 0 || !options.ClientSecret.IsEmpty || options.Operators.Count > 0 || options.Viewers.Count > 0))
            errors.AddError("required with the other keys beside it: the provider's issuer URL", Key(nameof(options.Authority)));
        if (options.IsOn && string.IsNullOrWhiteSpace(options.ClientId))
            errors.AddError("required with Authority: the id under which the provider knows this Tieline", Key(nameof(options.ClientId)));
        if (options.IsOn && options.Operators.Count + options.Viewers.Count == 0)
            errors.AddError($"required with Authority, or Viewers: values of the claim '{options.RoleClaim}', for without them nobody may enter", Key(nameof(options.Operators)));
        foreach (var (key, values) in (IEnumerable<(string, IList<string>)>)[(nameof(options.Operators), options.Operators), (nameof(options.Viewers), options.Viewers)])
        {
            foreach (var (i, _) in values.Index().Where(value => string.IsNullOrWhiteSpace(value.Item)))
                errors.AddError("must be a value of the claim, was empty", $"{Key(key)}:{i}");
        }

        foreach (var (key, claim) in (IEnumerable<(string, string)>)[(nameof(options.NameClaim), options.NameClaim), (nameof(options.RoleClaim), options.RoleClaim)])
        {
            if (string.IsNullOrWhiteSpace(claim))
                errors.AddError("must be the name of a claim, was empty", Key(key));
        }

        if (options.Name.Trim().Length is 0 or > LongestName)
            errors.AddError($"must be 1 to {LongestName} characters", Key(nameof(options.Name)));
        if (!options.Scopes.Contains("openid"))
            errors.AddError("must hold openid", Key(nameof(options.Scopes)));
        foreach (var (i, scope) in options.Scopes.Index().Where(scope => scope.Item.Length == 0 || scope.Item.Any(c => c is <= ' ' or '"' or '\\' or > '~')))
            errors.AddError($"must be one scope, without spaces, was '{scope}'", $"{Key(nameof(options.Scopes))}:{i}");
        if (options.SessionLifetime < _shortest || options.SessionLifetime > _longest)
            errors.AddError($"must be from {_shortest} to {_longest}, was {options.SessionLifetime}", Key(nameof(options.SessionLifetime)));
        return errors.Build();
    }

    private static string Key(string name) => $"{OidcOptions.Section}:{name}";
}
