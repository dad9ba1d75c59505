namespace Tieline.Http;

/// <summary><c>Genesys:Proxy</c> and <c>Destinations:*:Proxy</c>: the proxy for everything that goes there, tokens and WebSockets included.</summary>
internal sealed class ProxyOptions
{
    /// <summary>Such as <c>http://proxy.example:3128</c>; <c>https</c> and <c>socks5</c> too. With it, <c>HTTPS_PROXY</c> and <c>NO_PROXY</c> count for nothing here.</summary>
    /// <value>None: by the environment (<c>HTTPS_PROXY</c>, <c>HTTP_PROXY</c>, <c>ALL_PROXY</c>, <c>NO_PROXY</c>).</value>
    public Uri? Url { get; set; }

    /// <summary>Where the proxy asks for one.</summary>
    public string Username { get; set; } = "";

    public Secret Password { get; set; } = Secret.None;

    /// <summary>A file that holds it, read again whenever the proxy asks.</summary>
    public string? PasswordFile { get; set; }
}
