using System.Net;
using Microsoft.Extensions.Options;

namespace Tieline.Genesys;

/// <summary>Finds everything that is wrong with the <c>Genesys</c> section at once. No message holds a secret.</summary>
internal sealed class GenesysOptionsValidator : IValidateOptions<GenesysOptions>
{
    private const int MinRequests = 10;

    /// <summary>What Genesys allows an org's application, however much the client's own limit was raised.</summary>
    private const int MaxRequests = 3000;

    public ValidateOptionsResult Validate(string? name, GenesysOptions options)
    {
        var errors = new ValidateOptionsResultBuilder();
        if (!Enum.IsDefined(options.Source))
            errors.AddError($"must be {string.Join(" or ", Enum.GetNames<GenesysSource>())}, was '{options.Source}'", "Genesys:Source");
        if (GenesysRegions.DomainOf(options.Region) is null)
            errors.AddError($"must be one of {string.Join(", ", GenesysRegions.Domains)} or its AWS name, was '{options.Region}'", "Genesys:Region");
        CheckUrl(errors, "Genesys:ApiUrl", options.ApiUrl, Uri.UriSchemeHttps, Uri.UriSchemeHttp);
        CheckUrl(errors, "Genesys:LoginUrl", options.LoginUrl, Uri.UriSchemeHttps, Uri.UriSchemeHttp);
        CheckUrl(errors, "Genesys:StreamUrl", options.StreamUrl, Uri.UriSchemeWss, Uri.UriSchemeWs);
        CheckUrl(errors, "Genesys:TokenUrl", options.TokenUrl, Uri.UriSchemeHttps, Uri.UriSchemeHttp);
        if (options.TokenAuthentication is { } given && !Enum.IsDefined(given))
            errors.AddError($"must be {string.Join(" or ", Enum.GetNames<TokenAuthentication>())}, was '{options.TokenAuthentication}'", "Genesys:TokenAuthentication");
        CheckCredentials(errors, options);
        CheckWords(errors, "Genesys:Scopes", options.Scopes);
        if (options.RequestsPerMinute is < MinRequests or > MaxRequests)
            errors.AddError($"must be from {MinRequests} to {MaxRequests}, was {options.RequestsPerMinute}", "Genesys:RequestsPerMinute");
        CheckWords(errors, "Genesys:Subscription:Types", options.Subscription.Types);
        CheckWords(errors, "Genesys:Subscription:States", options.Subscription.States);
        if (options.Source == GenesysSource.Notifications && options.Notifications is { Queues.Count: 0, Users.Count: 0, Topics.Count: 0 })
            errors.AddError("Queues, Users and Topics are all empty: there would be nothing to listen to; Queues: [\"*\"] is every queue", "Genesys:Notifications");
        return errors.Build();
    }

    private static void CheckCredentials(ValidateOptionsResultBuilder errors, GenesysOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.ClientId))
            errors.AddError("required: the id of an OAuth client with the grant Client Credentials; set GENESYS_CLIENT_ID", "Genesys:ClientId");
        if (options.ClientSecretFile is { Length: > 0 } file)
        {
            if (!File.Exists(file))
                errors.AddError($"must name a file that exists (environment: GENESYS_CLIENT_SECRET_FILE), was '{file}'", "Genesys:ClientSecretFile");
        }
        else if (options.ClientSecret.IsEmpty)
        {
            errors.AddError("required: the OAuth client's secret; set GENESYS_CLIENT_SECRET, or GENESYS_CLIENT_SECRET_FILE to the file that holds it", "Genesys:ClientSecret");
        }
    }

    private static void CheckUrl(ValidateOptionsResultBuilder errors, string key, Uri? url, string secure, string plain)
    {
        if (url is null)
            return;
        if (!url.IsAbsoluteUri || url.Host.Length == 0 || (url.Scheme != secure && url.Scheme != plain))
            errors.AddError($"must be an absolute {secure}:// URL ({plain}:// to loopback only), was '{Show(url)}'", key);
        else if (url.UserInfo.Length > 0)
            errors.AddError("must not hold a user name or password", key);
        else if (url.Scheme == plain && !IsLoopback(url))
            errors.AddError($"must be {secure}:// ({plain}:// is allowed to loopback only), was '{Show(url)}'", key);
    }

    private static void CheckWords(ValidateOptionsResultBuilder errors, string key, IList<string> words)
    {
        if (words.Any(string.IsNullOrWhiteSpace))
            errors.AddError("must not contain an empty entry", key);
    }

    private static bool IsLoopback(Uri url) =>
        url.Host == "localhost" || (IPAddress.TryParse(url.DnsSafeHost, out var address) && IPAddress.IsLoopback(address));

    /// <summary>The URL without what may be a secret in it.</summary>
    private static string Show(Uri url) =>
        url.IsAbsoluteUri ? url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped) : url.OriginalString;
}
