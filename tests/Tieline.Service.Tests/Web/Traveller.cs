using System.Net;
using Tieline.Service.Tests.Support;
using Tieline.Service.Web.Access;
using Tieline.TestKit;

namespace Tieline.Service.Tests.Web;

/// <summary>A browser without scripts that goes between Tieline and a provider, step by step. It knows nothing of SameSite: the functional tests have a real one.</summary>
internal sealed class Traveller : IDisposable
{
    private readonly CookieContainer _cookies = new();
    private readonly HttpClient _http;

    public Traveller(Sandbox sandbox)
    {
        Site = new Uri(sandbox.Environment["TIELINE_Http__Listen"]);
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = _cookies }) { BaseAddress = Site };
    }

    public Uri Site { get; }

    public bool HasSession => _cookies.GetCookies(Site).Any(cookie => cookie.Name == SignIn.CookieName);

    public static Sandbox Sandbox(FakeOrg org, IdentityProvider provider) => RunningTieline.Sandbox(org)
        .Variable("TIELINE_Http__Oidc__Authority", provider.Authority)
        .Variable("TIELINE_Http__Oidc__ClientId", IdentityProvider.ClientId)
        .Variable("TIELINE_Http__Oidc__ClientSecret", IdentityProvider.ClientSecret)
        .Variable("TIELINE_Http__Oidc__Name", "Example ID")
        .Variable("TIELINE_Http__Oidc__Operators", "contact-centre-ops")
        .Variable("TIELINE_Http__Oidc__Viewers", "contact-centre");

    public async Task<HttpResponseMessage> GetAsync(string path, string? host = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Host = host;
        return await _http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public async Task<string> TextAsync(string path)
    {
        using var response = await GetAsync(path);
        return await TextOfAsync(response);
    }

    /// <summary>As a person reads it.</summary>
    public static async Task<string> TextOfAsync(HttpResponseMessage response) => WebUtility.HtmlDecode(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

    /// <summary>Presses the button, again where the provider took too long as the page then asks for, and agrees at the provider.</summary>
    /// <returns>The address to which the provider sends the browser back.</returns>
    public async Task<string> AgreeAsync(string returnUrl = "/trouble")
    {
        using var start = await StartAsync($"{OidcSignIn.StartPath}?returnUrl={Uri.EscapeDataString(returnUrl)}");
        start.StatusCode.ShouldBe(HttpStatusCode.Redirect, await TextOfAsync(start));
        var page = await TextAsync(start.Headers.Location!.ToString());
        using var agreed = await GetAsync(new Uri(start.Headers.Location!, page.Split("href=\"")[1].Split('"')[0]).ToString());
        return agreed.Headers.Location!.ToString();
    }

    /// <summary>All of it, up to Tieline's answer.</summary>
    public async Task<HttpResponseMessage> SignInAsync(string returnUrl = "/trouble") => await GetAsync(await AgreeAsync(returnUrl));

    public void Dispose() => _http.Dispose();

    /// <summary>Tieline waits ten seconds for the provider, and the first answer of one that has just started may take longer on a busy machine. The limit of sign-ins a minute ends it.</summary>
    private async Task<HttpResponseMessage> StartAsync(string path)
    {
        while (true)
        {
            var start = await GetAsync(path);
            if (start.StatusCode != HttpStatusCode.ServiceUnavailable)
                return start;
            start.Dispose();
        }
    }
}
