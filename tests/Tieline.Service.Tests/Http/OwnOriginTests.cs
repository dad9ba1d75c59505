using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Tieline.Service.Http;

namespace Tieline.Service.Tests.Http;

/// <summary>Which pages a browser may act for.</summary>
public sealed class OwnOriginTests
{
    [Theory]
    [InlineData("127.0.0.1:3001", "http://127.0.0.1:3001")]
    [InlineData("localhost:3001", "http://localhost:3001")]
    [InlineData("localhost:3001", "HTTP://LocalHost:3001")]
    [InlineData("LOCALHOST:3001", "http://localhost:3001")]
    [InlineData("[::1]:3001", "http://[::1]:3001")]
    [InlineData("tieline.example", "http://tieline.example")]
    [InlineData("tieline.example:80", "http://tieline.example")]
    [InlineData("tieline.example", "http://tieline.example:80")]
    [InlineData("tieline.example", "https://tieline.example")] // a proxy that ends TLS and passes the name on
    [InlineData("tieline.example:443", "https://tieline.example")]
    public void The_page_of_the_host_that_was_asked_for_may(string host, string origin) => IsOwn(host, origin).ShouldBeTrue();

    [Theory]
    [InlineData("127.0.0.1:3001", "http://127.0.0.1:4000")] // another port
    [InlineData("127.0.0.1:3001", "http://127.0.0.1")]
    [InlineData("127.0.0.1:3001", "http://localhost:3001")] // another name of the same machine
    [InlineData("tieline.corp.example:3001", "http://wiki.corp.example:3001")] // a sibling
    [InlineData("tieline.corp.example:3001", "http://corp.example:3001")]
    [InlineData("tieline.corp.example:3001", "http://evil.tieline.corp.example:3001")]
    [InlineData("tieline.corp.example:3001", "http://tieline.corp.example.evil:3001")]
    [InlineData("tieline.corp.example:3001", "https://tieline.corp.example")]
    [InlineData("tieline.example", "https://tieline.example:8443")]
    [InlineData("tieline.example:443", "http://tieline.example")]
    [InlineData("127.0.0.1:3001", "null")] // a sandboxed frame, a file, a redirect from elsewhere
    [InlineData("127.0.0.1:3001", "")]
    [InlineData("127.0.0.1:3001", "127.0.0.1:3001")]
    [InlineData("127.0.0.1:3001", "http://user@127.0.0.1:3001")]
    [InlineData("127.0.0.1:3001", "http://127.0.0.1:3001/page")]
    [InlineData("127.0.0.1:3001", "http://127.0.0.1:3001?x")]
    [InlineData("127.0.0.1:3001", "file:///etc/passwd")]
    [InlineData("127.0.0.1:3001", "chrome-extension://127.0.0.1:3001")]
    [InlineData("", "http://")]
    public void Any_other_page_may_not(string host, string origin) => IsOwn(host, origin).ShouldBeFalse();

    [Theory]
    [InlineData("tieline.example", "https://tieline.example", true)]
    [InlineData("tieline.example", "https://TIELINE.example:443", true)]
    [InlineData("tieline.example", "http://tieline.example", false)] // what the browser sees is https: another origin
    [InlineData("tieline.example", "https://tieline.example:8443", false)]
    [InlineData("tieline.example", "https://wiki.example", false)]
    [InlineData("10.0.0.7:3001", "https://tieline.example", true)] // a proxy that asks under a name of its own
    [InlineData("localhost:3001", "http://localhost:3001", true)] // over an SSH tunnel
    [InlineData("localhost:3001", "http://localhost:4000", false)]
    public void Behind_a_proxy_the_public_address_is_the_page(string host, string origin, bool isOwn) =>
        OwnOrigin.IsOwn(origin, StringValues.Empty, new HostString(host), new Uri("https://tieline.example")).ShouldBe(isOwn);

    [Theory]
    [InlineData("same-origin", true)]
    [InlineData("none", true)] // typed, or a bookmark
    [InlineData("same-site", false)]
    [InlineData("cross-site", false)]
    [InlineData("Same-Origin", false)]
    [InlineData("", false)]
    public void What_the_browser_says_of_the_site_counts_as_well(string site, bool isOwn)
    {
        OwnOrigin.IsOwn("http://localhost:3001", site, new HostString("localhost:3001"), null).ShouldBe(isOwn);
        OwnOrigin.IsOwn(StringValues.Empty, site, new HostString("localhost:3001"), null).ShouldBe(isOwn);
    }

    [Fact]
    public void A_header_that_comes_twice_says_nothing()
    {
        OwnOrigin.IsOwn(new StringValues(["http://localhost:3001", "http://evil.example"]), StringValues.Empty, new HostString("localhost:3001"), null).ShouldBeFalse();
        OwnOrigin.IsOwn(StringValues.Empty, new StringValues(["same-origin", "cross-site"]), new HostString("localhost:3001"), null).ShouldBeFalse();
    }

    [Fact]
    public void A_program_that_is_no_browser_sends_neither_and_may() => OwnOrigin.IsOwn(StringValues.Empty, StringValues.Empty, new HostString("localhost:3001"), null).ShouldBeTrue();

    [Theory]
    [InlineData("GET", "/", false)]
    [InlineData("HEAD", "/events", false)]
    [InlineData("GET", "/api/v1/gaps", false)]
    [InlineData("GET", "/login/oidc/callback", false)] // the provider's site sends the browser there
    [InlineData("GET", "/_blazor", true)]
    [InlineData("GET", "/_BLAZOR/negotiate", true)]
    [InlineData("GET", "/trust/export", true)]
    [InlineData("POST", "/_blazor/negotiate", true)]
    [InlineData("POST", "/login", true)]
    [InlineData("POST", "/logout", true)]
    [InlineData("POST", "/api/v1/backfills", true)]
    [InlineData("DELETE", "/api/v1/tokens/x", true)]
    [InlineData("BREW", "/", true)]
    public void What_changes_something_and_the_socket_are_guarded(string method, string path, bool isGuarded) => OwnOrigin.IsGuarded(method, path).ShouldBe(isGuarded);

    private static bool IsOwn(string host, string origin) => OwnOrigin.IsOwn(origin, StringValues.Empty, new HostString(host), null);
}
