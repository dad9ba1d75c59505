namespace Tieline.Service.Http;

/// <summary><c>Http</c></summary>
internal sealed class HttpOptions
{
    public const string Section = "Http";

    /// <summary>Where metrics and health are served: <c>http://address:port</c>, the address an IP address, <c>localhost</c> or <c>*</c>; port 0 takes a free one.</summary>
    /// <value><c>http://127.0.0.1:3001</c></value>
    public string Listen { get; set; } = "http://127.0.0.1:3001";

    /// <summary>Host names that a request may ask for, without a port; <c>*</c> allows any. <c>/metrics</c> and <c>/health</c> answer to every name.</summary>
    /// <value>The names of the loopback address</value>
    public IList<string> AllowedHosts { get; set; } = ["localhost", "127.0.0.1", "[::1]", SignInLink.OwnHost];

    /// <summary>Where people's browsers find the console when a proxy stands before it, such as <c>https://tieline.example</c>; its name is allowed beside <see cref="AllowedHosts"/>. Null: where it listens.</summary>
    public Uri? PublicUrl { get; set; }

    public OidcOptions Oidc { get; set; } = new();
}
