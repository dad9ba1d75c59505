using Tieline.FunctionalTests.Support;
using Tieline.Simulator;

namespace Tieline.FunctionalTests;

/// <summary>What an OpenTelemetry collector and the CRM are told of an event's way.</summary>
[Collection(Load.Name)]
public sealed class TelemetryTests
{
    private static readonly TimeSpan _soon = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_collector_gets_metrics_traces_and_logs_and_an_event_s_trace_has_its_id()
    {
        await using var collector = await Collector.StartAsync();
        await using var site = await Site.StartAsync(options =>
        {
            To(collector.Url, options, ratio: "1");
            options.Genesys.Rate = 50;
            options.Settings.Add("Telemetry:Otlp:Headers:x-key=let me in");
        });
        await site.MoreDeliveriesAsync(20, _soon);
        await StopAsync(site);

        var delivered = site.Crm.Requests();
        foreach (var request in delivered)
            collector.Has("traces", Convert.FromHexString(request.Id!["evt_".Length..])).ShouldBeTrue($"the trace of {request.Id}");
        delivered.ShouldAllBe(request => TracesAsKept(request));
        foreach (var (signal, text) in (ReadOnlySpan<(string, string)>)[("metrics", "tieline.events.kept"), ("logs", "Metrics and health on"), ("traces", "journal"), ("traces", "POST")])
            collector.Has(signal, System.Text.Encoding.UTF8.GetBytes(text)).ShouldBeTrue($"'{text}' among the {signal}");
        collector.Keys.ShouldBe(["let me in"]);
    }

    [Fact]
    public async Task Of_traces_that_are_not_drawn_the_attempts_that_failed_are_kept()
    {
        await using var collector = await Collector.StartAsync();
        await using var site = await Site.StartAsync(options =>
        {
            To(collector.Url, options, ratio: "0");
            options.Genesys.Rate = 50;
            options.Crm.Decide = request => request.Index % 10 == 3 ? new CrmAnswer { Status = 422 } : null;
        });
        await site.MoreDeliveriesAsync(30, _soon);
        await StopAsync(site);

        var (refused, taken) = (site.Crm.Requests().Where(request => request.Status == 422).ToList(), site.Crm.Requests().Where(request => request.Status == 200).ToList());
        refused.ShouldNotBeEmpty();
        refused.ShouldAllBe(request => Has(collector, request));
        taken.ShouldAllBe(request => !Has(collector, request));
    }

    [Fact]
    public async Task A_collector_that_is_away_costs_nothing_else()
    {
        await using var site = await Site.StartAsync(options => To(new Uri("http://127.0.0.1:9/"), options, ratio: "1"));
        await site.MoreDeliveriesAsync(50, _soon);
        var account = await site.SettleAsync(_soon);
        account.ShouldBeUndisturbed();
        account.Delivered.ShouldBe(account.Sent.Count(line => line.Passes));
    }

    private static void To(Uri url, SiteOptions options, string ratio)
    {
        options.Settings.Add($"Telemetry:Otlp:Endpoint={url}");
        options.Settings.Add($"Telemetry:TraceRatio={ratio}");
    }

    private static async Task StopAsync(Site site)
    {
        site.Genesys.Stop();
        (await site.StopAsync()).ExitCode.ShouldBe(0);
    }

    private static bool Has(Collector collector, CrmRequest request) => collector.Has("traces", Convert.FromHexString(request.Id!["evt_".Length..]));

    private static bool TracesAsKept(CrmRequest request)
    {
        var parent = request.Headers.Single(header => header.Key.Equals("traceparent", StringComparison.OrdinalIgnoreCase)).Value;
        return parent.StartsWith($"00-{request.Id!["evt_".Length..]}-", StringComparison.Ordinal) && parent.EndsWith("-01", StringComparison.Ordinal);
    }
}
