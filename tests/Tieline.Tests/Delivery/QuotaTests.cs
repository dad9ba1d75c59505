using System.Diagnostics.Metrics;
using Tieline.Delivery;
using Tieline.Diagnostics;
using Tieline.TestKit;

namespace Tieline.Tests.Delivery;

public sealed class QuotaTests
{
    [Theory]
    [InlineData("Sforce-Limit-Info: api-usage=18/5000", 0.0036)]
    [InlineData("Sforce-Limit-Info: api-usage=4500/5000; per-app-api-usage=17/250(appName=sample-app)", 0.9)]
    [InlineData("Sforce-Limit-Info: api-usage=5001/5000", 1.0002)]
    [InlineData("Sforce-Limit-Info: api-usage=1/0", null)]
    [InlineData("Sforce-Limit-Info: api-usage=99999999999999999999/5000", null)]
    [InlineData("Sforce-Limit-Info: nonsense", null)]
    [InlineData("X-HubSpot-RateLimit-Daily: 250000|X-HubSpot-RateLimit-Daily-Remaining: 25000", 0.9)]
    [InlineData("X-HubSpot-RateLimit-Daily: 250000", null)]
    [InlineData("X-Rate-Limit: 700", null)]
    public void Used_WhatACrmSays_IsTheShareOfItsDay(string lines, double? used)
    {
        using var response = Response(lines);
        QuotaHeaders.Used(response.Headers).ShouldBe(used);
    }

    [Fact]
    public void See_FromNinetyPercent_WarnsOnceUntilItIsFineAgain()
    {
        using var logs = new LogGuard();
        using var metrics = new TielineMetrics();
        using var listener = new MeterListener();
        var shown = new List<double>();
        listener.InstrumentPublished = (instrument, its) =>
        {
            if (instrument == metrics.QuotaUsed)
                its.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((_, value, _, _) => shown.Add(value));
        listener.Start();
        var watch = new QuotaWatch("crm", metrics, logs.For<QuotaWatch>());
        foreach (var used in (int[])[50, 89, 90, 99, 85, 91, 79, 95])
        {
            using var response = Response($"Sforce-Limit-Info: api-usage={used}/100");
            watch.See(response.Headers);
        }

        shown.ShouldBe([0.5, 0.89, 0.9, 0.99, 0.85, 0.91, 0.79, 0.95]);
        logs.Lines.Count(line => line.EventId == 3040).ShouldBe(2);
        logs.Lines.Count(line => line.EventId == 3041).ShouldBe(1);
    }

    private static HttpResponseMessage Response(string lines)
    {
        var response = new HttpResponseMessage();
        foreach (var line in lines.Split('|'))
            response.Headers.TryAddWithoutValidation(line[..line.IndexOf(':')], line[(line.IndexOf(':') + 2)..]);
        return response;
    }
}
