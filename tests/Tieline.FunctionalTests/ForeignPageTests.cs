using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using Tieline.FunctionalTests.Support;
using static Microsoft.Playwright.Assertions;

namespace Tieline.FunctionalTests;

/// <summary>A page of another port, in a real browser that is signed in as an operator. The browser counts it as the same site, and sends the cookie.</summary>
[Collection(Load.Name)]
public sealed class ForeignPageTests
{
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_page_of_another_port_gets_the_cookie_and_neither_a_circuit_nor_a_change()
    {
        Assert.SkipUnless(File.Exists(Browser.Executable), $"{Browser.Executable} is missing: apt-get install chromium");
        await using var site = await Site.StartAsync();
        await site.MoreDeliveriesAsync(5, _soon);
        await using var evil = await EvilPage.StartAsync();
        await using var browser = await Browser.StartAsync(site);
        var page = await browser.SignedInAsync();
        await Browser.OpenAsync(page, "/destinations");

        var other = await page.Context.NewPageAsync();
        await other.GotoAsync(evil.Url.ToString());
        evil.Cookies.ShouldContain("tieline-console=", Case.Sensitive, "a browser sends a cookie to every port of a host: so the test means something");
        (await other.EvaluateAsync<string>("url => new Promise(done => { const socket = new WebSocket(url); socket.onopen = () => done('open'); socket.onerror = () => done('refused'); })",
            new UriBuilder(site.Address) { Scheme = "ws", Path = "/_blazor" }.Uri.ToString())).ShouldBe("refused");
        foreach (var path in (string[])["/_blazor/negotiate?negotiateVersion=1", "/logout", "/login", "/api/v1/destinations/crm/pause"])
        {
            await other.EvaluateAsync("async url => { await fetch(url, { method: 'POST', mode: 'no-cors', credentials: 'include', body: 'reason=owned' }).catch(() => { }); }", new Uri(site.Address, path).ToString());
            await other.GotoAsync(evil.Url.ToString());
            await other.EvaluateAsync("url => { const form = document.createElement('form'); form.method = 'post'; form.action = url; document.body.append(form); form.submit(); }", new Uri(site.Address, path).ToString());
            await Expect(other.Locator("body")).ToContainTextAsync("from the console's own pages");
            await other.GotoAsync(evil.Url.ToString());
        }

        // The console's own page goes on, and its own forms work.
        await Browser.OpenAsync(page, "/destinations");
        await Browser.IsAliveAsync(page);
        site.AuditLines("paused").ShouldBeEmpty();
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Expect(page.GetByLabel("Token")).ToBeVisibleAsync();
        await Eventually.TrueAsync(() => site.AuditLines("access-refused").Any(line => (string?)line.Detail?["what"] == "origin"), _soon, () => "the refusal is on record");
        await Eventually.TrueAsync(() => site.AuditLines("signed-out").Count == 1, _soon, () => "the sign-out is on record");
    }

    [Fact]
    public async Task What_a_browser_keeps_of_its_way_in_holds_no_token_and_lets_nobody_in_again()
    {
        Assert.SkipUnless(File.Exists(Browser.Executable), $"{Browser.Executable} is missing: apt-get install chromium");
        await using var site = await Site.StartAsync();
        using var profile = new Tieline.TestKit.TempDirectory();
        var result = await site.RunAsync("console");
        result.ExitCode.ShouldBe(0, result.ToString());
        var link = new Uri(result.Output.Trim());
        link.Host.ShouldBe("tieline.localhost");
        using (var playwright = await Playwright.CreateAsync())
        {
            await using var browser = await playwright.Chromium.LaunchPersistentContextAsync(profile.Path, new()
            {
                ExecutablePath = Browser.Executable,
                Args = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-dev-shm-usage"],
                Timeout = 60_000,
            });
            var page = await browser.NewPageAsync();
            await page.GotoAsync(link.ToString());
            new Uri(page.Url).PathAndQuery.ShouldBe("/");
            await Browser.IsAliveAsync(page);
            await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
            await Expect(page.GetByLabel("Token")).ToBeVisibleAsync();
            await page.GotoAsync(link.ToString());
            await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("was used");
            await browser.CloseAsync();
        }

        var token = (await File.ReadAllTextAsync(Path.Combine(site.DataDirectory, "console-token"), TestContext.Current.CancellationToken)).Trim();
        var history = Directory.EnumerateFiles(profile.Path, "History", SearchOption.AllDirectories).ShouldHaveSingleItem();
        (await File.ReadAllTextAsync(history, TestContext.Current.CancellationToken)).ShouldContain("tieline.localhost", Case.Sensitive, "the browser keeps what it visited: so the test means something");
        foreach (var file in Directory.EnumerateFiles(profile.Path, "*", SearchOption.AllDirectories))
            (await File.ReadAllTextAsync(file, System.Text.Encoding.Latin1, TestContext.Current.CancellationToken)).ShouldNotContain(token, Case.Sensitive, file);
    }

    /// <summary>Somebody else's web server on the same machine.</summary>
    private sealed class EvilPage(WebApplication app) : IAsyncDisposable
    {
        public Uri Url => new(app.Urls.First());

        public string Cookies { get; private set; } = "";

        public static async Task<EvilPage> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
            var evil = new EvilPage(builder.Build());
            evil.Map();
            await evil.StartListeningAsync();
            return evil;
        }

        public async ValueTask DisposeAsync() => await app.DisposeAsync();

        private Task StartListeningAsync() => app.StartAsync();

        private void Map() => app.MapGet("/", context =>
        {
            Cookies += context.Request.Headers.Cookie.ToString();
            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync("<!DOCTYPE html><html lang=\"en\"><title>Wiki</title><body>Wiki</body></html>");
        });
    }
}
