using System.Diagnostics.Metrics;
using System.Globalization;
using Tieline.Diagnostics;
using Tieline.Service.Alerts;
using Tieline.Service.Http;
using Tieline.Service.Tests.Support;

namespace Tieline.Service.Tests.Alerts;

/// <summary>The built-in rules and those of <c>deploy/prometheus</c> are the same: in what they say, and in what fires when.</summary>
[Collection(nameof(MetersAreOfTheProcess))]
public sealed class AlertRulesTests
{
    private const string Instance = "line:3001";

    /// <summary>It cannot tell of its own absence.</summary>
    private const string Outside = "TielineDown";

    public static TheoryData<string> Cases() => [.. PrometheusCase.All.Where(one => one.Alert != Outside).Select(one => one.Name)];

    [Fact]
    public void They_are_those_of_Prometheus_but_for_the_one_that_asks_from_outside()
    {
        var built = AlertRules.All.Select(rule => (rule.Name, Minutes(rule.For), rule.Severity.ToString().ToLowerInvariant(), rule.Summary, rule.Description, rule.Runbook)).ToList();

        built.ShouldBe(PrometheusRule.All.Where(rule => rule.Name != Outside).Select(rule => (rule.Name, rule.For, rule.Severity, rule.Summary, rule.Description, rule.Runbook)));
        FigureHistory.Names.ShouldBe(PrometheusRule.All.Where(rule => rule.Name != Outside).SelectMany(rule => rule.Metrics).Distinct(), ignoreOrder: true);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_fires_there_fires_here(string name)
    {
        var one = PrometheusCase.All.Single(candidate => candidate.Name == name);
        var book = new AlertBook(AlertRules.All, new AlertOptions(), Instance);
        var history = new FigureHistory();
        var start = new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);
        for (var minute = 0; minute <= one.Minute; minute++)
        {
            history.Begin(start.AddMinutes(minute));
            foreach (var input in one.Inputs.Where(input => minute < input.Values.Count && input.Values[minute] is not null))
                history.Add(input.Metric, input.Own, input.Values[minute]!.Value);
            book.Evaluate(history);
        }

        var firing = book.Alerts.Where(alert => alert.Rule == one.Alert && alert.State == AlertState.Firing).ToList();

        firing.Count.ShouldBe(one.Labels is null ? 0 : 1);
        if (one.Labels is null)
            return;
        var rule = AlertRules.All.Single(candidate => candidate.Name == one.Alert);
        firing[0].Labels.Pairs.Where(pair => pair.Key is not ("alertname" or "job")).ShouldBe(one.Labels.Where(pair => pair.Key != "job"), ignoreOrder: true);
        AlertText.Of(rule.Summary, firing[0].Labels, firing[0].Value).ShouldBe(one.Texts["summary"]);
        AlertText.Of(rule.Description, firing[0].Labels, firing[0].Value).ShouldBe(one.Texts["description"]);
        rule.Runbook.ShouldBe(one.Texts["runbook_url"]);
    }

    [Fact]
    public async Task What_is_heard_of_the_instruments_is_what_a_scrape_brings()
    {
        await using var server = await Server.StartAsync(services => services.AddSingleton<IReadinessCheck>(new Unwell()));
        using var listener = new FigureListener(server.Metrics);
        server.Metrics.Latency.Record(0.3);
        server.Metrics.Latency.Record(20);
        server.Metrics.Attempts.Record(0.1, new("tieline.destination", "crm"), new("tieline.delivery.outcome", "accepted"), new("error.type", null));
        server.Metrics.FrameFaults.Add(3, new KeyValuePair<string, object?>("tieline.fault", "not-json"));
        server.Specification.Reconnecting();
        var history = new FigureHistory();

        listener.ReadInto(history, new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero));

        using var answer = await server.GetAsync("/metrics", ("Accept", "text/plain"));
        var scrape = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Value("tieline_health_check", ("tieline_check", "unwell")).ShouldBe(0);
        Value("tieline_specification_reconnections").ShouldBe(1);
        Value("tieline_source_frame_faults_total", ("tieline_fault", "not-json")).ShouldBe(3);
        Value("tieline_source_latency_seconds_bucket", ("le", "0.5")).ShouldBe(1);
        Value("tieline_source_latency_seconds_bucket", ("le", "30")).ShouldBe(2);
        Value("tieline_source_latency_seconds_bucket", ("le", "+Inf")).ShouldBe(2);
        Value("tieline_delivery_attempt_duration_seconds_count", ("tieline_destination", "crm"), ("tieline_delivery_outcome", "accepted")).ShouldBe(1);

        double Value(string name, params (string Name, string Value)[] labels)
        {
            var found = history.Now(name).Single(figure => figure.Labels.Equals(AlertLabels.Of(labels.Select(label => KeyValuePair.Create(label.Name, label.Value))))).Value;
            scrape.Split('\n').ShouldContain(
                line => line.StartsWith(name, StringComparison.Ordinal) && labels.All(label => line.Contains($"{label.Name}=\"{label.Value}\"", StringComparison.Ordinal)) && line.Split(' ')[1] == found.ToString(CultureInfo.InvariantCulture),
                scrape);
            return found;
        }
    }

    private static string Minutes(TimeSpan time) => $"{time.TotalMinutes.ToString(CultureInfo.InvariantCulture)}m";

    private sealed class Unwell : IReadinessCheck
    {
        public string Name => "unwell";

        public string? Problem => "it is not well";
    }
}
