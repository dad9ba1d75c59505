using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Tieline.FunctionalTests.Support;
using Tieline.TestKit;
using static Microsoft.Playwright.Assertions;

namespace Tieline.FunctionalTests;

/// <summary>People who enter the published program's console through a provider, in a real browser that minds <c>SameSite</c>: the provider is another site.</summary>
[Collection(Load.Name)]
public sealed class ConsoleSignInTests
{
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task An_operator_enters_through_the_provider_and_what_they_do_stands_under_their_name()
    {
        Assert.SkipUnless(File.Exists(Browser.Executable), $"{Browser.Executable} is missing: apt-get install chromium");
        await using var provider = await IdentityProvider.StartAsync();
        await using var site = await Site.StartAsync(options =>
        {
            options.FillsSoon();
            options.Environment["TIELINE_Http__Oidc__Authority"] = provider.Authority;
            options.Environment["TIELINE_Http__Oidc__ClientId"] = IdentityProvider.ClientId;
            options.Environment["TIELINE_Http__Oidc__ClientSecret"] = IdentityProvider.ClientSecret;
            options.Environment["TIELINE_Http__Oidc__Name"] = "Example ID";
            options.Environment["TIELINE_Http__Oidc__Operators"] = "ops";
            options.Environment["TIELINE_Http__Oidc__Viewers"] = "staff";
        });
        await site.MoreDeliveriesAsync(20, _soon);
        await using var browser = await Browser.StartAsync(site);

        provider.Claims["groups"] = "ops";
        var page = await browser.StrangerAsync();
        await page.GotoAsync("/trouble");
        (await Browser.AxeAsync(page)).ShouldBeEmpty();
        await EnterAsync(page);
        await Expect(page).ToHaveURLAsync(new Regex($"^{Regex.Escape(site.Address.ToString())}trouble$", RegexOptions.None, TimeSpan.FromSeconds(1)));
        await Browser.IsAliveAsync(page);
        await Expect(page.Locator(".who")).ToContainTextAsync("alice · operator");
        await page.GetByRole(AriaRole.Button, new() { Name = "Backfill now" }).ClickAsync();
        await Expect(page.GetByText("stands for the span")).ToBeVisibleAsync();
        await Eventually.TrueAsync(() => site.AuditLines("requested").Any(line => (string?)line.Detail?["by"] == "oidc:alice"), _soon, () => "who asked is in the audit log");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Sign in with Example ID" })).ToBeVisibleAsync();
        await page.GotoAsync("/trouble");
        new Uri(page.Url).AbsolutePath.ShouldBe("/login", "signed out is out");

        (provider.Claims["groups"], provider.Claims["preferred_username"]) = ("staff", "bob");
        var viewer = await browser.StrangerAsync("dark");
        await viewer.GotoAsync("/trouble");
        await EnterAsync(viewer);
        await Browser.IsAliveAsync(viewer);
        await Expect(viewer.Locator(".who")).ToContainTextAsync("bob · viewer");
        await Expect(viewer.GetByRole(AriaRole.Button, new() { Name = "Backfill now" })).ToBeDisabledAsync();
        browser.Complaints.ShouldBeEmpty();

        provider.Claims["groups"] = "somebody else's";
        var stranger = await browser.StrangerAsync();
        await stranger.GotoAsync("/");
        await EnterAsync(stranger);
        await Expect(stranger.GetByRole(AriaRole.Alert)).ToContainTextAsync("neither operator nor viewer");
        (await Browser.AxeAsync(stranger)).ShouldBeEmpty();

        // The way of the token stays open, also from the page that says so.
        await stranger.GetByLabel("Token").FillAsync(await File.ReadAllTextAsync(Path.Combine(site.DataDirectory, "console-token"), TestContext.Current.CancellationToken));
        await stranger.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(stranger.Locator(".who")).ToContainTextAsync("operator");
        var log = string.Join('\n', site.LogText);
        foreach (var secret in (string[])[IdentityProvider.ClientSecret, "alice", "bob"])
            log.ShouldNotContain(secret);
    }

    private static async Task EnterAsync(IPage page)
    {
        await page.GetByRole(AriaRole.Link, new() { Name = "Sign in with Example ID" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Continue" }).ClickAsync();
    }
}
