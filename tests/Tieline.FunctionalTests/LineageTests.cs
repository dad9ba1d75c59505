using Tieline.FunctionalTests.Support;

namespace Tieline.FunctionalTests;

/// <summary>A journal, an audit log and a key that do not belong together are refused with what to do, and begun anew on record only.</summary>
public sealed class LineageTests
{
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(30);

    [Fact]
    [Trait("Guarantee", "G7")]
    public async Task A_journal_that_was_removed_beside_its_audit_log_is_refused_until_a_new_log_is_begun_on_record()
    {
        await using var site = await Site.StartAsync();
        await site.MoreDeliveriesAsync(50, _soon);
        await site.KillAsync();
        foreach (var file in Directory.GetFiles(site.DataDirectory, "tieline.db*"))
            File.Delete(file);

        for (var start = 0; start < 2; start++)
        {
            var refused = site.Launch();
            (await refused.ExitAsync(_soon)).ShouldBe(1, refused.Tail());
            string.Join('\n', refused.Errors).ShouldContain("do not belong together");
            string.Join('\n', refused.Errors).ShouldContain("tieline audit restart --reason");
        }

        var restarted = await site.RunAsync("audit", "restart", "--data", site.DataDirectory, "--reason", "the disk was lost", "--yes");
        restarted.ExitCode.ShouldBe(0, restarted.ToString());
        await site.StartTielineAsync();
        await site.IsSubscribedAsync(_soon);
        await site.MoreDeliveriesAsync(20, _soon);
        (await site.StopAsync()).ExitCode.ShouldBe(0);
        site.AuditLines("chain-begun").ShouldHaveSingleItem().Detail!["reason"]!.GetValue<string>().ShouldBe("the disk was lost");
        var verdict = await site.RunAsync("audit", "verify", "--data", site.DataDirectory);
        verdict.ExitCode.ShouldBe(0, verdict.ToString());
    }

    [Fact]
    [Trait("Guarantee", "G6")]
    public async Task A_damaged_audit_log_stops_no_delivery_is_told_and_goes_on_once_it_is_put_back()
    {
        await using var site = await Site.StartAsync();
        await site.MoreDeliveriesAsync(50, _soon);
        (await site.StopAsync()).ExitCode.ShouldBe(0);
        var file = Directory.GetFiles(site.AuditDirectory, "audit-*.jsonl").Order().Last();
        var whole = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        var damaged = whole.ToArray();
        damaged[damaged.Length / 2] ^= 4;
        await File.WriteAllBytesAsync(file, damaged, TestContext.Current.CancellationToken);

        await site.StartTielineAsync();
        await site.IsSubscribedAsync(_soon);
        await site.MoreDeliveriesAsync(50, _soon);
        var (status, text) = await site.ReadyAsync();
        status.ShouldBe(200, text);
        text.ShouldContain("the audit log is not written");
        site.Process.HasExited.ShouldBeFalse();

        await File.WriteAllBytesAsync(file, whole, TestContext.Current.CancellationToken);
        (await site.StopAsync()).ExitCode.ShouldBe(0);
        var verdict = await site.RunAsync("audit", "verify", "--data", site.DataDirectory);
        verdict.ExitCode.ShouldBe(0, verdict.ToString());
    }

    [Fact]
    public async Task An_identity_key_that_is_missing_or_another_is_refused_until_it_is_accepted_on_record()
    {
        await using var site = await Site.StartAsync();
        await site.MoreDeliveriesAsync(20, _soon);
        (await site.StopAsync()).ExitCode.ShouldBe(0);
        var key = Path.Combine(site.DataDirectory, "keys", "identity.key");
        var before = await File.ReadAllBytesAsync(key, TestContext.Current.CancellationToken);

        File.Delete(key);
        await RefusedAsync(site, "is missing");
        File.Exists(key).ShouldBeFalse();
        before[0] ^= 1;
        await File.WriteAllBytesAsync(key, before, TestContext.Current.CancellationToken);
        await RefusedAsync(site, "is not the key");
        before[0] ^= 1;
        await File.WriteAllBytesAsync(key, before, TestContext.Current.CancellationToken);
        await site.StartTielineAsync();
        (await site.StopAsync()).ExitCode.ShouldBe(0);

        File.Delete(key);
        var accepted = await site.RunAsync("secret", "accept-identity-key", "--reason", "rotated", "--yes");
        accepted.ExitCode.ShouldBe(0, accepted.ToString());
        await site.StartTielineAsync();
        (await site.StopAsync()).ExitCode.ShouldBe(0);
        site.AuditLines("identity-key-changed").ShouldHaveSingleItem().Detail!["reason"]!.GetValue<string>().ShouldBe("rotated");
    }

    private static async Task RefusedAsync(Site site, string because)
    {
        var refused = site.Launch();
        (await refused.ExitAsync(_soon)).ShouldBe(1, refused.Tail());
        var said = string.Join('\n', refused.Errors);
        said.ShouldContain(because);
        said.ShouldContain("tieline secret accept-identity-key --reason");
    }
}
