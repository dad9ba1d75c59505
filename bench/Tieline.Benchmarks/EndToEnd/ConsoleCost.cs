using System.Globalization;
using Microsoft.Playwright;

namespace Tieline.Benchmarks.EndToEnd;

/// <summary>What an open console costs at 500 events a second: CPU of Tieline's process and the delay of deliveries, with a browser on the page with the charts and without, in turn.</summary>
/// <remarks>The browser runs on the same cores, and draws: what it takes from deliveries by that, a browser elsewhere would not. Without it, it stands on an empty page.</remarks>
internal static class ConsoleCost
{
    private const double Rate = 500;
    private const double WarmUpSeconds = 20;
    private const double WindowSeconds = 20;
    private const double SettleSeconds = 5;

    public static async Task<int> RunAsync(string[] arguments)
    {
        var runs = arguments is ["--runs", var given] ? int.Parse(given, CultureInfo.InvariantCulture) : 5;
        await using var rig = await Rig.StartAsync(Rate, passing: 0.2, record: true);
        await using var tieline = await Programs.Find().Contenders.Single(contender => contender.Name == Programs.Tieline).Start(rig);
        await rig.WaitForSubscriberAsync();
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium", Args = ["--no-sandbox", "--disable-dev-shm-usage"] });
        var page = await browser.NewPageAsync();
        var address = (await File.ReadAllTextAsync(Path.Combine(tieline.DataDirectory, "console-url"))).Trim();
        var token = (await File.ReadAllTextAsync(Path.Combine(tieline.DataDirectory, "console-token"))).Trim();
        await Clock.WaitAsync(WarmUpSeconds);
        List<Measurements.Steady> without = [], with = [];
        for (var run = 1; run <= runs; run++)
        {
            await page.GotoAsync("about:blank");
            await Clock.WaitAsync(SettleSeconds);
            without.Add(await Measurements.WindowAsync(rig, tieline, WindowSeconds));
            await page.GotoAsync(address);
            if (run == 1)
            {
                await page.GetByLabel("Token").FillAsync(token);
                await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
            }

            await LivesAsync(page);
            await Clock.WaitAsync(SettleSeconds);
            with.Add(await Measurements.WindowAsync(rig, tieline, WindowSeconds));
            await LivesAsync(page);
            await Console.Error.WriteLineAsync($"run {run} of {runs}: {Line(without[^1])} without, {Line(with[^1])} with");
        }

        Console.WriteLine($"Medians of {runs} alternating windows of {WindowSeconds:0} s at {Rate:0} events/s.\n\n| console | CPU of one core | p50 | p99 |\n|---|---|---|---|");
        Console.WriteLine($"| not open | {Line(Median(without))} |\n| open, charts live | {Line(Median(with))} |");
        return 0;
    }

    /// <summary>Figures on the page change.</summary>
    private static async Task LivesAsync(IPage page)
    {
        var flow = page.Locator("main");
        var before = await flow.InnerTextAsync();
        for (var patience = 20; await flow.InnerTextAsync() == before; patience--)
        {
            if (patience == 0)
                throw new InvalidOperationException("The console shows nothing new.");
            await Clock.WaitAsync(0.5);
        }
    }

    private static Measurements.Steady Median(List<Measurements.Steady> windows) =>
        new(Middle(windows.Select(one => one.P50)), Middle(windows.Select(one => one.P99)), Middle(windows.Select(one => one.CpuSeconds)), windows.Sum(one => one.Missing));

    private static double Middle(IEnumerable<double> values) => values.Order().ToList() is var sorted ? sorted[sorted.Count / 2] : 0;

    /// <summary>A thousand events come in two seconds.</summary>
    private static string Line(Measurements.Steady window) => string.Create(CultureInfo.InvariantCulture, $"{window.CpuSeconds * Rate / 1_000:P1} | {window.P50:F2} ms | {window.P99:F2} ms");
}
