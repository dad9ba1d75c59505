namespace Tieline.Delivery;

/// <summary><c>Destinations:*:Authentication</c>: how requests show the CRM who sends them.</summary>
internal sealed class AuthenticationOptions
{
    /// <value><c>None</c></value>
    public AuthenticationType Type { get; set; } = AuthenticationType.None;

    /// <summary>For <c>Header</c>: the header.</summary>
    /// <value><c>Authorization</c></value>
    public string Name { get; set; } = "Authorization";

    /// <summary>For <c>Header</c>: all of its value, such as <c>Bearer …</c>.</summary>
    public Secret Value { get; set; } = Secret.None;

    /// <summary>A file that holds it, read again while Tieline runs; so are the other two.</summary>
    public string? ValueFile { get; set; }

    /// <summary>For <c>Basic</c>.</summary>
    public string Username { get; set; } = "";

    public Secret Password { get; set; } = Secret.None;

    public string? PasswordFile { get; set; }

    /// <summary>For <c>OAuth2</c>, grant client credentials (RFC 6749, 4.4): where tokens are given. Plain http to loopback only.</summary>
    public Uri? TokenUrl { get; set; }

    public string ClientId { get; set; } = "";

    public Secret ClientSecret { get; set; } = Secret.None;

    public string? ClientSecretFile { get; set; }

    /// <summary>Asked for with the token.</summary>
    public IList<string> Scopes { get; set; } = [];

    /// <summary>Sent as <c>audience</c> where it is not empty: some token endpoints want it.</summary>
    public string Audience { get; set; } = "";

    /// <summary>How the client's id and secret go to <see cref="TokenUrl"/>.</summary>
    /// <value><c>Basic</c>, which RFC 6749 wants every endpoint to take</value>
    public ClientAuthentication TokenAuthentication { get; set; } = ClientAuthentication.Basic;

    /// <summary>The header that is set; null for none.</summary>
    public string? Header => Type switch
    {
        AuthenticationType.None => null,
        AuthenticationType.Header => Name,
        _ => "Authorization",
    };
}

internal enum AuthenticationType
{
    None,
    Header,
    Basic,
    OAuth2,
}

internal enum ClientAuthentication
{
    Basic,
    Form,
}
