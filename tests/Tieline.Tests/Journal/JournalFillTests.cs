using Tieline.Backfill;
using Tieline.Diagnostics;
using Tieline.Journal;
using Tieline.Sequencing;
using Tieline.TestKit;
using static Tieline.Tests.Journal.JournalRig;
using Tieline.Tests.Sequencing;

namespace Tieline.Tests.Journal;

/// <summary>The durable record of a gap, from when it is found until it is closed.</summary>
public sealed class JournalFillTests : IAsyncLifetime
{
    private readonly JournalRig _rig = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task A_hole_that_may_fill_itself_is_not_asked_for()
    {
        await _rig.DoAsync(Change(Gap(1), GapChangeKind.Seen));
        Fills().ShouldBeEmpty();
        Counts().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_confirmed_one_is_asked_for_at_once_also_after_a_restart()
    {
        var gap = Confirmed(1);
        await _rig.DoAsync(Change(gap, GapChangeKind.Seen), Change(gap, GapChangeKind.Confirmed));
        Fills().ShouldBe([Untimed(GapFill.Of(gap))]);
        Fills()[0].NextAskAt.ShouldBe(gap.SeenAt);
        await _rig.ReopenAsync();
        Fills().ShouldBe([Untimed(GapFill.Of(gap))]);
        Counts().ShouldBe([("hole", "open", 1)]);
    }

    [Fact]
    public async Task That_of_the_first_start_counts_once_an_ask_about_it_has_failed()
    {
        var gap = new Gap(1, 1, GapReason.Start, [], Some.Time, Some.Time.AddSeconds(3), Some.Time.AddSeconds(3));
        gap.Confirm(Some.Time.AddSeconds(3));
        await _rig.DoAsync(Change(gap, GapChangeKind.Seen), Change(gap, GapChangeKind.Confirmed));
        var fill = Untimed(GapFill.Of(gap));
        long Count() => _rig.Journal.Read(reader => reader.ReadOpenGapCount());
        (Count(), fill.CountsAsOpen).ShouldBe((0, false));
        var failed = fill with { State = GapState.Filling, Asks = 1, Problem = "answered 503" };
        await _rig.DoAsync(new JournalWork.SaveFill(failed));
        (Count(), failed.CountsAsOpen).ShouldBe((1, true));
    }

    [Fact]
    public async Task A_tolerated_one_is_not_asked_for()
    {
        var gap = Confirmed(1);
        gap.IsTolerated = true;
        await _rig.DoAsync(Change(gap, GapChangeKind.Confirmed));
        Fills().ShouldBeEmpty();
        Counts().ShouldBe([("hole", "tolerated", 1)]);
        _rig.Journal.Read(reader => reader.ReadOpenGapCount()).ShouldBe(0);
        AllFills().ShouldBe([Untimed(GapFill.Of(gap))]);
    }

    [Fact]
    public async Task SaveFill_IsReadBackAsItWas()
    {
        var fill = await OpenAsync() with
        {
            State = GapState.Filling,
            Asks = 3,
            NextAskAt = Some.Time.AddMinutes(2),
            Recovered = 5,
            Known = 7,
            Problem = "the budget was spent",
            InService = TimeSpan.FromHours(7),
            NotAsked = "what began in another year",
        };
        await _rig.DoAsync(new JournalWork.SaveFill(fill));
        await _rig.ReopenAsync();
        Fills().ShouldBe([fill]);
        _rig.Journal.ReadOpenGaps().Count.ShouldBe(1);
        _rig.Facts().Select(fact => fact.Action).ShouldBe(["gap-detected"]);
        Counts().ShouldBe([("hole", "filling", 1)]);
    }

    [Theory]
    [InlineData(nameof(GapState.Open), null, false)]
    [InlineData(nameof(GapState.Filling), null, true)]
    [InlineData(nameof(GapState.Filling), "half of it", false)]
    [InlineData(nameof(GapState.Abandoned), "half of it", true)]
    public async Task A_gap_that_is_read_back_knows_whether_somebody_still_waits_for_an_answer(string state, string? problem, bool isAnswered)
    {
        await _rig.DoAsync(new JournalWork.SaveFill(await OpenAsync() with { State = Enum.Parse<GapState>(state), Problem = problem }));
        _rig.Journal.ReadOpenGaps().Single().IsAnswered.ShouldBe(isAnswered);
    }

    [Fact]
    public async Task SaveFill_Filled_ClosesItAndSaysSoOnce()
    {
        var filled = Closed(await OpenAsync(), GapState.Filled);
        await _rig.DoAsync(new JournalWork.SaveFill(filled), new JournalWork.SaveFill(filled));
        Fills().ShouldBeEmpty();
        _rig.Journal.ReadOpenGaps().ShouldBeEmpty();
        AllFills().ShouldBe([filled]);
        _rig.FactLines().Skip(1).ShouldBe(
            ["""2 gap-filled {"gap":1,"reason":"hole","from":"2026-03-02T09:00:00.000Z","to":"2026-03-02T09:00:10.000Z","asks":4,"recovered":2,"known":1}"""]);
    }

    [Fact]
    public async Task SaveFill_Abandoned_StaysListed()
    {
        var abandoned = Closed(await OpenAsync(), GapState.Abandoned) with { Problem = "HTTP 503" };
        await _rig.DoAsync(new JournalWork.SaveFill(abandoned));
        await _rig.ReopenAsync();
        Fills().ShouldBeEmpty();
        _rig.Journal.ReadOpenGaps().Count.ShouldBe(1);
        AllFills().ShouldBe([abandoned]);
        Counts().ShouldBe([("hole", "abandoned", 1)]);
        _rig.FactLines().Last().ShouldBe(
            """2 gap-abandoned {"gap":1,"reason":"hole","from":"2026-03-02T09:00:00.000Z","to":"2026-03-02T09:00:10.000Z","asks":4,"recovered":2,"known":1,"problem":"HTTP 503"}""");
    }

    [Theory]
    [InlineData(nameof(GapState.Filled))]
    [InlineData(nameof(GapState.Abandoned))]
    [InlineData(nameof(GapState.Filling))]
    public async Task A_late_event_for_it_changes_what_is_missing_and_nothing_else(string state)
    {
        var fill = Closed(await OpenAsync(), Enum.Parse<GapState>(state));
        await _rig.DoAsync(new JournalWork.SaveFill(fill));
        var gap = Confirmed(1);
        gap.TryFill(3);
        await _rig.DoAsync(Change(gap, GapChangeKind.Shrunk));
        AllFills().ShouldBe([fill]);
        _rig.Scalar("SELECT missing = '4' FROM gap").ShouldBe(1);
    }

    [Fact]
    public async Task A_filled_one_is_not_filled_again_nor_asked_for_again()
    {
        var open = await OpenAsync();
        var filled = Closed(open, GapState.Filled);
        await _rig.DoAsync(new JournalWork.SaveFill(filled), Change(Empty(), GapChangeKind.Filled), new JournalWork.SaveFill(open with { State = GapState.Filling, Asks = 9 }));
        AllFills().ShouldBe([filled]);
        _rig.Facts().Select(fact => fact.Action).ShouldBe(["gap-detected", "gap-filled"]);
    }

    [Fact]
    public async Task One_whose_events_all_came_by_themselves_is_filled_whatever_it_was()
    {
        await _rig.DoAsync(new JournalWork.SaveFill(Closed(await OpenAsync(), GapState.Abandoned)), Change(Empty(), GapChangeKind.Filled));
        Counts().ShouldBe([("hole", "filled", 1)]);
        _rig.Facts().Select(fact => fact.Action).ShouldBe(["gap-detected", "gap-abandoned", "gap-filled"]);
    }

    [Theory]
    [InlineData(nameof(GapState.Filling))]
    [InlineData(nameof(GapState.Filled))]
    [InlineData(nameof(GapState.Abandoned))]
    public async Task Confirmed_again_since_it_is_bigger_it_is_asked_for_from_the_start_and_its_figures_go_on(string state)
    {
        var before = Closed(await OpenAsync(), Enum.Parse<GapState>(state)) with { Problem = "HTTP 503" };
        await _rig.DoAsync(new JournalWork.SaveFill(before));
        var bigger = Confirmed(1);
        bigger.Miss(new SequenceRange(5, 9), Some.Time.AddSeconds(5), Some.Time.AddMinutes(1).AsMoment());
        await _rig.DoAsync(Change(bigger, GapChangeKind.Confirmed));
        await _rig.ReopenAsync();
        Fills().ShouldBe([Untimed(GapFill.Of(bigger, before))]);
        var fill = Fills()[0];
        (fill.State, fill.Asks, fill.Recovered, fill.Known, fill.NextAskAt, fill.Since, fill.ClosedAt, fill.Problem).ShouldBe(
            (GapState.Open, 4, 2, 1, Some.Time.AddMinutes(1), Some.Time.AddMinutes(1), null, null));
    }

    [Fact]
    public async Task An_answer_about_what_it_was_before_does_not_close_it()
    {
        var open = await OpenAsync();
        var longer = Confirmed(1);
        longer.Extend(Some.Time.AddMinutes(5).AsMoment());
        await _rig.DoAsync(Change(longer, GapChangeKind.Extended), new JournalWork.SaveFill(Closed(open, GapState.Filled)));
        Fills().ShouldBe([Untimed(GapFill.Of(longer))]);
        Fills()[0].To.ShouldBe(Some.Time.AddMinutes(5));
        _rig.Facts().Select(fact => fact.Action).ShouldBe(["gap-detected"]);
    }

    [Fact]
    public async Task SaveFill_OfAGapThatIsNotThere_ChangesNothing()
    {
        await _rig.DoAsync(new JournalWork.SaveFill(Closed(Untimed(GapFill.Of(Confirmed(1))), GapState.Filled)));
        AllFills().ShouldBeEmpty();
        _rig.Facts().ShouldBeEmpty();
    }

    [Fact]
    public async Task Gaps_are_found_by_the_time_they_touch()
    {
        await _rig.DoAsync(Enumerable.Range(1, 3).Select(number => Change(Confirmed(number, number * 100), GapChangeKind.Confirmed)));
        var halfKnown = new Gap(4, 1, GapReason.Restart, [new SequenceRange(1, 2)], null, Some.Time.AddSeconds(400), Some.Time);
        halfKnown.Confirm(Some.Time);
        await _rig.DoAsync(Change(halfKnown, GapChangeKind.Confirmed));
        Between(0, 100).ShouldBeEmpty();
        Between(0, 101).ShouldBe([1]);
        Between(110, 200).ShouldBe([1]);
        Between(111, 200).ShouldBeEmpty();
        Between(205, 305).ShouldBe([2, 3]);
        Between(400, 401).ShouldBe([4]);
        Between(401, 500).ShouldBeEmpty();

        IEnumerable<long> Between(int from, int to) => _rig.Journal.Read(reader => reader.ReadFills(Some.Time.AddSeconds(from), Some.Time.AddSeconds(to))).Select(fill => fill.Number);
    }

    private async Task<GapFill> OpenAsync()
    {
        var gap = Confirmed(1);
        await _rig.DoAsync(Change(gap, GapChangeKind.Seen), Change(gap, GapChangeKind.Confirmed));
        return Untimed(GapFill.Of(gap));
    }

    private static GapFill Closed(GapFill fill, GapState state) => fill with
    {
        State = state,
        Asks = 4,
        Recovered = 2,
        Known = 1,
        NextAskAt = state == GapState.Filling ? Some.Time.AddHours(1) : null,
        ClosedAt = state == GapState.Filling ? null : Some.Time.AddHours(1),
    };

    private static Gap Gap(long number, int atSeconds = 0) => new(
        number, 1, GapReason.Hole, [new SequenceRange(3, 4)], Some.Time.AddSeconds(atSeconds), Some.Time.AddSeconds(atSeconds + 10), Some.Time.AddSeconds(10));

    private static Gap Confirmed(long number, int atSeconds = 0)
    {
        var gap = Gap(number, atSeconds);
        gap.Confirm(Some.Time.AddSeconds(12));
        return gap;
    }

    private static Gap Empty()
    {
        var gap = Confirmed(1);
        gap.TryFill(3);
        gap.TryFill(4);
        return gap;
    }

    /// <summary>As it is read: what it is timed by is known to the process alone.</summary>
    private static GapFill Untimed(GapFill fill) => fill with { Found = default, Due = MonotonicTime.Never, InServiceSince = default };

    private static JournalWork.RecordGap Change(Gap gap, GapChangeKind kind) => new(new GapChange(gap.Snapshot(), kind));

    private IReadOnlyList<GapFill> Fills() => _rig.Journal.Read(reader => reader.ReadFills());

    private IReadOnlyList<GapFill> AllFills() => _rig.Journal.Read(reader => reader.ReadFills(DateTimeOffset.MinValue, DateTimeOffset.MaxValue));

    private IReadOnlyList<(string Reason, string State, long Count)> Counts() => _rig.Journal.Read(reader => reader.ReadGapCounts());
}
