using System.Text;
using Tieline.Audit;
using Tieline.FunctionalTests.Support;
using Tieline.TestKit;

namespace Tieline.FunctionalTests;

/// <summary>A SIEM gets each line of the audit log once, whichever side is started again; and the chain can be verified there.</summary>
[Collection(Load.Name)]
public sealed class AuditForwardingTests
{
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(120);

    [Fact, Trait("Guarantee", "G7")]
    public async Task Rsyslog_gets_each_audit_line_once_over_restarts_of_either_side()
    {
        Assert.SkipUnless(Rsyslog.IsInstalled, "rsyslog is not installed (on Debian: apt-get install rsyslog)");
        await using var siem = new Rsyslog();
        await RestartEitherSideAsync(siem);
    }

    [Fact, Trait("Guarantee", "G7")]
    public async Task A_receiver_that_only_knows_the_protocol_gets_each_audit_line_once_over_restarts_of_either_side()
    {
        await using var siem = new SyslogReceiver();
        await RestartEitherSideAsync(siem);
    }

    [Fact]
    public async Task A_killed_Tieline_forwards_each_line_at_least_once()
    {
        await using var siem = new SyslogReceiver();
        await siem.StartAsync();
        await using var site = await StartAsync($"tcp://127.0.0.1:{siem.Port}");
        for (var kill = 0; kill < 3; kill++)
        {
            var had = siem.Lines.Count;
            await Eventually.TrueAsync(() => siem.Lines.Count > had + 20, _soon, () => $"lines are forwarded\n{site.Process.Tail()}");
            await site.KillAsync();
            await site.StartTielineAsync();
        }

        await StopAsync(site);
        siem.Lines.Distinct().Where(IsLine).ShouldBe(AuditLines(site));
    }

    [Fact]
    public async Task A_collector_gets_each_audit_line_as_otlp()
    {
        await using var collector = await Collector.StartAsync();
        await using var site = await StartAsync(collector.Url.AbsoluteUri);
        await site.MoreDeliveriesAsync(20, _soon);
        await StopAsync(site);

        foreach (var line in AuditLines(site))
            collector.Has("logs", Encoding.UTF8.GetBytes(line)).ShouldBeTrue(line);
    }

    [Fact]
    public async Task The_doctor_tells_whether_the_receiver_is_there()
    {
        await using var siem = new SyslogReceiver();
        await using var site = await StartAsync($"tcp://127.0.0.1:{siem.Port}");
        (await site.RunAsync("doctor", "--set", $"Audit:Forward:Url=tcp://127.0.0.1:{siem.Port}")).ToString().ShouldContain("ConnectionRefused");
        await siem.StartAsync();
        (await site.RunAsync("doctor", "--set", $"Audit:Forward:Url=tcp://127.0.0.1:{siem.Port}")).ToString().ShouldContain("takes a connection and acknowledges");
    }

    private static async Task RestartEitherSideAsync(ISiem siem)
    {
        // Away while there is traffic.
        await using var site = await StartAsync($"tcp://127.0.0.1:{siem.Port}");
        await site.MoreDeliveriesAsync(20, _soon);
        await Eventually.TrueAsync(() => site.Log.Any(line => line.Name == "AuditForwardFailing"), _soon, () => $"it is said that nothing is forwarded\n{site.Process.Tail()}");
        siem.Lines.ShouldBeEmpty();
        await siem.StartAsync();
        await MoreLinesAsync(siem, site);

        await siem.StopAsync();
        await site.MoreDeliveriesAsync(20, _soon);
        await siem.StartAsync();
        await MoreLinesAsync(siem, site);

        await StopAsync(site, stopEvents: false);
        await site.StartTielineAsync();
        await MoreLinesAsync(siem, site);
        await StopAsync(site);

        await Eventually.TrueAsync(() => siem.Lines.Count(IsLine) >= AuditLines(site).Count, _soon, () => $"all {AuditLines(site).Count} lines have arrived (at {siem.Lines.Count(IsLine)})");
        var lines = siem.Lines;
        lines.Where(IsLine).ShouldBe(AuditLines(site));
        var checkpoints = lines.Where(line => !IsLine(line)).ToList();
        checkpoints.ShouldBe(File.ReadAllLines(Path.Combine(site.AuditDirectory, SignedHeads.FileName)));
        await ShouldVerifyAsync(site, lines.Where(IsLine), checkpoints);
    }

    /// <summary>At the receiver: from nothing but what it has, and the public key.</summary>
    private static async Task ShouldVerifyAsync(Site site, IEnumerable<string> lines, IReadOnlyList<string> checkpoints)
    {
        using var folder = new TempDirectory();
        var audit = Directory.CreateDirectory(folder.FileNamed("audit")).FullName;
        var first = AuditFileName.List(site.AuditDirectory)[0].ToString();
        await File.WriteAllTextAsync(Path.Combine(audit, first), string.Join('\n', lines) + "\n", TestContext.Current.CancellationToken);
        var head = System.Text.Json.JsonDocument.Parse(checkpoints[^1]).RootElement.GetProperty("head").GetString()!;
        var verified = await site.RunAsync("audit", "verify", "--data", folder.Path, "--head", head);
        verified.ExitCode.ShouldBe(0, verified.ToString());
    }

    private static Task<Site> StartAsync(string url) => Site.StartAsync(options =>
    {
        options.Genesys.Rate = 50;
        options.Settings.Add($"Audit:Forward:Url={url}");
        options.Settings.Add("Audit:Forward:Interval=200ms");
    });

    private static async Task StopAsync(Site site, bool stopEvents = true)
    {
        if (stopEvents)
            site.Genesys.Stop();
        (await site.StopAsync()).ExitCode.ShouldBe(0);
        site.Log.ShouldNotContain(line => line.Name == "AuditForwardLeft");
    }

    private static Task<TimeSpan> MoreLinesAsync(ISiem siem, Site site)
    {
        var goal = siem.Lines.Count + 30;
        return Eventually.TrueAsync(() => siem.Lines.Count >= goal, _soon, () => $"more lines arrive (at {siem.Lines.Count} of {goal})\n{site.Process.Tail()}");
    }

    private static bool IsLine(string line) => !line.Contains("\"signature\":", StringComparison.Ordinal);

    private static List<string> AuditLines(Site site) =>
        [.. AuditReader.Read(site.AuditDirectory, new AuditQuery(), TestContext.Current.CancellationToken).Select(entry => entry.Json)];
}
