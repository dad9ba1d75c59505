using Tieline.Http;

namespace Tieline.Genesys;

/// <summary><c>Genesys</c></summary>
internal sealed class GenesysOptions
{
    public const string Section = "Genesys";

    /// <summary>Which of Genesys's two feeds events come from.</summary>
    /// <value><see cref="GenesysSource.AnalyticsStream"/></value>
    public GenesysSource Source { get; set; }

    /// <summary>A region's domain (<c>mypurecloud.de</c>) or AWS name (<c>eu-central-1</c>); gives the hosts below.</summary>
    /// <value><c>mypurecloud.com</c></value>
    public string Region { get; set; } = "mypurecloud.com";

    /// <summary>Overrides <c>https://api.{domain}</c>, for a simulator or a proxy. Plain http to loopback only.</summary>
    public Uri? ApiUrl { get; set; }

    /// <summary>Overrides <c>https://login.{domain}</c>, where <see cref="GenesysSource.Notifications"/> gets its token. Plain http to loopback only.</summary>
    /// <value>From the region; with an <see cref="ApiUrl"/> on loopback, that one.</value>
    public Uri? LoginUrl { get; set; }

    /// <summary>Overrides <c>wss://api.{domain}/api/v2/analytics/events/stream</c>. Plain ws to loopback only.</summary>
    public Uri? StreamUrl { get; set; }

    /// <summary>Overrides <c>{ApiUrl}/oauth/token</c>, and <c>{LoginUrl}/oauth/token</c> with <see cref="GenesysSource.Notifications"/>. Plain http to loopback only.</summary>
    public Uri? TokenUrl { get; set; }

    /// <summary>How the credentials are sent to the token endpoint.</summary>
    /// <value>By the source: Form with <see cref="GenesysSource.AnalyticsStream"/>, Basic with <see cref="GenesysSource.Notifications"/>.</value>
    public TokenAuthentication? TokenAuthentication { get; set; }

    /// <summary><see cref="TokenAuthentication"/>, or what the source asks for.</summary>
    public TokenAuthentication TokenAuthenticationInForce =>
        TokenAuthentication ?? (Source == GenesysSource.Notifications ? Genesys.TokenAuthentication.Basic : Genesys.TokenAuthentication.Form);

    /// <summary>The OAuth client's id (client-credentials grant). Required. Also from <c>GENESYS_CLIENT_ID</c>.</summary>
    public string ClientId { get; set; } = "";

    /// <summary>The OAuth client's secret. Required. Also from <c>GENESYS_CLIENT_SECRET</c> or, read again at each token request, from the file <see cref="ClientSecretFile"/> names.</summary>
    public Secret ClientSecret { get; set; } = Secret.None;

    /// <summary>A file that holds the secret; its last line break is not part of it.</summary>
    public string? ClientSecretFile { get; set; }

    /// <summary>Asked for with the token, space-separated on the wire. Never with <see cref="GenesysSource.Notifications"/>: there the OAuth client's roles decide.</summary>
    public IList<string> Scopes { get; set; } = ["analytics:conversation:view", "webconversations:view", "user:read"];

    /// <summary>REST calls in any minute, token requests included. Genesys allows a client 300; less where others use the same client.</summary>
    /// <value>300; 10 to 3000.</value>
    public int RequestsPerMinute { get; set; } = 300;

    public ProxyOptions Proxy { get; set; } = new();

    public SubscriptionOptions Subscription { get; set; } = new();

    public NotificationOptions Notifications { get; set; } = new();
}

/// <summary><c>Genesys:Subscription</c>: of the analytics stream. With <see cref="GenesysSource.Notifications"/> only <see cref="Types"/> counts, as a filter of media types.</summary>
internal sealed class SubscriptionOptions
{
    /// <summary>Media types to subscribe to; empty leaves the filter out, so that Genesys sends all.</summary>
    public IList<string> Types { get; set; } = ["voice", "webChat", "email"];

    /// <summary>States whose conversations to subscribe to; empty leaves the filter out.</summary>
    public IList<string> States { get; set; } = ["active", "queued", "waiting", "wrapup"];
}

internal enum TokenAuthentication
{
    /// <summary><c>client_id</c> and <c>client_secret</c> in the form body, as the specification does.</summary>
    Form,

    /// <summary>HTTP Basic, as the platform's own SDKs do.</summary>
    Basic,
}
