using Tieline.Diagnostics;
using Tieline.Service.Web.History;
using Tieline.TestKit;

namespace Tieline.Service.Tests.Web;

public sealed class HistoryTests
{
    private static readonly DateTimeOffset _start = new(2026, 3, 2, 14, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_sample_tells_what_happened_since_the_one_before()
    {
        using var metrics = new TielineMetrics();
        using var deliveries = new DeliveryTally(metrics);
        using var tally = new HistoryTally(metrics, deliveries);
        metrics.Observe("tieline.genesys.budget.left", "{request}", "", () => 42);
        metrics.Frames.Add(7);
        metrics.EndToEnd.Record(0.010);
        metrics.EndToEnd.Record(3);
        Attempt("accepted", null);
        Attempt("rejected", null);
        Attempt("back_off", "Throttled");
        Attempt("back_off", "ServerFailed");
        Attempt("back_off", "TimedOut");

        var first = tally.Take(_start, null);
        var second = tally.Take(_start.AddSeconds(10), null);

        (first.Received, first.Accepted, first.Throttled, first.Refused, first.Failed, first.Unanswered, first.BudgetLeft).ShouldBe((7, 1, 1, 1, 1, 1, 42));
        first.LatencyP50.ShouldBeInRange(0.010, 0.012);
        first.LatencyP99.ShouldBeInRange(3, 3.6);
        (second.Received, second.Accepted).ShouldBe((0, 0));
        second.LatencyP99.ShouldBe(double.NaN);
        second.OldestPending.ShouldBe(double.NaN, "nothing runs, so nothing is known");

        void Attempt(string outcome, string? error) => metrics.Attempts.Record(0.1, new("tieline.delivery.outcome", outcome), new("error.type", error));
    }

    [Fact]
    public void A_day_survives_a_restart_and_no_more_than_that_is_kept()
    {
        using var folder = new TempDirectory();
        var path = folder.FileNamed(HistoryFile.FileName);
        using (var file = HistoryFile.Open(path))
        {
            file.Add(Sample(_start, 1));
            file.Add(Sample(_start.AddHours(12), double.NaN));
        }

        using var again = HistoryFile.Open(path);
        again.Add(Sample(_start.AddHours(25), 3));

        var kept = again.Read(_start.AddDays(-1));
        kept.Select(sample => sample.At).ShouldBe([_start.AddHours(12), _start.AddHours(25)]);
        kept[0].Received.ShouldBe(double.NaN);
        kept[1].ShouldBe(Sample(_start.AddHours(25), 3));
        File.GetUnixFileMode(path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public void A_file_that_is_damaged_is_begun_anew()
    {
        using var folder = new TempDirectory();
        var path = folder.FileNamed(HistoryFile.FileName);
        File.WriteAllText(path, new string('x', 10_000));

        using var file = HistoryFile.Open(path);

        file.Add(Sample(_start, 1));
        file.Read(_start.AddSeconds(-1)).Count.ShouldBe(1);
    }

    [Fact]
    public void Drawn_together_counts_are_rates_and_the_longest_stays()
    {
        HistorySample[] samples = [.. Enumerable.Range(1, 6).Select(i => Sample(_start.AddSeconds(10 * i), 20) with { LatencyP99 = i })];

        var series = HistorySeries.Of(samples, _start, _start.AddMinutes(2), 2);

        series.Points.Count.ShouldBe(2);
        series.Line(one => one.Received).ShouldBe([2, null]);
        series.Line(one => one.LatencyP99).ShouldBe([6, null]);
    }

    private static HistorySample Sample(DateTimeOffset at, double value) => HistorySample.Of(at, [.. Enumerable.Repeat(value, 13)]);
}
