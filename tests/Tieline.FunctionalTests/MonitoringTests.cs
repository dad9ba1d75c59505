using System.Text.Json;
using System.Text.RegularExpressions;
using Tieline.FunctionalTests.Support;
using Tieline.TestKit;

namespace Tieline.FunctionalTests;

/// <summary>What <c>deploy/</c> ships works: its rules fire when they should, and speak of metrics that there are.</summary>
[Collection(Load.Name)]
public sealed partial class MonitoringTests
{
    private const string Missing = "Prometheus is not installed (on Debian: apt-get install prometheus)";

    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(60);

    private static string Rules => Repository.FileNamed("deploy/prometheus/tieline.rules.yml");

    [Fact]
    public async Task Promtool_accepts_the_rules_and_their_tests()
    {
        Assert.SkipUnless(Prometheus.IsInstalled, Missing);

        (await Prometheus.PromtoolAsync("check", "rules", Rules)).ShouldBe(0);
        (await Prometheus.PromtoolAsync("test", "rules", Repository.FileNamed("deploy/prometheus/tieline.rules.test.yml"))).ShouldBe(0);
    }

    [Fact]
    public void Every_alert_has_a_runbook_and_a_test_and_every_runbook_an_alert()
    {
        var alerts = AlertLine().Matches(File.ReadAllText(Rules)).Select(match => match.Groups["name"].Value).ToList();
        var tests = File.ReadAllText(Repository.FileNamed("deploy/prometheus/tieline.rules.test.yml"));

        alerts.Count.ShouldBeGreaterThanOrEqualTo(12);
        Directory.GetFiles(Repository.FileNamed("docs/runbooks"), "Tieline*.md").Select(Path.GetFileNameWithoutExtension).ShouldBe(alerts, ignoreOrder: true);
        alerts.ShouldAllBe(alert => tests.Contains($"name: {alert} fires", StringComparison.Ordinal) && tests.Contains($"name: {alert} does not fire", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("deploy/prometheus/tieline.rules.yml")]
    [InlineData("deploy/grafana/tieline.json")]
    [InlineData("deploy/grafana/tieline-delivery.json")]
    public void Every_metric_that_is_asked_for_exists(string file)
    {
        var document = File.ReadAllText(Repository.FileNamed("docs/metrics.md"));
        var metrics = DocumentedMetric().Matches(document).Select(match => match.Groups["name"].Value).ToHashSet();
        var tags = DocumentedTag().Matches(document).Select(match => match.Value.Replace('.', '_'));
        var asked = Asked().Matches(File.ReadAllText(Repository.FileNamed(file))).Select(match => HistogramPart().Replace(match.Value, "")).Distinct().ToList();

        asked.Intersect(metrics).Count().ShouldBeGreaterThan(5);
        asked.Except(tags).Except(metrics).ShouldBeEmpty();
        if (file.EndsWith(".json", StringComparison.Ordinal))
            JsonDocument.Parse(File.ReadAllText(Repository.FileNamed(file))).RootElement.GetProperty("panels").GetArrayLength().ShouldBeGreaterThan(8);
    }

    [Fact]
    public void What_forwarding_the_audit_log_tells_is_on_a_dashboard()
    {
        var dashboard = File.ReadAllText(Repository.FileNamed("deploy/grafana/tieline-delivery.json"));
        var metrics = DocumentedMetric().Matches(File.ReadAllText(Repository.FileNamed("docs/metrics.md"))).Select(match => match.Groups["name"].Value).Where(name => name.StartsWith("tieline_audit_forward_", StringComparison.Ordinal)).ToList();

        metrics.Count.ShouldBeGreaterThanOrEqualTo(5);
        metrics.ShouldAllBe(metric => dashboard.Contains($"{metric}{{", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_real_Prometheus_sees_an_alert_fire_and_resolve()
    {
        Assert.SkipUnless(Prometheus.IsInstalled, Missing);
        await using var site = await Site.StartAsync(options =>
        {
            options.Genesys.Rate = 50;
            options.Genesys.Passing = 1;
        });
        await site.MoreDeliveriesAsync(20, _soon);
        await using var prometheus = await Prometheus.StartAsync(site.Address, Rules);
        await Eventually.TrueAsync(async () => await prometheus.ValueAsync("tieline_delivery_delivered_total") > 0, _soon, () => $"it has scraped\n{prometheus.Tail()}");
        (await prometheus.FiringAsync()).ShouldBeEmpty();

        await site.Crm.DownAsync();
        await Eventually.TrueAsync(async () => (await prometheus.FiringAsync()).Contains("TielineDestinationDown"), _soon, () => $"the alert fires\n{prometheus.Tail()}");
        await site.Crm.UpAsync();
        await Eventually.TrueAsync(async () => !(await prometheus.FiringAsync()).Contains("TielineDestinationDown"), _soon, () => $"the alert is over\n{prometheus.Tail()}");
    }

    [GeneratedRegex(@"- alert: (?<name>\w+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex AlertLine();

    [GeneratedRegex(@"^\| `[a-z_.]+` \| `(?<name>tieline_\w+)`", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DocumentedMetric();

    /// <summary>The descriptions name the tags.</summary>
    [GeneratedRegex(@"tieline(\.\w+)+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DocumentedTag();

    [GeneratedRegex(@"\btieline_\w+", RegexOptions.None, 1000)]
    private static partial Regex Asked();

    [GeneratedRegex("_(bucket|count|sum)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex HistogramPart();
}
