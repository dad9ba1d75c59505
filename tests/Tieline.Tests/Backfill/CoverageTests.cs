using System.Globalization;
using Tieline.Backfill;
using Tieline.Sequencing;
using Tieline.TestKit;

namespace Tieline.Tests.Backfill;

public sealed class CoverageTests
{
    [Fact]
    public void Nothing_is_covered_before_the_first_event_and_after_the_newest() =>
        Of(100, 200).ShouldBe(["0-100 Uncovered", "100-200.001 Covered", "200.001-300 Uncovered"]);

    [Fact]
    public void Without_any_event_nothing_is_covered() => Of(null, null).ShouldBe(["0-300 Uncovered"]);

    [Fact]
    public void A_gap_is_what_its_record_says()
    {
        Of(-1, 500, Gap(1, 50, 60, GapState.Open)).ShouldBe(["0-50 Covered", "50-60 Backfilling", "60-300 Covered"]);
        Of(-1, 500, Gap(1, 50, 60, GapState.Filling, asks: 2)).ShouldBe(["0-50 Covered", "50-60 Backfilling", "60-300 Covered"]);
        Of(-1, 500, Gap(1, 50, 60, GapState.Filled, asks: 2, closed: 70)).ShouldBe(["0-50 Covered", "50-60 Backfilled", "60-300 Covered"]);
        Of(-1, 500, Gap(1, 50, 60, GapState.Abandoned, asks: 9)).ShouldBe(["0-50 Covered", "50-60 Uncovered", "60-300 Covered"]);
        Of(-1, 500, Gap(1, 50, 60, GapState.Tolerated)).ShouldBe(["0-50 Covered", "50-60 Uncovered", "60-300 Covered"]);
    }

    [Fact]
    public void A_gap_whose_numbers_came_by_themselves_is_covered_and_says_so()
    {
        var spans = new Coverage(At(-1), At(500), [Gap(1, 50, 60, GapState.Filled, closed: 61)]).Of(At(0), At(300));

        spans[1].ShouldBe(new CoverageSpan(At(50), At(60), CoverageState.Covered, "gap 1 (hole): all its numbers came late", spans[1].Gaps));
        spans[1].Gaps.ShouldBe([1]);
    }

    [Fact]
    public void A_gap_within_a_millisecond_is_still_shown() => Of(-1, 500, Gap(1, 50, 50, GapState.Open)).ShouldBe(["0-50 Covered", "50-50.001 Backfilling", "50.001-300 Covered"]);

    [Fact]
    public void What_was_fetched_later_makes_good_what_was_given_up()
    {
        Of(-1, 500, Gap(1, 50, 60, GapState.Abandoned, since: 60), Gap(2, 40, 55, GapState.Filled, asks: 1, closed: 90)).ShouldBe(
            ["0-40 Covered", "40-55 Backfilled", "55-60 Uncovered", "60-300 Covered"]);
        Of(-1, 500, Gap(1, 50, 60, GapState.Filled, asks: 1, closed: 70), Gap(2, 50, 60, GapState.Open, since: 80)).ShouldBe(["0-50 Covered", "50-60 Backfilling", "60-300 Covered"]);
    }

    [Fact]
    public void What_somebody_had_fetched_from_before_the_start_is_backfilled() =>
        Of(100, 500, Gap(1, 20, 60, GapState.Filled, asks: 1, closed: 400)).ShouldBe(["0-20 Uncovered", "20-60 Backfilled", "60-100 Uncovered", "100-300 Covered"]);

    private static IEnumerable<string> Of(double? since, double? until, params GapFill[] gaps)
    {
        var spans = new Coverage(since is { } first ? At(first) : null, until is { } last ? At(last) : null, gaps).Of(At(0), At(300));
        spans.ShouldAllBe(span => span.Evidence.Length > 0);
        return spans.Select(span => string.Create(CultureInfo.InvariantCulture, $"{(span.From - Some.Time).TotalSeconds}-{(span.To - Some.Time).TotalSeconds} {span.State}"));
    }

    private static GapFill Gap(long number, double from, double to, GapState state, int asks = 0, double? closed = null, double since = 60) => new(
        number, GapReason.Hole, At(from), At(to), At(since), state, asks, null, 0, 0, null, closed is { } at ? At(at) : null);

    private static DateTimeOffset At(double seconds) => Some.Time.AddSeconds(seconds);
}
