using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using Tieline.FunctionalTests.Support;
using Tieline.Simulator;
using Tieline.TestKit;
using static Tieline.FunctionalTests.Support.Figures;

namespace Tieline.FunctionalTests;

/// <summary>What a newcomer sees first: three processes and an honest sum at the end.</summary>
[Collection(Load.Name)]
public sealed partial class DemoTests
{
    private static readonly TimeSpan _endsWithin = TimeSpan.FromSeconds(60);

    [Fact]
    [Trait("Guarantee", "G1")]
    [Trait("Guarantee", "G8")]
    public async Task An_undisturbed_demo_adds_up_and_touches_nothing_of_its_users()
    {
        await using var real = await CrmSimulator.StartAsync(cancellation: TestContext.Current.CancellationToken);
        using var folder = new TempDirectory();
        await File.WriteAllTextAsync(folder.FileNamed("tieline.json"), """{ "Nonsense": true }""", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(folder.FileNamed(".env"), $"CRM_WEBHOOK_URL={real.Url}/real\n", TestContext.Current.CancellationToken);
        await using var demo = ChildProcess.Start(["demo", "--for", "8s", "--json"], folder.Path, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["CRM_WEBHOOK_URL"] = $"{real.Url}/real",
            ["GENESYS_CLIENT_ID"] = "somebody",
            ["GENESYS_CLIENT_SECRET"] = "hush",
            ["TIELINE_Gaps__ReorderWindow"] = "nonsense",
        });
        var result = await CommandResult.OfAsync(demo, _endsWithin);
        result.ExitCode.ShouldBe(0, result.ToString());
        var summary = JsonDocument.Parse(result.Output).RootElement;
        Number("sent").ShouldBeGreaterThan(2_000);
        Number("sent").ShouldBe(Number("filtered") + Number("delivered"), result.ToString());
        foreach (var none in (string[])["inGaps", "duplicates", "outOfOrder", "differing"])
            Number(none).ShouldBe(0, $"{none}: {result}");
        summary.GetProperty("auditVerified").GetBoolean().ShouldBeTrue();
        summary.GetProperty("personalData").GetProperty("hits").GetArrayLength().ShouldBe(0);
        summary.GetProperty("personalData").GetProperty("proven").GetBoolean().ShouldBeTrue();
        summary.GetProperty("firstEventSeconds").GetDouble().ShouldBeLessThan(5);
        result.Errors.ShouldContain("GENESYS_CLIENT_ID");
        real.Status.Requests.ShouldBe(0, "simulated events must never reach a real CRM");
        Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName).Order().ShouldBe([".env", "tieline.json"]);
        Say($"first event after {summary.GetProperty("firstEventSeconds").GetDouble():F1} s, {Number("sent")} sent, {Number("delivered")} delivered, p99 {summary.GetProperty("p99Ms").GetDouble():F0} ms");

        long Number(string name) => summary.GetProperty(name).GetInt64();
    }

    [Fact]
    [Trait("Guarantee", "G1")]
    [Trait("Guarantee", "G2")]
    public async Task A_demo_whose_tieline_is_killed_starts_it_again_and_still_adds_up()
    {
        using var folder = new TempDirectory();
        await using var demo = ChildProcess.Start(["demo", "--for", "12s", "--json"], folder.Path, new Dictionary<string, string>(StringComparer.Ordinal));
        await Eventually.TrueAsync(() => demo.Errors.Any(line => line.StartsWith("The first event", StringComparison.Ordinal)), TimeSpan.FromSeconds(20), () => $"the first event is there.\n{demo.Tail()}");
        await EntersConsoleAsync(demo.Errors.Select(line => ConsoleLink().Match(line)).First(match => match.Success).Value);
        var number = demo.Errors.Select(line => TielinesNumber().Match(line)).First(match => match.Success).Groups["number"].Value;
        using (var tieline = Process.GetProcessById(int.Parse(number, CultureInfo.InvariantCulture)))
        {
            tieline.MainModule!.FileName.ShouldBe(Path.GetFullPath(Executable.Path));
            tieline.Kill();
        }

        var result = await CommandResult.OfAsync(demo, _endsWithin);
        result.ExitCode.ShouldBe(0, result.ToString());
        var summary = JsonDocument.Parse(result.Output).RootElement;
        summary.GetProperty("good").GetBoolean().ShouldBeTrue(result.ToString());
        summary.GetProperty("inGaps").GetInt64().ShouldBeGreaterThan(0, "what was sent while it was down");
        summary.GetProperty("disturbances").GetArrayLength().ShouldBeGreaterThan(0);
    }

    /// <summary>The link signs in at once, and what it opens shows what has come.</summary>
    private static async Task EntersConsoleAsync(string link)
    {
        // Under a host of its own, which a browser takes for the loopback address without asking anybody.
        using var browser = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellation) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        using var first = await browser.GetAsync(link, TestContext.Current.CancellationToken);
        first.EnsureSuccessStatusCode();
        first.RequestMessage!.RequestUri!.PathAndQuery.ShouldBe("/");
        var events = await browser.GetStringAsync(new Uri(new Uri(link), "/events"), TestContext.Current.CancellationToken);
        events.ShouldContain("delivered");
    }

    [GeneratedRegex(@"http://tieline\.localhost:\d+/login\?code=[0-9a-f]{32}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex ConsoleLink();

    [GeneratedRegex(@"^\s*Tieline\s+pid (?<number>\d+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex TielinesNumber();
}
