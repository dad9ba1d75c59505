using System.Net.Http.Headers;
using System.Text;

namespace Tieline.Genesys;

/// <summary>Makes the client-credentials request (RFC 6749, 4.4). Pure.</summary>
internal static class TokenRequest
{
    public static HttpRequestMessage Create(Uri url, GenesysOptions options, Secret secret)
    {
        var form = new List<KeyValuePair<string, string>>(4);
        if (options.TokenAuthenticationInForce == TokenAuthentication.Form)
        {
            form.Add(new("client_id", options.ClientId));
            form.Add(new("client_secret", secret.Reveal()));
        }

        form.Add(new("grant_type", "client_credentials"));
        if (options.Scopes.Count > 0 && options.Source == GenesysSource.AnalyticsStream)
            form.Add(new("scope", string.Join(' ', options.Scopes)));
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new FormUrlEncodedContent(form) };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (options.TokenAuthenticationInForce == TokenAuthentication.Basic)
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Basic(options.ClientId, secret));
        return request;
    }

    // ISO-8859-1 as the platform's own SDKs do, not UTF-8.
    private static string Basic(string id, Secret secret) => Convert.ToBase64String(Encoding.Latin1.GetBytes($"{id}:{secret.Reveal()}"));
}
