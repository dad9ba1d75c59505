using System.Security.Cryptography;
using System.Text.Json;

namespace Tieline.Service.Http;

/// <summary><c>Http:Oidc</c>: people enter the console through an OpenID Connect provider, each under their own name.</summary>
internal sealed class OidcOptions
{
    public const string Section = $"{HttpOptions.Section}:Oidc";

    /// <summary>The provider's issuer URL, above <c>/.well-known/openid-configuration</c>; null: off. Plain http to loopback only.</summary>
    public Uri? Authority { get; set; }

    /// <summary>Required with <see cref="Authority"/>.</summary>
    public string ClientId { get; set; } = "";

    /// <summary>Goes into the body of the token request (<c>client_secret_post</c>). Empty: a public client, which PKCE alone holds to its word.</summary>
    public Secret ClientSecret { get; set; } = Secret.None;

    /// <summary>What the sign-in page calls it, up to 60 characters.</summary>
    /// <value><c>single sign-on</c></value>
    public string Name { get; set; } = "single sign-on";

    /// <summary>Asked for; <c>openid</c> must be among them.</summary>
    public IList<string> Scopes { get; set; } = ["openid", "profile"];

    /// <summary>Claims are asked for at the provider's userinfo endpoint too, where it keeps them out of the ID token.</summary>
    public bool UserInfo { get; set; }

    /// <summary>The claim that says who somebody is in the audit log; where it is missing, <c>sub</c>. Best one that people cannot change themselves.</summary>
    /// <value><c>preferred_username</c></value>
    public string NameClaim { get; set; } = "preferred_username";

    /// <summary>The claim, a text or a list of texts, that gives the role.</summary>
    /// <value><c>groups</c></value>
    public string RoleClaim { get; set; } = "groups";

    /// <summary>Whoever has one of these values in <see cref="RoleClaim"/> is an operator.</summary>
    public IList<string> Operators { get; set; } = [];

    /// <summary>Whoever has one of these, and none of <see cref="Operators"/>, is a viewer. Somebody with neither is refused.</summary>
    public IList<string> Viewers { get; set; } = [];

    /// <summary>How long a sign-in holds; then the provider is asked again, and so the role. From 5 min to 24 h.</summary>
    /// <value>8 h</value>
    public TimeSpan SessionLifetime { get; set; } = TimeSpan.FromHours(8);

    public bool IsOn => Authority is not null;

    /// <summary>Tells these settings from others, as far as they say who is what: a session from before they changed is worth nothing.</summary>
    public string Mark => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes<IEnumerable<string>[]>(
        [[Authority?.OriginalString ?? "", ClientId, NameClaim, RoleClaim], Operators, Viewers])));
}
