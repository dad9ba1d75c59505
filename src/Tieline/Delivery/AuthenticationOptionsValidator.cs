using Microsoft.Extensions.Options;

namespace Tieline.Delivery;

internal sealed class AuthenticationOptionsValidator : IValidateOptions<AuthenticationOptions>
{
    /// <param name="name">Where it stands: <c>Destinations:0:Authentication</c>.</param>
    public ValidateOptionsResult Validate(string? name, AuthenticationOptions options)
    {
        var at = name ?? "Authentication";
        var errors = new ValidateOptionsResultBuilder();
        switch (options.Type)
        {
            case AuthenticationType.Header:
                if (HeaderNames.Problem(options.Name) is { } problem)
                {
                    errors.AddError($"{problem}, was '{options.Name}'", $"{at}:{nameof(options.Name)}");
                }

                Require(options.Value, options.ValueFile, $"{at}:{nameof(options.Value)}", errors);
                break;
            case AuthenticationType.Basic:
                if (options.Username.Length == 0 || options.Username.Contains(':') || options.Username.Any(char.IsControl))
                {
                    errors.AddError("required for Basic, without a colon", $"{at}:{nameof(options.Username)}");
                }

                Require(options.Password, options.PasswordFile, $"{at}:{nameof(options.Password)}", errors);
                break;
            case AuthenticationType.OAuth2:
                ValidateOAuth(options, at, errors);
                break;
            default:
                RefuseUnused(options, at, errors);
                break;
        }

        return errors.Build();
    }

    private static void ValidateOAuth(AuthenticationOptions options, string at, ValidateOptionsResultBuilder errors)
    {
        if (options.TokenUrl is not { IsAbsoluteUri: true } url)
        {
            errors.AddError("required for OAuth2: where tokens are given, such as https://login.crm.example/oauth/token", $"{at}:{nameof(options.TokenUrl)}");
        }
        else if (url.UserInfo.Length > 0)
        {
            errors.AddError("must not hold a user or password; give ClientId and ClientSecret", $"{at}:{nameof(options.TokenUrl)}");
        }
        else if (url.Scheme != "https" && !(url.Scheme == "http" && url.IsLoopback))
        {
            errors.AddError("must be https: plain http is for loopback addresses only", $"{at}:{nameof(options.TokenUrl)}");
        }

        if (options.ClientId.Length == 0)
        {
            errors.AddError("required for OAuth2", $"{at}:{nameof(options.ClientId)}");
        }

        Require(options.ClientSecret, options.ClientSecretFile, $"{at}:{nameof(options.ClientSecret)}", errors);
        if (options.Scopes.Any(scope => scope.Length == 0 || scope.AsSpan().ContainsAnyExceptInRange('!', '~')))
        {
            errors.AddError("each must be one word of printable ASCII", $"{at}:{nameof(options.Scopes)}");
        }
    }

    /// <summary>Credentials that nobody would be shown: the type was forgotten.</summary>
    private static void RefuseUnused(AuthenticationOptions options, string at, ValidateOptionsResultBuilder errors)
    {
        var meant = !options.Value.IsEmpty || options.ValueFile is not null ? AuthenticationType.Header
            : !options.Password.IsEmpty || options.PasswordFile is not null || options.Username.Length > 0 ? AuthenticationType.Basic
            : options.TokenUrl is not null || options.ClientId.Length > 0 || !options.ClientSecret.IsEmpty || options.ClientSecretFile is not null ? AuthenticationType.OAuth2
            : AuthenticationType.None;
        if (meant != AuthenticationType.None)
        {
            errors.AddError($"must be {meant} for what is given beside it, was None", $"{at}:{nameof(options.Type)}");
        }
    }

    private static void Require(Secret given, string? file, string key, ValidateOptionsResultBuilder errors)
    {
        var text = file is null ? given.Reveal() : SecretText.Read(file, out _) ?? "";
        if (text.Length == 0)
        {
            errors.AddError("required, or a file that holds it", key);
        }
        else if (LiveSecret.Problem(text) is { } problem)
        {
            errors.AddError(problem, file is null ? key : $"{key}File");
        }
    }
}
