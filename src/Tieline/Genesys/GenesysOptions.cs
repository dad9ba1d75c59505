namespace Tieline.Genesys;

/// <summary><c>Genesys</c></summary>
internal sealed class GenesysOptions
{
    public const string Section = "Genesys";

    /// <summary>A region's domain (<c>mypurecloud.de</c>) or AWS name (<c>eu-central-1</c>); gives the hosts below.</summary>
    /// <value><c>mypurecloud.com</c></value>
    public string Region { get; set; } = "mypurecloud.com";

    /// <summary>Overrides <c>https://api.{domain}</c>, for a simulator or a proxy. Plain http to loopback only.</summary>
    public Uri? ApiUrl { get; set; }

    /// <summary>Overrides <c>wss://api.{domain}/api/v2/analytics/events/stream</c>. Plain ws to loopback only.</summary>
    public Uri? StreamUrl { get; set; }

    /// <summary>Overrides <c>{ApiUrl}/oauth/token</c>. Plain http to loopback only.</summary>
    public Uri? TokenUrl { get; set; }

    /// <summary>How the credentials are sent to the token endpoint.</summary>
    /// <value><see cref="TokenAuthentication.Form"/></value>
    public TokenAuthentication TokenAuthentication { get; set; } = TokenAuthentication.Form;

    /// <summary>The OAuth client's id (client-credentials grant). Required. Also from <c>GENESYS_CLIENT_ID</c>.</summary>
    public string ClientId { get; set; } = "";

    /// <summary>The OAuth client's secret. Required. Also from <c>GENESYS_CLIENT_SECRET</c> or, read again at each token request, from the file <see cref="ClientSecretFile"/> names.</summary>
    public Secret ClientSecret { get; set; } = Secret.None;

    /// <summary>A file that holds the secret; its last line break is not part of it.</summary>
    public string? ClientSecretFile { get; set; }

    /// <summary>Asked for with the token, space-separated on the wire.</summary>
    public IList<string> Scopes { get; set; } = ["analytics:conversation:view", "webconversations:view", "user:read"];

    public SubscriptionOptions Subscription { get; set; } = new();
}

/// <summary><c>Genesys:Subscription</c></summary>
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
