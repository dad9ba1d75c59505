using Tieline.FunctionalTests.Support;
using static Tieline.FunctionalTests.Support.Figures;

namespace Tieline.FunctionalTests;

public sealed class TokenTests
{
    private const int Renewals = 4;

    [Fact]
    [Trait("Guarantee", "G1")]
    public async Task A_token_of_20_seconds_is_renewed_over_and_over_and_nobody_notices()
    {
        await using var site = await Site.StartAsync(options => options.Genesys.ExpiresIn = 20);
        await Eventually.TrueAsync(() => site.Genesys.Status.TokensIssued > Renewals, TimeSpan.FromSeconds(90), () => $"the token was renewed {Renewals} times.\n{site.Process.Tail()}");
        await site.MoreDeliveriesAsync(20, TimeSpan.FromSeconds(20));
        var account = await site.SettleAsync(TimeSpan.FromSeconds(20));
        account.ShouldBeUndisturbed();
        account.Sent.Count.ShouldBe(account.Ledger.Count, "at every moment a socket was open and subscribed");
        site.Log.Count(line => line.Name == "StreamConnected" && line.Members.GetProperty("Continuous").GetBoolean()).ShouldBeGreaterThanOrEqualTo(Renewals, "the new one had spoken before the old one was closed");
        site.Genesys.Status.Closes.ShouldAllBe(close => close.By == "client" && close.Code == 1000);
        var prometheus = await site.PrometheusAsync();
        prometheus.Sum("tieline_source_closes_total").ShouldBe(prometheus.Sum("tieline_source_closes_total", "tieline_close_code", "1000"));
        prometheus.Sum("tieline_source_connections_total").ShouldBeGreaterThanOrEqualTo(1 + Renewals);
        var metrics = await site.MetricsAsync();
        metrics["reconnectionCount"].ShouldBe(0);
        metrics["sequenceGaps"].ShouldBe(0);
        site.Log.Count(line => line.Name == "StreamRenewing").ShouldBeGreaterThanOrEqualTo(Renewals);
        site.Log.ShouldNotContain(line => line.Level == "Warning" || line.Level == "Error" || line.Level == "Fatal");
        Say($"{Renewals} renewals, {metrics["duplicates"]} events came over both sockets; {account}");
    }

    [Fact]
    [Trait("Guarantee", "G6")]
    public async Task A_wrong_secret_is_told_and_a_corrected_one_is_taken_without_a_restart()
    {
        const string Wrong = "not-the-secret-3141";
        using var folder = new TestKit.TempDirectory();
        var file = folder.FileNamed("secret");
        await File.WriteAllTextAsync(file, Wrong + "\n", TestContext.Current.CancellationToken);
        await using var site = await Site.StartAsync(options =>
        {
            options.Start = false;
            options.Environment["GENESYS_CLIENT_SECRET"] = null;
            options.Environment["GENESYS_CLIENT_SECRET_FILE"] = file;
        });
        await site.StartTielineAsync();
        await Eventually.TrueAsync(() => site.Genesys.Status.TokenRequests.GetValueOrDefault(401) >= 3, TimeSpan.FromSeconds(30), () => $"the secret was refused three times.\n{site.Process.Tail()}");
        var text = await site.UnreadyAsync("invalid_client", TimeSpan.FromSeconds(10));
        text.ShouldContain("GENESYS_CLIENT_ID");
        text.ShouldContain("GENESYS_CLIENT_SECRET");
        site.Log.Count(line => line.Name == "TokenRefused" && line.Level == "Error").ShouldBe(1, "told once, not at every attempt");

        await File.WriteAllTextAsync(file, "simulator-secret\n", TestContext.Current.CancellationToken);
        var after = await site.RecoversAsync(0, TimeSpan.FromSeconds(75));
        site.Genesys.Status.TokenRequests.GetValueOrDefault(401).ShouldBe(3, "after three refusals it asks once a minute");
        (await site.ReadyAsync()).Status.ShouldBe(200);
        (await site.SettleAsync(TimeSpan.FromSeconds(20))).ShouldBeUndisturbed();
        site.LogText.ShouldNotContain(line => line.Contains(Wrong, StringComparison.Ordinal) || line.Contains("simulator-secret", StringComparison.Ordinal));
        Say($"wrong secret: delivering {after.TotalSeconds:F1} s after it was corrected (tried once a minute)");
    }
}
