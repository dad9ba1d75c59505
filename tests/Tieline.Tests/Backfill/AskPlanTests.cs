using Tieline.Backfill;
using Tieline.Diagnostics;
using Tieline.Sequencing;
using Tieline.TestKit;
using Tieline.Tests.Sequencing;

namespace Tieline.Tests.Backfill;

public sealed class AskPlanTests
{
    private static readonly TimeSpan _reach = TimeSpan.FromHours(24);

    /// <summary>When the gaps here were found, unless a test says otherwise.</summary>
    private static readonly DateTimeOffset _found = Some.Time;

    private readonly GapOptions _options = new();

    private PlanInTime Plan => new(new AskPlan(_options, _reach));

    [Fact]
    public void Answers_that_stay_short_are_asked_for_at_0_2_5_10_and_30_s_2_and_10_minutes_and_then_hourly_until_a_day_is_over()
    {
        var fill = Fill();
        var asked = new List<double>();
        while (fill.NextAskAt is { } due)
        {
            asked.Add((due - _found).TotalSeconds);
            Plan.Next([fill], due - TimeSpan.FromTicks(1)).ShouldBeNull();
            Plan.Next([fill], due).ShouldNotBeNull();
            fill = Plan.After(fill, Answer(due, fresh: due < _found.AddDays(1) ? 1 : 0), due);
        }

        asked.Take(9).ShouldBe([0, 2, 5, 10, 30, 120, 600, 3_600, 7_200]);
        asked[^1].ShouldBe(TimeSpan.FromDays(1).TotalSeconds);
        (fill.State, fill.ClosedAt, fill.Asks, fill.Recovered).ShouldBe((GapState.Abandoned, _found.AddDays(1), asked.Count, asked.Count - 1));
        fill.IsClosed.ShouldBeTrue();
    }

    [Fact]
    public void An_answer_asked_for_late_enough_that_brings_nothing_new_closes_the_gap_with_its_figures()
    {
        var fill = Plan.After(Fill(), Answer(_found, fresh: 3, known: 1), _found);
        (fill.State, fill.Asks, fill.Recovered, fill.Known).ShouldBe((GapState.Filling, 1, 3, 1));
        var settled = _found + _options.SettledAfter;
        fill = Plan.After(fill, Answer(settled, isSettling: true, known: 4), settled.AddSeconds(1));
        (fill.State, fill.Asks, fill.Recovered, fill.Known, fill.NextAskAt, fill.ClosedAt).ShouldBe((GapState.Filled, 2, 3, 4, null, settled.AddSeconds(1)));
    }

