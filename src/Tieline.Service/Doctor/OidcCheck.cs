using System.Text.Json;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Tieline.Service.Http;
using Tieline.Service.Web.Access;

namespace Tieline.Service.Doctor;

/// <summary>Whether the console's sign-in provider can be read: its discovery document and its keys. Nobody is signed in.</summary>
internal sealed class OidcCheck(HttpOptions options, TimeProvider time) : ICheck
{
    private const string Check = "oidc";
    private const string WellKnown = ".well-known/openid-configuration";
    private const string Proof = "S256";

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    public string Name => Check;

    public async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellation)
    {
        var authority = options.Oidc.Authority!;
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false, ConnectTimeout = _patience }) { Timeout = _patience };
        var documents = new HttpDocumentRetriever(http) { RequireHttps = authority.Scheme == Uri.UriSchemeHttps };
        var began = time.GetTimestamp();
        try
        {
            var found = await OpenIdConnectConfigurationRetriever.GetAsync($"{authority.OriginalString.TrimEnd('/')}/{WellKnown}", documents, cancellation);
            return [Judge(options, found, time.GetElapsedTime(began))];
        }
        catch (Exception e) when (e is IOException or HttpRequestException or InvalidOperationException or ArgumentException or JsonException or OperationCanceledException)
        {
            cancellation.ThrowIfCancellationRequested();
            return [new Finding(Check, authority.Host, Verdict.Fail, $"its discovery document or its keys cannot be read ({Why(e)})", $"Check Http:Oidc:Authority: {WellKnown} must answer below it. Until it does, only the tokens of the data directory open the console; events flow all the same.")];
        }
    }

    /// <summary>Pure.</summary>
    internal static Finding Judge(HttpOptions options, OpenIdConnectConfiguration found, TimeSpan took)
    {
        var authority = options.Oidc.Authority!;
        if (string.IsNullOrEmpty(found.AuthorizationEndpoint) || string.IsNullOrEmpty(found.TokenEndpoint) || found.SigningKeys.Count == 0)
            return new Finding(Check, authority.Host, Verdict.Fail, "its discovery document lacks the authorization endpoint, the token endpoint or keys", "Check Http:Oidc:Authority: something else answers there.");
        if (!string.Equals(found.Issuer?.TrimEnd('/'), authority.OriginalString.TrimEnd('/'), StringComparison.Ordinal))
            return new Finding(Check, authority.Host, Verdict.Warn, "it calls itself by another issuer URL than Http:Oidc:Authority", $"Give its own as Http:Oidc:Authority, if that is '{found.Issuer}'.");
        if (found.CodeChallengeMethodsSupported.Count > 0 && !found.CodeChallengeMethodsSupported.Contains(Proof))
            return new Finding(Check, authority.Host, Verdict.Warn, $"it does not say that it takes PKCE with {Proof}", "Tieline sends it all the same; most providers take it.");
        return new Finding(Check, authority.Host, Verdict.Pass, $"discovery document and {found.SigningKeys.Count} keys read in {took.TotalMilliseconds:F0} ms; redirect URI to register there: {new Uri(Site(options), OidcSignIn.CallbackPath)}");
    }

    private static Uri Site(HttpOptions options) => options.PublicUrl ?? new Uri(options.Listen);

    private static string Why(Exception e) => e switch
    {
        OperationCanceledException or { InnerException: OperationCanceledException } => $"no answer within {_patience.TotalSeconds} s",
        HttpRequestException http => http.HttpRequestError.ToString(),
        { InnerException: HttpRequestException http } => http.HttpRequestError.ToString(),
        _ when e.Data[HttpDocumentRetriever.StatusCode] is { } status => $"answer {(int)status}",
        _ => e.GetType().Name,
    };
}
