using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Tieline.FunctionalTests.Support;
using Tieline.Simulator;
using static Microsoft.Playwright.Assertions;

namespace Tieline.FunctionalTests;

/// <summary>The console of the published program, in a real browser, while events flow.</summary>
[Collection(Load.Name)]
public sealed class ConsoleTests
{
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(60);
    private static readonly string[] _pages = ["/", "/events", "/trouble", "/destinations", "/trust"];

    [Fact]
    public async Task Every_page_shows_live_figures_and_axe_finds_nothing_in_any_theme()
    {
        Assert.SkipUnless(File.Exists(Browser.Executable), $"{Browser.Executable} is missing: apt-get install chromium");
        await using var site = await Site.StartAsync();
        await site.MoreDeliveriesAsync(20, _soon);
        await using var browser = await Browser.StartAsync(site);
        foreach (var theme in (string[])["light", "dark", "contrast"])
        {
            var page = await browser.SignedInAsync(theme);
            foreach (var path in _pages)
            {
                await Browser.OpenAsync(page, path);
                await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeVisibleAsync();
                (await Browser.AxeAsync(page)).ShouldBeEmpty($"{path}, {theme}");
            }

            await page.Context.CloseAsync();
        }

        browser.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task Now_says_that_all_is_well_and_within_seconds_that_the_crm_is_down()
    {
        Assert.SkipUnless(File.Exists(Browser.Executable), $"{Browser.Executable} is missing: apt-get install chromium");
        await using var site = await Site.StartAsync();
        await site.MoreDeliveriesAsync(20, _soon);
        await using var browser = await Browser.StartAsync(site);
        var page = await browser.SignedInAsync(width: 360);
        await Browser.OpenAsync(page, "/");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync("Healthy", new() { Timeout = 60_000 });
        (await page.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(360, "nothing is cut off on a phone");

        await site.Crm.DownAsync();

        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync("is down", new() { Timeout = 60_000 });
        await Expect(page.Locator(".verdict")).ToContainTextAsync("At fault: the CRM");
        await page.Keyboard.PressAsync("g");
        await page.Keyboard.PressAsync("d");
        await Expect(page).ToHaveURLAsync(new Regex("/destinations$", RegexOptions.None, TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task A_dead_letter_is_looked_at_replayed_and_goes_and_a_viewer_may_not_do_it()
    {
        Assert.SkipUnless(File.Exists(Browser.Executable), $"{Browser.Executable} is missing: apt-get install chromium");
        var refuses = 1;
        await using var site = await Site.StartAsync(options =>
        {
            options.Crm.Decide = _ => Interlocked.Exchange(ref refuses, 0) == 1 ? new CrmAnswer { Status = 422 } : null;
        });
        await Eventually.TrueAsync(async () => (await site.MetricsAsync())["deadLetters"] == 1, _soon, () => $"one event is refused\n{site.Process.Tail()}");
        await site.MoreDeliveriesAsync(5, _soon);
        await using var browser = await Browser.StartAsync(site);

        var viewer = await browser.SignedInAsync(file: "console-viewer-token", width: 360);
        await Browser.OpenAsync(viewer, "/trouble");
        await Expect(viewer.GetByRole(AriaRole.Button, new() { Name = "Replay" })).ToBeDisabledAsync();
        (await viewer.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(360, "nothing is cut off on a phone");

        var page = await browser.SignedInAsync("dark");
        await Browser.OpenAsync(page, "/trouble");
        await page.GetByRole(AriaRole.Link, new() { Name = "422" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex("cause=", RegexOptions.None, TimeSpan.FromSeconds(1)));
        await page.GetByRole(AriaRole.Button, new() { Name = "Replay the" }).ClickAsync();
        await Expect(page.GetByText("A dry run finds 1 to send")).ToBeVisibleAsync();
        (await Browser.AxeAsync(page)).ShouldBeEmpty();
        await page.GetByRole(AriaRole.Button, new() { Name = "Replay now" }).ClickAsync();
        await Expect(page.GetByText("1 sent again")).ToBeVisibleAsync();
        await Eventually.TrueAsync(async () => (await site.MetricsAsync())["deadLetters"] == 0, _soon, () => "it is no dead letter any more");
        await Eventually.TrueAsync(() => site.AuditLines("replayed").Any(line => (string?)line.Detail?["by"] == "console"), _soon, () => "who did it is in the audit log");
        browser.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_event_is_found_by_its_conversation_and_a_gap_asked_for_is_listed_and_the_log_verified()
    {
        Assert.SkipUnless(File.Exists(Browser.Executable), $"{Browser.Executable} is missing: apt-get install chromium");
        await using var site = await Site.StartAsync(options => options.FillsSoon());
        await site.MoreDeliveriesAsync(20, _soon);
        await using var browser = await Browser.StartAsync(site);
        var page = await browser.SignedInAsync();
        var conversation = site.Crm.Requests()[0].ConversationId!;

        await page.Keyboard.PressAsync("/");
        await Browser.OpenAsync(page, $"/events?q={conversation}");
        await page.GetByRole(AriaRole.Link, new() { Name = conversation }).First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync(conversation);
        (await Browser.AxeAsync(page)).ShouldBeEmpty();
        await page.Locator("tr[data-row] a").First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Timeline" })).ToBeVisibleAsync();
        (await Browser.AxeAsync(page)).ShouldBeEmpty();

        await Browser.OpenAsync(page, "/trouble");
        await page.GetByRole(AriaRole.Button, new() { Name = "Backfill now" }).ClickAsync();
        await Expect(page.GetByText("stands for the span")).ToBeVisibleAsync();
        await Eventually.TrueAsync(() => site.AuditLines("requested").Any(line => (string?)line.Detail?["by"] == "console"), _soon, () => "who asked is in the audit log");

        await Browser.OpenAsync(page, "/trust");
        await page.GetByRole(AriaRole.Button, new() { Name = "Verify now" }).ClickAsync();
        await Expect(page.GetByText("The audit log is whole")).ToBeVisibleAsync();
        browser.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_browser_without_the_token_sees_nothing()
    {
        Assert.SkipUnless(File.Exists(Browser.Executable), $"{Browser.Executable} is missing: apt-get install chromium");
        await using var site = await Site.StartAsync();
        await Eventually.TrueAsync(async () => (await site.ReadyAsync()).Status == 200, _soon, () => "Tieline is ready");
        await using var browser = await Browser.StartAsync(site);
        var page = await browser.StrangerAsync();
        foreach (var path in _pages)
        {
            await page.GotoAsync(path);
            new Uri(page.Url).AbsolutePath.ShouldBe("/login");
        }

        await page.GetByLabel("Token").FillAsync("guess");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        (await Browser.AxeAsync(page)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_token_is_made_shown_once_and_withdrawn()
    {
        Assert.SkipUnless(File.Exists(Browser.Executable), $"{Browser.Executable} is missing: apt-get install chromium");
        await using var site = await Site.StartAsync();
        await using var browser = await Browser.StartAsync(site);
        var page = await browser.SignedInAsync();
        await Browser.OpenAsync(page, "/trust");
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("monitoring");
        await page.GetByLabel("Role").SelectOptionAsync("metrics");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make a token" }).ClickAsync();
        await Expect(page.GetByText("Token 'monitoring' holds from now on.")).ToBeVisibleAsync();
        var token = (await page.Locator("code.id").Filter(new() { HasText = "tieline_" }).TextContentAsync())!.Trim();
        (await Browser.AxeAsync(page)).ShouldBeEmpty();
        using var http = new HttpClient { BaseAddress = site.Address, DefaultRequestHeaders = { Authorization = new("Bearer", token) } };
        (await http.GetAsync(new Uri("/api/v1/alerts", UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode.ShouldBe(System.Net.HttpStatusCode.OK);
        (await http.GetAsync(new Uri("/api/v1/events", UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode.ShouldBe(System.Net.HttpStatusCode.Forbidden);

        await Browser.OpenAsync(page, "/trust");
        await Expect(page.GetByText(token)).ToHaveCountAsync(0);
        await page.GetByRole(AriaRole.Button, new() { Name = "Revoke monitoring" }).ClickAsync();
        await Expect(page.GetByText("is worth nothing from now on")).ToBeVisibleAsync();
        (await http.GetAsync(new Uri("/api/v1/alerts", UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode.ShouldBe(System.Net.HttpStatusCode.Unauthorized);
        await Eventually.TrueAsync(() => site.AuditLines("token-revoked").Any(line => (string?)line.Detail?["by"] == "console"), _soon, () => "who did it is in the audit log");
        browser.Complaints.ShouldBeEmpty();
    }
}
