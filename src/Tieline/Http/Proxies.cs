using System.Net;

namespace Tieline.Http;

/// <summary>From options to the proxy that .NET takes.</summary>
internal static class Proxies
{
    /// <returns>Null where the environment decides.</returns>
    public static IWebProxy? Of(ProxyOptions options) =>
        options.Url is not { } url ? null : new WebProxy(url) { Credentials = options.Username.Length == 0 ? null : new PasswordOnDemand(options) };

    /// <summary>For people: what requests to <paramref name="target"/> go through, and who says so. Without what may be a password; null where they go directly.</summary>
    /// <param name="key">Where the options stand: <c>Genesys:Proxy</c>.</param>
    public static string? Describe(ProxyOptions options, string key, Uri target) =>
        options.Url is { } configured ? $"{configured.IdnHost}:{configured.Port} ({key}:{nameof(options.Url)})"
        : !HttpClient.DefaultProxy.IsBypassed(target) && HttpClient.DefaultProxy.GetProxy(target) is { } proxy ? $"{proxy.IdnHost}:{proxy.Port} (from the environment)"
        : null;

    /// <summary>The file is read whenever the proxy asks, so that a new password needs no restart.</summary>
    private sealed class PasswordOnDemand(ProxyOptions options) : ICredentials
    {
        public NetworkCredential GetCredential(Uri uri, string authType) =>
            new(options.Username, options.PasswordFile is { } file ? SecretText.Read(file, out _) ?? "" : options.Password.Reveal());
    }
}
