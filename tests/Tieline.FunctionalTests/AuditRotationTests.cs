using Tieline.FunctionalTests.Support;

namespace Tieline.FunctionalTests;

/// <summary>Another program rotates the audit log, as logrotate does. Deliveries go on, now and after a restart; readiness says what to do; and the command that it names begins a new log on record.</summary>
public sealed class AuditRotationTests
{
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("create", true)]
    [InlineData("create", false)]
    [InlineData("copytruncate", true)]
    [InlineData("copytruncate", false)]
    [InlineData("delete", true)]
    [InlineData("delete", false)]
    [Trait("Guarantee", "G6")]
    public async Task A_rotated_audit_log_stops_no_delivery_is_told_and_is_begun_anew_on_record(string how, bool whileItRuns)
    {
        await using var site = await Site.StartAsync();
        await site.MoreDeliveriesAsync(50, _soon);
        await LineAsync(site);
        if (whileItRuns)
        {
            Rotate(site, how);
            await site.MoreDeliveriesAsync(50, _soon);
            await IsToldAsync(site);
        }

        (await site.StopAsync()).ExitCode.ShouldBe(0);
        if (!whileItRuns)
            Rotate(site, how);

        await site.StartTielineAsync();
        await site.IsSubscribedAsync(_soon);
        await site.MoreDeliveriesAsync(50, _soon);
        await IsToldAsync(site);
        (await site.StopAsync()).ExitCode.ShouldBe(0);

        var restarted = await site.RunAsync("audit", "restart", "--reason", "logrotate took the file", "--yes");
        restarted.ExitCode.ShouldBe(0, restarted.ToString());
        await site.StartTielineAsync();
        await site.IsSubscribedAsync(_soon);
        await site.MoreDeliveriesAsync(50, _soon);
        (await site.ReadyAsync()).Text.ShouldNotContain("the audit log");
        var account = await site.SettleAsync(_soon);
        account.Lost.ShouldBeEmpty();
        (await site.StopAsync()).ExitCode.ShouldBe(0);
        site.AuditLines("chain-begun").ShouldHaveSingleItem().Detail!["reason"]!.GetValue<string>().ShouldBe("logrotate took the file");
        var verdict = await site.RunAsync("audit", "verify");
        verdict.ExitCode.ShouldBe(0, verdict.ToString());
    }

    [Fact]
    [Trait("Guarantee", "G6")]
    public async Task A_rotated_audit_log_that_is_put_back_has_every_line()
    {
        await using var site = await Site.StartAsync();
        await site.MoreDeliveriesAsync(50, _soon);
        await LineAsync(site);
        var file = Rotate(site, "create");
        await site.MoreDeliveriesAsync(50, _soon);
        await IsToldAsync(site);

        File.Move(file + ".1", file, overwrite: true);
        await Eventually.TrueAsync(async () => !(await site.ReadyAsync()).Text.Contains("the audit log", StringComparison.Ordinal), TimeSpan.FromSeconds(60), () => $"it is written again.\n{site.Process.Tail()}");
        await site.MoreDeliveriesAsync(50, _soon);
        (await site.StopAsync()).ExitCode.ShouldBe(0);
        var verdict = await site.RunAsync("audit", "verify");
        verdict.ExitCode.ShouldBe(0, verdict.ToString());
    }

    /// <summary>The journal knows that the log has lines: what is done to it from now on is no beginning.</summary>
    private static async Task LineAsync(Site site) => await Eventually.TrueAsync(
        () =>
        {
            using var journal = site.OpenJournal();
            return journal.ReadHead() is not null;
        },
        _soon,
        () => $"the head of the audit log is saved.\n{site.Process.Tail()}");

    private static async Task IsToldAsync(Site site) => await Eventually.TrueAsync(
        async () => await site.ReadyAsync() is { Status: 200 } answer && answer.Text.Contains("the audit log is not written", StringComparison.Ordinal)
            && answer.Text.Contains("tieline audit restart", StringComparison.Ordinal) && (await site.PrometheusAsync()).Sum("tieline_audit_lag_seconds") > 0,
        _soon,
        () => $"readiness names it, and events flow.\n{site.Process.Tail()}");

    /// <returns>The file that was written to.</returns>
    private static string Rotate(Site site, string how)
    {
        var file = Directory.GetFiles(site.AuditDirectory, "audit-*.jsonl").Order(StringComparer.Ordinal).Last();
        switch (how)
        {
            case "create":
                File.Move(file, file + ".1");
                File.Create(file).Dispose();
                break;
            case "copytruncate":
                File.Copy(file, file + ".1");
                using (var cut = new FileStream(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
                    cut.SetLength(0);
                break;
            default:
                File.Delete(file);
                break;
        }

        return file;
    }
}
