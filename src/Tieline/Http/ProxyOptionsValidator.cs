using Microsoft.Extensions.Options;

namespace Tieline.Http;

internal sealed class ProxyOptionsValidator : IValidateOptions<ProxyOptions>
{
    private static readonly string[] _schemes = ["http", "https", "socks5"];

    /// <param name="name">Where it stands: <c>Genesys:Proxy</c>.</param>
    public ValidateOptionsResult Validate(string? name, ProxyOptions options)
    {
        var at = name ?? "Proxy";
        var errors = new ValidateOptionsResultBuilder();
        var hasPassword = !options.Password.IsEmpty || options.PasswordFile is not null;
        // No message repeats the URL: somebody may have put the password there.
        if (options.Url is { } url && (!url.IsAbsoluteUri || !_schemes.Contains(url.Scheme) || url.Host.Length == 0))
            errors.AddError($"must be an absolute URL that starts with {string.Join(", ", _schemes.Select(scheme => $"{scheme}://"))}, such as http://proxy.example:3128", $"{at}:{nameof(options.Url)}");
        else if (options.Url is { UserInfo.Length: > 0 })
            errors.AddError("must not hold a user or password; give Username and PasswordFile", $"{at}:{nameof(options.Url)}");
        else if (options.Url is { } whole && (whole.AbsolutePath.Length > 1 || whole.Query.Length > 0))
            errors.AddError("must end with the port: a proxy has no path", $"{at}:{nameof(options.Url)}");
        else if (options.Url is null && (options.Username.Length > 0 || hasPassword))
            errors.AddError("required for the Username or Password beside it", $"{at}:{nameof(options.Url)}");
        if (options.Username.Contains(':') || options.Username.Any(char.IsControl))
            errors.AddError("must have no colon and no control character", $"{at}:{nameof(options.Username)}");
        else if (options.Username.Length == 0 && hasPassword)
            errors.AddError("required for the Password beside it", $"{at}:{nameof(options.Username)}");
        if (options.PasswordFile is { } file && SecretText.Read(file, out var problem) is null)
            errors.AddError($"must name a file that holds the password: {problem}", $"{at}:{nameof(options.PasswordFile)}");
        return errors.Build();
    }
}
