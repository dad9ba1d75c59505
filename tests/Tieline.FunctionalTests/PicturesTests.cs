using Microsoft.Playwright;
using Tieline.FunctionalTests.Support;
using Tieline.Service.Web.History;
using Tieline.Simulator;
using Tieline.TestKit;
using static Microsoft.Playwright.Assertions;
using static Tieline.FunctionalTests.Support.Figures;

namespace Tieline.FunctionalTests;

/// <summary>No test that runs by itself: <c>eng/images</c> has it make the pictures in <c>docs/images</c>.</summary>
[Collection(Load.Name)]
public sealed class PicturesTests
{
    private const int Refused = 4;
    private const int BiggestBytes = 150_000;
    private const int Wide = 1280;
    private const int Phone = 360;

    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(120);

    [Fact(Explicit = true)]
    public async Task Every_page_in_light_and_dark()
    {
        var refused = new HashSet<string>(StringComparer.Ordinal);
        await using var site = await Site.StartAsync(options =>
        {
            options.Genesys.Rate = 60;
            options.Crm.Decide = request => IsRefused(refused, request.Id!) ? new CrmAnswer { Status = 422 } : null;
            options.Crm.Delay = TimeSpan.FromMilliseconds(20);
            options.FillsSoon();
            options.Prepare = site => MakeUpAnHour(site.DataDirectory);
        });
        await site.MoreDeliveriesAsync(60, _soon);
        await site.FaultAsync(new SimulatorFault { Kind = "drop", Count = 7 });
        await site.FaultAsync(new SimulatorFault { Kind = "close", Code = 1001 });
        await Eventually.TrueAsync(() => site.AuditLines("gap-filled").Count > 0, _soon, () => $"a gap is filled.\n{site.Process.Tail()}");
        await Eventually.TrueAsync(async () => (await site.MetricsAsync())["deadLetters"] == Refused, _soon, () => $"{Refused} events are refused.\n{site.Process.Tail()}");
        var conversation = site.Crm.Requests().First(request => request.Status == 422).ConversationId!;

        await using var browser = await Browser.StartAsync(site);
        foreach (var theme in (string[])["light", "dark"])
        {
            var page = await browser.SignedInAsync(theme);
            await TakeAsync(page, "/", "now", theme, Wide, 960);
            await TakeAsync(page, "/events", "events", theme, Wide, 600);
            await TakeAsync(page, $"/conversations/{Uri.EscapeDataString(conversation)}", "conversation", theme, Wide, 480);
            await TakeAsync(page, "/trouble", "trouble", theme, Wide, 800);
            await TakeAsync(page, "/destinations", "destinations", theme, Wide, 640);
            await TakeAsync(page, "/trust", "trust", theme, Wide, 760);
            await TakeAsync(page, "/", "now-phone", theme, Phone, 780);
            await page.Context.CloseAsync();
        }

        browser.Complaints.ShouldBeEmpty();
    }

    private static async Task TakeAsync(IPage page, string path, string name, string theme, int width, int height)
    {
        await page.SetViewportSizeAsync(width, height);
        await Browser.OpenAsync(page, path);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeVisibleAsync();
        if (path == "/")
            await Expect(page.Locator("canvas").First).ToBeAttachedAsync();
        await page.Locator(":text-is('–/s')").Or(page.GetByText("Starting")).WaitForAsync(new() { State = WaitForSelectorState.Detached });
        var file = Repository.FileNamed(Path.Combine("docs", "images", $"{name}-{theme}.png"));
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var picture = await page.ScreenshotAsync(new() { Path = file, Animations = ScreenshotAnimations.Disabled });
        picture.Length.ShouldBeLessThan(BiggestBytes, file);
        Say($"{file}: {picture.Length / 1024} KiB");
    }

    /// <summary>A few, far enough apart to be of several conversations. An id holds its time: they are others with each run, from the same seed.</summary>
    private static bool IsRefused(HashSet<string> refused, string id)
    {
        lock (refused)
            return refused.Contains(id) || (refused.Count < Refused && id[^1] == 'f' && refused.Add(id));
    }

    /// <summary>The charts' last hour, so that there is something to see in them.</summary>
    private static void MakeUpAnHour(string directory)
    {
        var random = new Random(1);
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using var file = HistoryFile.Open(Path.Combine(directory, HistoryFile.FileName));
        var now = TimeProvider.System.GetUtcNow();
        var samples = (int)(TimeSpan.FromMinutes(58) / HistoryLoop.Every);
        for (var i = samples; i > 0; i--)
        {
            // A CRM that is down for four minutes, and is caught up with.
            var (down, after) = (i is > 120 and <= 144, i is > 108 and <= 120);
            var received = 600 + (120 * Math.Sin(i / 40d)) + random.Next(40);
            var wanted = received / 5;
            file.Add(new HistorySample(
                now - (i * HistoryLoop.Every), received, received - wanted, down ? 0 : after ? wanted * 3 : wanted, 0.008 + (random.NextDouble() * 0.003), 0.03 + (random.NextDouble() * 0.02),
                down ? (145 - i) * 10 : after ? (i - 108) * 20 : 0.05, down ? 0 : after ? wanted * 3 : wanted, 0, random.Next(60) == 0 ? 1 : 0, 0, down ? 2 : 0, 0.004 + (random.NextDouble() * 0.004), 300 - random.Next(6)));
        }
    }
}
