using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Tieline.FunctionalTests.Support;

/// <summary>Debian's chromium at a site's console. No browser is downloaded.</summary>
internal sealed class Browser : IAsyncDisposable
{
    public const string Executable = "/usr/bin/chromium";

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;
    private readonly Site _site;

    private Browser(IPlaywright playwright, IBrowser browser, Site site) => (_playwright, _browser, _site) = (playwright, browser, site);

    /// <summary>What pages complained of: scripts that failed, what the content policy refused, answers of 4xx and 5xx.</summary>
    public List<string> Complaints { get; } = [];

    public static async Task<Browser> StartAsync(Site site)
    {
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Executable,
            Args = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-dev-shm-usage"],
            Timeout = 60_000,
        });
        return new Browser(playwright, browser, site);
    }

    /// <summary>A browser of somebody who has nothing yet.</summary>
    /// <param name="theme"><c>light</c>, <c>dark</c> or <c>contrast</c>.</param>
    public async Task<IPage> StrangerAsync(string theme = "light", int width = 1280)
    {
        var context = await _browser.NewContextAsync(new() { BaseURL = _site.Address.ToString(), ViewportSize = new() { Width = width, Height = 720 } });
        context.SetDefaultTimeout(60_000);
        await context.AddCookiesAsync([new() { Name = "tieline-theme", Value = theme, Url = _site.Address.ToString() }]);
        var page = await context.NewPageAsync();
        page.PageError += (_, error) => Complaints.Add(error);
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
                Complaints.Add($"{message.Text} at {message.Location}");
        };
        return page;
    }

    /// <summary>A browser whose person typed the token.</summary>
    /// <param name="file">Whose token.</param>
    public async Task<IPage> SignedInAsync(string theme = "light", int width = 1280, string file = "console-token")
    {
        var page = await StrangerAsync(theme, width);
        var token = (await File.ReadAllTextAsync(Path.Combine(_site.DataDirectory, file), TestContext.Current.CancellationToken)).Trim();
        await page.GotoAsync("/login");
        await page.GetByLabel("Token").FillAsync(token);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await page.WaitForURLAsync("**/");
        return page;
    }

    /// <summary>Opens a page and waits until it is alive: until then clicks go nowhere.</summary>
    public static async Task OpenAsync(IPage page, string path)
    {
        await page.GotoAsync(path);
        await IsAliveAsync(page);
    }

    public static Task IsAliveAsync(IPage page) => page.Locator("html[data-alive]").WaitForAsync();

    /// <summary>What axe-core finds wrong, rule by rule with an example; empty where all is well.</summary>
    public static async Task<IReadOnlyList<string>> AxeAsync(IPage page) =>
        [.. (await page.RunAxe()).Violations.Select(violation => $"{violation.Id} ({violation.Impact}): {violation.Help}: {violation.Nodes[0].Html}")];

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
