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
        await RestartEitherSideAsync(siem, Plain(siem.Port));
    }

    [Fact, Trait("Guarantee", "G7")]
    public async Task A_receiver_that_only_knows_the_protocol_gets_each_audit_line_once_over_restarts_of_either_side()
    {
        await using var siem = new SyslogReceiver();
        await RestartEitherSideAsync(siem, Plain(siem.Port));
    }

    [Fact, Trait("Guarantee", "G7")]
    public async Task A_receiver_over_tls_gets_each_audit_line_once_over_restarts_of_either_side()
    {
        using var files = new TempDirectory();
        using var authority = new CertificateAuthority();
        using var certificate = authority.Issue("127.0.0.1");
        await using var siem = new SyslogReceiver(certificate);
        await RestartEitherSideAsync(siem, Tls(siem.Port, files, authority));
    }

    [Theory]
    [InlineData("of another CA", "errors in the certificate chain: ")]
    [InlineData("for another name", "RemoteCertificateNameMismatch")]
    public async Task A_receiver_whose_certificate_is_not_to_be_trusted_gets_no_line_until_the_right_one_is_there(string fault, string said)
    {
        using var files = new TempDirectory();
        using var authority = new CertificateAuthority();
        using var stranger = new CertificateAuthority();
        using var wrong = fault == "of another CA" ? stranger.Issue("127.0.0.1") : authority.Issue("siem.example");
        using var right = authority.Issue("127.0.0.1");
        await using var impostor = new SyslogReceiver(wrong);
        await impostor.StartAsync();
        await using var site = await StartAsync(Tls(impostor.Port, files, authority));
        await site.MoreDeliveriesAsync(20, _soon);
        await Eventually.TrueAsync(async () => (await site.PrometheusAsync()).Sum("tieline_audit_forward_failures_total") >= 2, _soon, () => $"it is tried again\n{site.Process.Tail()}");
        var failing = site.Log.Single(line => line.Name == "AuditForwardFailing");
        (failing.Level, failing.Message.Contains(said, StringComparison.Ordinal)).ShouldBe(("Error", true), failing.Message);
        var metrics = await site.PrometheusAsync();
        metrics.Sum("tieline_audit_forward_waiting").ShouldBeGreaterThan(0);
        metrics.Sum("tieline_audit_forward_lag_seconds").ShouldBeGreaterThan(0);
        (await site.RunAsync(["doctor", .. Tls(impostor.Port, files, authority).SelectMany(setting => (string[])["--set", setting])])).ToString().ShouldContain(said);
        impostor.Lines.ShouldBeEmpty();
        await impostor.StopAsync();

        await using var siem = new SyslogReceiver(right, impostor.Port);
        await siem.StartAsync();
        await MoreLinesAsync(siem, site);
        site.Log.ShouldContain(line => line.Name == "AuditForwardRecovered");
        await StopAsync(site);
        siem.Lines.Where(IsLine).ShouldBe(AuditLines(site));
        impostor.Lines.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_killed_Tieline_forwards_each_line_at_least_once()
    {
        await using var siem = new SyslogReceiver();
        await siem.StartAsync();
        await using var site = await StartAsync(Plain(siem.Port));
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
        await using var site = await StartAsync($"Audit:Forward:Url={collector.Url.AbsoluteUri}");
        await site.MoreDeliveriesAsync(20, _soon);
        await StopAsync(site);

        foreach (var line in AuditLines(site))
            collector.Has("logs", Encoding.UTF8.GetBytes(line)).ShouldBeTrue(line);
    }

    [Fact]
    public async Task The_doctor_tells_whether_the_receiver_is_there()
    {
        await using var siem = new SyslogReceiver();
        await using var site = await StartAsync(Plain(siem.Port));
        (await site.RunAsync("doctor", "--set", Plain(siem.Port))).ToString().ShouldContain("ConnectionRefused");
        await siem.StartAsync();
        (await site.RunAsync("doctor", "--set", Plain(siem.Port))).ToString().ShouldContain("takes a connection and acknowledges");
    }

    private static async Task RestartEitherSideAsync(ISiem siem, params string[] settings)
    {
        // Away while there is traffic.
        await using var site = await StartAsync(settings);
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

    private static string Plain(int port) => $"Audit:Forward:Url=tcp://127.0.0.1:{port}";

    /// <param name="files">Gets the CA file.</param>
    private static string[] Tls(int port, TempDirectory files, CertificateAuthority trusted)
    {
        var file = files.FileNamed("ca.pem");
        File.WriteAllText(file, trusted.Pem);
        return [$"Audit:Forward:Url=tls://127.0.0.1:{port}", $"Audit:Forward:Tls:CaFile={file}"];
    }

    private static Task<Site> StartAsync(params string[] settings) => Site.StartAsync(options =>
    {
        options.Genesys.Rate = 50;
        settings.ToList().ForEach(options.Settings.Add);
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