    [Fact]
    public void One_that_brings_something_asks_again_until_one_does_not()
    {
        var settled = _found + _options.SettledAfter;
        var fill = Plan.After(Fill(), Answer(settled, fresh: 1, isSettling: true), settled);
        (fill.State, fill.NextAskAt).ShouldBe((GapState.Filling, _found.AddMinutes(10)));
        Plan.After(fill, Answer(_found.AddMinutes(10), isSettling: true), _found.AddMinutes(10)).State.ShouldBe(GapState.Filled);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void An_early_answer_or_half_of_one_closes_nothing(bool isComplete, bool isSettling) =>
        Plan.After(Fill(), Answer(_found.AddMinutes(3), isComplete: isComplete, isSettling: isSettling), _found.AddMinutes(3)).State.ShouldBe(GapState.Filling);

    [Fact]
    public void Half_an_answers_events_count_and_what_was_there_is_not_told_by_it()
    {
        var fill = Plan.After(Fill() with { Known = 7 }, Answer(_found, fresh: 2, known: 1, isComplete: false, problem: "gone"), _found);
        (fill.Recovered, fill.Known, fill.Problem, fill.Asks).ShouldBe((2, 7, "gone", 1));
        Plan.After(fill, Answer(_found.AddSeconds(2)), _found.AddSeconds(2)).Problem.ShouldBeNull();
    }

    [Fact]
    public void An_event_that_counts_for_a_gap_that_overlaps_is_new_for_this_one_all_the_same()
    {
        var settled = _found + _options.SettledAfter;
        var answer = Answer(settled, fresh: 1, isSettling: true) with { Counted = 0 };
        var fill = Plan.After(Fill(), answer, settled);
        (fill.State, fill.Recovered).ShouldBe((GapState.Filling, 0));
    }

    [Theory]
    [InlineData(0, new[] { 1.0, 1, 3, 5, 16, 4 })] // or when the schedule says, if that is sooner
    [InlineData(30, new[] { 1.0, 2, 4, 8, 16, 32, 27 })] // the schedule says 2 minutes
    [InlineData(120, new[] { 1.0, 2, 4, 8, 16, 32, 60, 60 })]
    [InlineData(7_200, new[] { 1.0, 2, 4, 8, 16, 32, 60, 60 })]
    public void One_that_was_not_answered_is_asked_for_again_after_a_second_then_two_and_within_a_minute(double askedAt, double[] waits)
    {
        var now = _found.AddSeconds(askedAt);
        var fill = Fill();
        foreach (var wait in waits)
        {
            fill = Plan.After(fill, Answer(now, isComplete: false), now);
            (fill.NextAskAt!.Value - now).TotalSeconds.ShouldBe(wait);
            now = fill.NextAskAt.Value;
        }

        fill = Plan.After(fill, Answer(now), now);
        fill = Plan.After(fill, Answer(now = _found.AddHours(5), isComplete: false), now);
        (fill.NextAskAt!.Value - now).ShouldBe(TimeSpan.FromSeconds(1), "an answer ends the back-off");
    }

    [Fact]
    public void What_has_just_brought_an_event_is_not_abandoned_by_its_age()
    {
        var late = _found.AddDays(3);
        var fill = Plan.After(Fill() with { Asks = 9 }, Answer(late, fresh: 1), late);
        (fill.State, fill.NextAskAt).ShouldBe((GapState.Filling, late.AddHours(1)));
        Plan.After(fill, Answer(late.AddHours(1)), late.AddHours(1)).State.ShouldBe(GapState.Abandoned);
    }

    [Theory]
    [InlineData(0, 2, "Abandoned")]
    [InlineData(1, 2, "Filled")]
    public void A_damaged_span_is_filled_only_where_something_came_again(long fresh, long known, string state)
    {
        var (settled, late) = (_found + _options.SettledAfter, _found.AddDays(1));
        var fill = Plan.After(Fill() with { Reason = GapReason.Damaged }, Answer(_found, fresh: fresh, known: known), _found);
        fill = Plan.After(fill, Answer(settled, isSettling: true, known: known), settled);
        if (fresh == 0)
            fill.Problem.ShouldNotBeNull().ShouldContain("none of the damaged events has come again");
        (fill.IsClosed ? fill : Plan.After(fill, Answer(late, isSettling: true, known: known), late)).State.ShouldBe(Enum.Parse<GapState>(state));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(45, 45)]
    [InlineData(7_200, 7_200)]
    public void Retry_after_goes_before_the_schedule(double retryAfter, double next) =>
        Plan.After(Fill(), Answer(_found, isComplete: false, retryAfter: retryAfter), _found).NextAskAt.ShouldBe(_found.AddSeconds(next));

    [Fact]
    public void However_long_genesys_wants_no_asks_a_gap_that_is_a_day_old_is_abandoned()
    {
        var fill = Plan.After(Fill(), Answer(_found, isComplete: false, retryAfter: 1e9, problem: "quota"), _found);
        fill.NextAskAt.ShouldBe(_found.AddDays(1));
        fill = Plan.After(fill, Answer(_found.AddDays(1), isComplete: false, retryAfter: 1e9, problem: "quota"), _found.AddDays(1));
        (fill.State, fill.Problem, fill.NextAskAt).ShouldBe((GapState.Abandoned, "quota", null));
    }

    [Fact]
    public void On_its_last_day_an_answer_that_settles_it_fills_it() =>
        Plan.After(Fill(), Answer(_found.AddDays(1), isSettling: true), _found.AddDays(2)).State.ShouldBe(GapState.Filled);

    [Fact]
    public void A_gap_is_asked_for_as_soon_as_it_can_be_settled_though_the_schedule_says_later()
    {
        _options.AskAfter = [TimeSpan.Zero, TimeSpan.FromHours(1)];
        Plan.After(Fill(), Answer(_found), _found).NextAskAt.ShouldBe(_found + _options.SettledAfter);
    }

    [Fact]
    public void A_gap_whose_end_lies_ahead_of_our_clock_settles_by_its_end()
    {
        var fill = Fill(to: _found.AddMinutes(1));
        Plan.Next([fill with { NextAskAt = _found.AddMinutes(3) }], _found.AddMinutes(3))!.IsSettling.ShouldBeTrue();
        Plan.Next([fill], _found.AddMinutes(2.9))!.IsSettling.ShouldBeFalse();
    }

    [Fact]
    public void What_is_asked_is_the_gap_with_a_margin_on_either_side_but_never_the_future()
    {
        var ask = Plan.Next([Asked(from: _found.AddMinutes(-10), to: _found.AddMinutes(-5))], _found)!;
        (ask.From, ask.To, ask.IsSettling).ShouldBe((_found.AddMinutes(-11), _found.AddMinutes(-4), false));
        ask = Plan.Next([Asked(from: _found.AddMinutes(-10), to: _found.AddSeconds(-1))], _found.AddSeconds(2))!;
        ask.To.ShouldBe(_found.AddSeconds(2));
    }

    [Theory]
    [InlineData(60, 5)]
    [InlineData(4, 4)]
    [InlineData(0, 0)]
    public void The_first_ask_is_what_delivery_waits_for_and_has_little_margin(double margin, double first)
    {
        _options.Margin = TimeSpan.FromSeconds(margin);
        var fill = Fill(from: _found.AddMinutes(-10), to: _found.AddMinutes(-5));
        var ask = Plan.Next([fill], _found)!;
        (ask.From, ask.To).ShouldBe((_found.AddMinutes(-10).AddSeconds(-first), _found.AddMinutes(-5).AddSeconds(first)));
        ask = Plan.Next([Plan.After(fill, Answer(_found), _found) with { NextAskAt = _found }], _found)!;
        (ask.From, ask.To).ShouldBe((_found.AddMinutes(-10).AddSeconds(-margin), _found.AddMinutes(-5).AddSeconds(margin)));
    }

    [Fact]
    public void A_first_ask_that_may_close_the_gap_has_the_whole_margin() =>
        Plan.SpanOf(Fill(), isSettling: true).ShouldBe((_found.AddSeconds(-61), _found.AddSeconds(60)));

    [Fact]
    public void A_settling_ask_reaches_back_for_conversations_that_began_long_before_and_stays_clear_of_now()
    {
        var now = _found + _options.SettledAfter;
        var ask = Plan.Next([Fill(from: _found.AddMinutes(-10), to: _found.AddSeconds(30))], now.AddSeconds(30))!;
        (ask.From, ask.To, ask.IsSettling).ShouldBe((_found.AddMinutes(-11) - _reach, _found.AddSeconds(90), true));
    }

    [Theory]
    [InlineData(new[] { "voice" }, 24)]
    [InlineData(new[] { "email" }, 48)]
    [InlineData(new[] { "voice", "webChat" }, 48)]
    [InlineData(new string[0], 48)]
    public void A_call_ends_sooner_than_a_message(string[] media, double hours) => DetailsReach.Of(media).ShouldBe(TimeSpan.FromHours(hours));

    [Theory]
    [InlineData(null, null, 0, 0)]
    [InlineData(null, -30.0, -30, -30)]
    [InlineData(-30.0, null, -30, 0)]
    [InlineData(-30.0, -10.0, -30, -10)]
    [InlineData(-10.0, -30.0, -30, -10)] // times need not be in the order of numbers
    public void The_span_of_a_gap_is_what_is_known_of_it(double? from, double? to, double expectedFrom, double expectedTo)
    {
        var fill = Asked() with { From = At(from), To = At(to) };
        Plan.SpanOf(fill, isSettling: false).ShouldBe((_found.AddSeconds(expectedFrom - 60), _found.AddSeconds(expectedTo + 60)));
        Plan.SpanOf(fill with { State = GapState.Open }, isSettling: false).ShouldBe((_found.AddSeconds(expectedFrom - 5), _found.AddSeconds(expectedTo + 5)));

        static DateTimeOffset? At(double? seconds) => seconds is { } known ? _found.AddSeconds(known) : null;
    }

    [Fact]
    public void A_span_that_somebody_named_is_asked_for_as_it_is_and_settles_by_its_own_end()
    {
        var fill = Fill(from: _found.AddHours(-5), to: _found.AddHours(-4)) with { Reason = GapReason.Manual };
        Plan.SpanOf(fill, isSettling: false).ShouldBe((_found.AddHours(-5), _found.AddHours(-4)));
        Plan.SpanOf(fill, isSettling: true).ShouldBe((_found.AddHours(-5), _found.AddHours(-4)));
        Plan.Next([fill], _found)!.IsSettling.ShouldBeTrue();
        Plan.After(fill, Answer(_found, isSettling: true), _found).State.ShouldBe(GapState.Filled);
        Plan.Next([fill with { To = _found.AddMinutes(-1) }], _found)!.IsSettling.ShouldBeFalse();
    }

    [Fact]
    public void Gaps_that_touch_or_are_linked_by_one_that_touches_both_are_asked_for_as_one()
    {
        var first = Asked(1, _found.AddMinutes(-30), _found.AddMinutes(-25));
        var touching = Asked(2, _found.AddMinutes(-23), _found.AddMinutes(-20)); // with their margins, to the instant
        var linked = Asked(3, _found.AddMinutes(-18), _found.AddMinutes(-10));
        var apart = Asked(4, _found.AddMinutes(-7.9), _found.AddMinutes(-7));
        var ask = Plan.Next([apart with { NextAskAt = _found.AddSeconds(1) }, linked, touching, first], _found.AddSeconds(1))!;
        ask.Fills.Select(fill => fill.Number).Order().ShouldBe([1, 2, 3]);
        (ask.From, ask.To).ShouldBe((_found.AddMinutes(-31), _found.AddMinutes(-9)));
    }

    /// <summary>Not timed: a plan that looks at each for each does not come to its end within a test's patience.</summary>
    [Fact]
    public void Twenty_thousand_gaps_are_planned_as_one_ask_where_they_touch_and_one_by_one_where_they_do_not()
    {
        GapFill[] fills = [.. Enumerable.Range(1, 20_000).Select(number => Asked(number, _found.AddSeconds(-number * 200), _found.AddSeconds((-number * 200) + 1)))];
        var ask = Plan.Next(fills, _found)!;
        ask.Fills.ShouldHaveSingleItem().Number.ShouldBe(1);
        fills = [.. Enumerable.Range(1, 20_000).Select(number => Asked(number, _found.AddSeconds(-number), _found.AddSeconds(1 - number)))];
        ask = Plan.Next(fills, _found)!;
        ask.Fills.Count.ShouldBe(20_000);
        (ask.From, ask.To).ShouldBe((_found.AddSeconds(-20_060), _found));
    }

    [Fact]
    public void A_gap_is_abandoned_by_the_time_in_service_and_not_before_it_was_asked_for_twice()
    {
        var late = _found.AddDays(2);
        var once = Plan.After(Fill(), Answer(late, isComplete: false), late);
        once.State.ShouldBe(GapState.Filling);
        once.NextAskAt.ShouldBe(late.AddSeconds(1));
        (once.InService, Plan.After(once, Answer(late.AddSeconds(1), isComplete: false), late.AddSeconds(1)).State).ShouldBe((TimeSpan.FromDays(2), GapState.Abandoned));
    }

    [Fact]
    public void A_gap_whose_numbers_are_missing_is_filled_by_an_answer_that_tells_anything_of_its_time_and_by_no_other()
    {
        var settled = _found + _options.SettledAfter;
        var fill = Fill() with { HasNumbers = true };
        var empty = Plan.After(fill, Answer(settled, isSettling: true), settled);
        (empty.State, empty.Problem!.Contains("nothing of its time", StringComparison.Ordinal)).ShouldBe((GapState.Filling, true));
        Plan.After(fill, Answer(settled, isSettling: true) with { Told = 1 }, settled).State.ShouldBe(GapState.Filled);
        Plan.After(fill, Answer(settled, isSettling: true, known: 1), settled).State.ShouldBe(GapState.Filled);
        Plan.After(fill with { Recovered = 1 }, Answer(settled, isSettling: true), settled).State.ShouldBe(GapState.Filled);
    }

    /// <summary>From one end of what can be told to the other.</summary>
    private static DateTimeOffset Time(long milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(milliseconds, DateTimeOffset.MinValue.ToUnixTimeMilliseconds(), DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));

    [Theory]
    [InlineData(long.MinValue, long.MinValue)]
    [InlineData(0, 1)]
    [InlineData(long.MaxValue, long.MaxValue)]
    [InlineData(long.MinValue, long.MaxValue)]
    [InlineData(long.MaxValue, long.MinValue)]
    public void Any_times_on_record_can_be_reckoned_with(long from, long to)
    {
        foreach (var reason in Enum.GetValues<GapReason>())
        {
            var fill = Fill(from: Time(from), to: Time(to)) with { Reason = reason };
            var ask = Plan.Next([fill], _found);
            (ask!.To >= ask.From).ShouldBeTrue();
            Plan.After(fill, Answer(_found), _found).Asks.ShouldBe(1);
            AskPlan.WhyNot(fill.Timed(_found.AsMoment(), TimeSpan.FromHours(1)), _found.AsMoment());
        }
    }

    [Theory]
    [InlineData(-3_600, -1_800, null)]
    [InlineData(-3e9, -2e9, "before 2000-01-01")]
    [InlineData(200_000, 300_000, "lies ahead")]
    public void A_gap_that_cannot_be_asked_for_says_why(double from, double to, string? why)
    {
        var said = AskPlan.WhyNot(Fill(from: _found.AddSeconds(from), to: _found.AddSeconds(to)) with { Reason = GapReason.Manual }, _found.AsMoment());
        if (why is null)
            said.ShouldBeNull();
        else
            said.ShouldNotBeNull().ShouldContain(why);
    }

    [Fact]
    public void What_is_asked_for_is_genesyss_time()
    {
        var skewed = new Moment(_found, _found.AddMinutes(5), _found.AsSteady());
        var fill = Fill(from: _found.AddMinutes(4), to: _found.AddMinutes(4.5)) with { Found = _found.AsSteady(), Due = _found.AsSteady() };
        var plan = new AskPlan(_options, _reach);
        plan.Next([fill], skewed)!.To.ShouldBe(_found.AddMinutes(4.5).AddSeconds(5));
        plan.SpanOf(fill with { To = null, Reason = GapReason.Unreadable }, false, skewed).To.ShouldBe(_found.AddMinutes(5).AddSeconds(5), "where only our clock says when it was over");
    }

    [Fact]
    public void A_gap_that_is_not_due_is_not_asked_for_with_one_that_is()
    {
        var later = Fill(2) with { NextAskAt = _found.AddSeconds(2) };
        Plan.Next([Fill(1), later], _found)!.Fills.ShouldHaveSingleItem().Number.ShouldBe(1);
        Plan.Next([Fill(1), later], _found.AddSeconds(2))!.Fills.Count.ShouldBe(2);
    }

    [Fact]
    public void Gaps_that_somebody_may_wait_for_come_before_those_to_be_settled_and_are_not_mixed_with_them()
    {
        var now = _found.AddMinutes(2);
        var old = Fill(1) with { NextAskAt = now.AddMinutes(-1) };
        var fresh = Fill(2, since: now);
        var ask = Plan.Next([old, fresh], now)!;
        (ask.IsSettling, ask.Fills.Single().Number).ShouldBe((false, 2));
        ask = Plan.Next([old], now)!;
        (ask.IsSettling, ask.Fills.Single().Number).ShouldBe((true, 1));
    }

    [Fact]
    public void The_longest_due_comes_first_and_of_those_the_oldest()
    {
        var now = _found.AddSeconds(20);
        var late = Fill(1, _found.AddHours(-3), _found.AddHours(-3)) with { NextAskAt = now };
        var second = Fill(3, _found.AddHours(-2), _found.AddHours(-2));
        var first = Fill(2, _found.AddHours(-1), _found.AddHours(-1));
        Plan.Next([late, second, first], now)!.Fills.Single().Number.ShouldBe(2);
    }

    [Fact]
    public void Without_gaps_nothing_is_due()
    {
        Plan.Next([], _found).ShouldBeNull();
        PlanInTime.NextDue([]).ShouldBeNull();
        PlanInTime.NextDue([Fill(1) with { NextAskAt = _found.AddSeconds(9) }, Fill(2) with { NextAskAt = _found.AddSeconds(4) }]).ShouldBe(_found.AddSeconds(4));
    }

    [Fact]
    public void A_gap_found_to_be_bigger_is_asked_for_from_the_start_and_its_figures_go_on()
    {
        var before = Plan.After(Fill(), Answer(_found, fresh: 3, known: 2), _found);
        var gap = new Gap(1, 1, GapReason.Reconnect, [], _found.AddMinutes(-1), _found, _found.AsMoment());
        gap.Confirm(_found.AsMoment());
        gap.Miss(new SequenceRange(4, 9), _found, _found.AddSeconds(9).AsMoment());
        var bigger = GapFill.Of(gap, before);
        (bigger.State, bigger.Since, bigger.NextAskAt, bigger.Asks, bigger.Recovered, bigger.Known).ShouldBe((GapState.Open, _found.AddSeconds(9), _found.AddSeconds(9), 1, 3, 2));
        var after = AskPlan.AfterChange(bigger, Answer(_found, fresh: 2, isSettling: true));
        after.ShouldBe(bigger with { Asks = 2, Recovered = 5 });
    }

    [Fact]
    public void A_hole_is_timed_from_when_it_was_confirmed_and_due_at_once()
    {
        var gap = new Gap(1, 1, GapReason.Hole, [new SequenceRange(4, 9)], _found, _found, _found.AsMoment());
        gap.Confirm(_found.AddSeconds(2).AsMoment());
        var fill = GapFill.Of(gap);
        (fill.Since, fill.NextAskAt <= fill.Since, fill.State).ShouldBe((_found.AddSeconds(2), true, GapState.Open));
        Plan.After(fill, Answer(_found.AddSeconds(2)), _found.AddSeconds(2)).NextAskAt.ShouldBe(_found.AddSeconds(4));
    }

    [Theory]
    [InlineData("Reconnect", 1)]
    [InlineData("Restart", 1)]
    [InlineData("Renumbered", 0)]
    [InlineData("Manual", 0)]
    public void A_span_without_a_connection_gives_the_first_event_a_second_to_say_what_it_cost_and_is_due_at_once_when_that_is_known(string reason, double grace)
    {
        var gap = new Gap(1, 1, Enum.Parse<GapReason>(reason), [], _found.AddMinutes(-1), _found, _found.AsMoment());
        gap.Confirm(_found.AsMoment());
        var fill = GapFill.Of(gap);
        (fill.NextAskAt, fill.Since, fill.HasNumbers).ShouldBe((_found.AddSeconds(grace), _found, false));
        gap.Miss(new SequenceRange(4, 9), _found, _found.AddSeconds(0.3).AsMoment());
        fill = GapFill.Of(gap, fill);
        (fill.NextAskAt, fill.Since, fill.HasNumbers).ShouldBe((_found.AddSeconds(0.3), _found.AddSeconds(0.3), true));
    }

    [Fact]
    public void A_tolerated_gap_is_closed_and_never_due()
    {
        var gap = new Gap(1, 1, GapReason.Hole, [new SequenceRange(4, 4)], _found, _found, _found.AsMoment()) { IsTolerated = true };
        gap.Confirm(_found.AsMoment());
        var fill = GapFill.Of(gap);
        (fill.State, fill.IsClosed, fill.NextAskAt).ShouldBe((GapState.Tolerated, true, null));
        Plan.Next([fill], _found.AddDays(1)).ShouldBeNull();
    }

    [Fact]
    public void Every_state_has_a_name_that_reads_back() =>
        Enum.GetValues<GapState>().ShouldAllBe(state => GapStateNames.Parse(GapStateNames.Of(state)) == state);

    private static GapFill Fill(long number = 1, DateTimeOffset? from = null, DateTimeOffset? to = null, DateTimeOffset? since = null) => new(
        number, GapReason.Hole, from ?? (since ?? _found).AddSeconds(-1), to ?? since ?? _found, since ?? _found, GapState.Open, 0, since ?? _found, 0, 0, null, null);

    /// <summary>There has been an answer about it: it is asked for with the whole margin.</summary>
    private static GapFill Asked(long number = 1, DateTimeOffset? from = null, DateTimeOffset? to = null) => Fill(number, from, to) with { State = GapState.Filling };

    /// <summary>The plan, told the time by a clock that nobody sets: what a fill says of it is what it is timed by.</summary>
    private sealed class PlanInTime(AskPlan plan)
    {
        public static DateTimeOffset? NextDue(IEnumerable<GapFill> fills) => AskPlan.NextDue(fills.Select(Timed))?.AsTime();

        public Ask? Next(IReadOnlyCollection<GapFill> fills, DateTimeOffset now) => plan.Next([.. fills.Select(Timed)], now.AsMoment());

        public (DateTimeOffset From, DateTimeOffset To) SpanOf(GapFill fill, bool isSettling) => plan.SpanOf(Timed(fill), isSettling, _found.AddDays(1).AsMoment());

        public GapFill After(GapFill fill, AskAnswer answer, DateTimeOffset now) => plan.After(Timed(fill), answer, now.AsMoment());

        private static GapFill Timed(GapFill fill) => fill with { Found = fill.Since.AsSteady(), Due = fill.NextAskAt?.AsSteady() ?? MonotonicTime.Never, InServiceSince = fill.Since.AsSteady() };
    }

    private static AskAnswer Answer(
        DateTimeOffset askedAt, long fresh = 0, long known = 0, bool isComplete = true, bool isSettling = false, string? problem = null, double? retryAfter = null) =>
        new(askedAt.AsSteady(), isComplete, isSettling, fresh, fresh, known, problem, retryAfter is { } seconds ? TimeSpan.FromSeconds(seconds) : null);
}
