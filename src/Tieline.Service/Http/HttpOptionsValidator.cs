using System.Net;
using Microsoft.Extensions.Options;

namespace Tieline.Service.Http;

internal sealed class HttpOptionsValidator : IValidateOptions<HttpOptions>
{
    public ValidateOptionsResult Validate(string? name, HttpOptions options)
    {
        var errors = new ValidateOptionsResultBuilder();
        if (!ListenAddress.TryParse(options.Listen, out var listen))
        {
            errors.AddError($"must be http://address:port, such as http://127.0.0.1:3001 or http://*:3001, was '{options.Listen}'", $"{HttpOptions.Section}:Listen");
        }

        for (var i = 0; i < options.AllowedHosts.Count; i++)
        {
            if (!IsHost(options.AllowedHosts[i]))
            {
                errors.AddError($"must be a host name or address without scheme and port, or *, was '{options.AllowedHosts[i]}'", $"{HttpOptions.Section}:AllowedHosts:{i}");
            }
        }

        if (options.PublicUrl is { } site && (site.Scheme is not ("https" or "http") || site.PathAndQuery != "/" || site.Fragment.Length > 0 || site.UserInfo.Length > 0))
            errors.AddError("must be scheme and host alone, such as https://tieline.example", $"{HttpOptions.Section}:PublicUrl");
        if (options.Oidc.IsOn && options.PublicUrl is null && listen is { Address: { } address } && !IPAddress.IsLoopback(address))
            errors.AddError("required with Oidc where Listen is not a loopback address: the https:// address to which the provider sends people back", $"{HttpOptions.Section}:PublicUrl");
        return errors.Build();
    }

    private static bool IsHost(string host) =>
        host == "*" || (host.StartsWith('[') && host.EndsWith(']') && IPAddress.TryParse(host[1..^1], out _)) || Uri.CheckHostName(host) is UriHostNameType.Dns or UriHostNameType.IPv4;
}
