using System.Net;
using System.Net.WebSockets;
using Tieline.Service.Http;
using Tieline.Service.Web.Access;

namespace Tieline.Service.Tests.Support;

/// <summary>A browser without scripts at a running Tieline. It keeps cookies, and knows nothing of SameSite: the functional tests have a real one.</summary>
internal sealed class Visitor : IDisposable
{
    private readonly HttpClient _http;
    private readonly Sandbox _sandbox;

    public Visitor(Sandbox sandbox)
    {
        _sandbox = sandbox;
        Site = new Uri(sandbox.Environment["TIELINE_Http__Listen"]);
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = Cookies }) { BaseAddress = Site };
    }

    public Uri Site { get; }

    public CookieContainer Cookies { get; } = new();

    public string? Session => Cookies.GetCookies(Site).FirstOrDefault(cookie => cookie.Name == SignIn.CookieName)?.Value;

    public static string TokenOf(Sandbox sandbox, string file = ConsoleToken.FileName) => ConsoleToken.TryRead(RunningTieline.DataOf(sandbox), file).ShouldNotBeNull();

    public async Task<HttpResponseMessage> GetAsync(string path, string? host = null, params (string Name, string Value)[] headers) => await SendAsync(HttpMethod.Get, path, host, null, headers);

    public async Task<HttpResponseMessage> PostAsync(string path, params (string Name, string Value)[] fields)
    {
        using var body = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        return await SendAsync(HttpMethod.Post, path, null, body);
    }

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? host = null, HttpContent? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        request.Headers.Host = host;
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value).ShouldBeTrue();
        return await _http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public async Task<string> TextAsync(string path)
    {
        using var response = await GetAsync(path);
        return WebUtility.HtmlDecode(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>What the page gives its own form, and a stranger's form has not.</summary>
    public async Task<string> FormSecretAsync(string page = SignIn.Path) => (await TextAsync(page)).Split("name=\"form\" value=\"")[1].Split('"')[0];

    /// <summary>Fills in the form.</summary>
    public async Task<HttpResponseMessage> SubmitAsync(string token, string? returnUrl = null) =>
        await PostAsync(SignIn.Path, [("token", token), ("form", await FormSecretAsync()), .. returnUrl is null ? ((string, string)[])[] : [("returnUrl", returnUrl)]]);

    /// <param name="file">Whose token.</param>
    public async Task EnterAsync(string file = ConsoleToken.FileName)
    {
        using var entered = await SubmitAsync(TokenOf(_sandbox, file));
        entered.StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }

    /// <returns>The status of the console's socket: 101 where a circuit may begin.</returns>
    public async Task<HttpStatusCode> SocketAsync(params (string Name, string Value)[] headers)
    {
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.Cookies = Cookies;
        foreach (var (name, value) in headers)
            socket.Options.SetRequestHeader(name, value);
        try
        {
            await socket.ConnectAsync(new UriBuilder(Site) { Scheme = "ws", Path = OwnOrigin.Socket }.Uri, TestContext.Current.CancellationToken);
        }
        catch (WebSocketException)
        {
            // The status says it.
        }

        return socket.HttpStatusCode;
    }

    public void Dispose() => _http.Dispose();
}
