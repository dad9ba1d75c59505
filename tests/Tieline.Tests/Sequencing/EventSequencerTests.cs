using System.Text;
using System.Text.Json;
using Tieline.Events;
using Tieline.Genesys;
using Tieline.Sequencing;
using Tieline.TestKit;
using static Tieline.Tests.Genesys.Frames;

namespace Tieline.Tests.Sequencing;

public sealed class EventSequencerTests
{
    private static readonly TimeSpan _window = TimeSpan.FromSeconds(2);

    private readonly EventSequencer _sequencer = new(_window);
    private DateTimeOffset _now = Some.Time.AddHours(1);

    [Fact]
    public void The_sample_faults_are_judged_line_by_line_as_expected()
    {
        var expected = Json("analytics-stream-faults-expected.json");
        var frames = Lines("analytics-stream-faults.jsonl");
        var (gaps, duplicates, late, resets) = (0, 0, 0, 0);
        var missing = new Dictionary<long, Gap>();
        foreach (var line in expected.GetProperty("byLine").EnumerateArray())
        {
            var verdict = line.GetProperty("verdict").GetString()!;
            var skim = EventSkimmer.Skim(frames[line.GetProperty("line").GetInt32() - 1]);
            if (verdict == "malformed")
            {
                // The non-JSON line ends the connection (see the file's description).
                _sequencer.Reconnected();
                continue;
            }

            if (skim.Sequence is not { } sequence)
                continue;
            var before = missing.Values.Sum(gap => gap.MissingCount);
            var given = _sequencer.Offer(sequence, skim.Timestamp, _now);
            foreach (var change in _sequencer.TakeChanges())
            {
                missing[change.Gap.Number] = change.Gap;
                gaps += change is { Kind: GapChangeKind.Seen, Gap.First: not null } ? 1 : 0;
            }

            given.ShouldBe(verdict switch
            {
                "late" => SequenceVerdict.Late,
                "duplicate" => SequenceVerdict.Old,
                "reset (new epoch, back-fill by time)" => SequenceVerdict.NewEpoch,
                _ => SequenceVerdict.Next,
            });
            if (line.TryGetProperty("missing", out var numbers))
                Numbers(missing.Values.Last()).ShouldBe(Longs(numbers));
            else if (line.TryGetProperty("stillMissing", out numbers))
                missing.Values.SelectMany(Numbers).ShouldBe(Longs(numbers));
            else
                missing.Values.Sum(gap => gap.MissingCount).ShouldBe(before - (given == SequenceVerdict.Late ? 1 : 0));
            duplicates += given == SequenceVerdict.Old ? 1 : 0;
            late += given == SequenceVerdict.Late ? 1 : 0;
            resets += given == SequenceVerdict.NewEpoch ? 1 : 0;
        }

        gaps.ShouldBe(expected.GetProperty("gaps").GetInt32());
        missing.Values.Sum(gap => gap.MissingCount).ShouldBe(expected.GetProperty("missedFinally").GetInt64());
        duplicates.ShouldBe(expected.GetProperty("duplicates").GetInt32());
        late.ShouldBe(expected.GetProperty("late").GetInt32());
        resets.ShouldBe(expected.GetProperty("resets").GetInt32());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1801)]
    [InlineData(long.MaxValue)]
    public void Offer_TheFirstEver_IsNextWhateverItsNumber(long first)
    {
        _sequencer.Last.ShouldBeNull();
        _sequencer.Mark.ShouldBe(Mark.None);
        Offer(first).ShouldBe(SequenceVerdict.Next);
        _sequencer.Last.ShouldBe(first);
        Changes().ShouldBeEmpty();
        _sequencer.IsHeld(first).ShouldBeFalse();
    }

    [Fact]
    public void Offer_NumbersInOrder_MovesTheMarkAndOpensNothing()
    {
        OfferAll(5, 6, 7);
        _sequencer.Mark.ShouldBe(new Mark(1, 7, TimeOf(7)));
        _sequencer.HasUnconfirmed.ShouldBeFalse();
        _sequencer.NextExpiry.ShouldBeNull();
        _sequencer.ReleasableThrough.ShouldBe(long.MaxValue);
        Changes().ShouldBeEmpty();
    }

    [Fact]
    public void Offer_AJump_IsNextAndOpensAHoleWithItsSpanInNumbersAndTime()
    {
        OfferAll(3, 7);
        var change = _sequencer.TakeChanges().ShouldHaveSingleItem();
        change.Kind.ShouldBe(GapChangeKind.Seen);
        var gap = change.Gap;
        (gap.Number, gap.Epoch, gap.Reason, gap.First, gap.Last, gap.MissingCount).ShouldBe((1, 1, GapReason.Hole, 4, 6, 3));
        (gap.From, gap.To, gap.SeenAt, gap.ConfirmedAt).ShouldBe((TimeOf(3), TimeOf(7), _now, null));
        _sequencer.Mark.Sequence.ShouldBe(7);
        _sequencer.NextExpiry.ShouldBe(_now + _window);
        _sequencer.TakeChanges().ShouldBeEmpty();
    }

    [Fact]
    public void Offer_ALateOne_ShrinksTheHoleAndTheLastOfThemFillsIt()
    {
        OfferAll(1, 5);
        Changes();
        Offer(3).ShouldBe(SequenceVerdict.Late);
        Changes().ShouldBe(["Shrunk 1: 2,4"]);
        Offer(2).ShouldBe(SequenceVerdict.Late);
        Offer(4).ShouldBe(SequenceVerdict.Late);
        Changes().ShouldBe(["Shrunk 1: 4", "Filled 1: "]);
        _sequencer.HasUnconfirmed.ShouldBeFalse();
        Offer(4).ShouldBe(SequenceVerdict.Old);
        Changes().ShouldBeEmpty();
    }

    [Fact]
    public void Offer_ALateOneForAConfirmedGap_StillFillsIt()
    {
        OfferAll(1, 4);
        After(_window);
        Changes().ShouldBe(["Seen 1: 2-3", "Confirmed 1: 2-3"]);
        OfferAll(2, 3);
        var changes = _sequencer.TakeChanges();
        changes.Select(change => change.Kind).ShouldBe([GapChangeKind.Shrunk, GapChangeKind.Filled]);
        changes.ShouldAllBe(change => change.Gap.ConfirmedAt == _now);
    }

    [Fact]
    public void TakeChanges_GivesGapsAsTheyWere_WhateverHappensToThemLater()
    {
        OfferAll(1, 5, 3);
        var changes = _sequencer.TakeChanges();
        OfferAll(2, 4);
        changes.Select(change => string.Join(',', change.Gap.Missing)).ShouldBe(["2-4", "2,4"]);
        changes.ShouldAllBe(change => change.Gap.First == 2 && change.Gap.Last == 4);
    }

    [Fact]
    public void Expire_JustBeforeTheWindowIsOver_ConfirmsNothing_AndThenDoes()
    {
        OfferAll(1, 3);
        Changes();
        After(_window - TimeSpan.FromTicks(1));
        Changes().ShouldBeEmpty();
        _sequencer.IsHeld(3).ShouldBeTrue();
        After(TimeSpan.FromTicks(1));
        Changes().ShouldBe(["Confirmed 1: 2"]);
        _sequencer.IsHeld(3).ShouldBeFalse();
        _sequencer.NextExpiry.ShouldBeNull();
    }

    [Fact]
    public void Several_holes_hold_and_release_one_after_the_other()
    {
        OfferAll(1, 4);
        var first = _now;
        After(TimeSpan.FromSeconds(1));
        OfferAll(5, 8, 9);
        _sequencer.ReleasableThrough.ShouldBe(1);
        _sequencer.NextExpiry.ShouldBe(first + _window);
        Held(1, 2, 3, 4, 5, 8, 9).ShouldBe([2, 3, 4, 5, 8, 9]);

        Offer(2).ShouldBe(SequenceVerdict.Late);
        _sequencer.ReleasableThrough.ShouldBe(2);

        After(TimeSpan.FromSeconds(1));
        _sequencer.ReleasableThrough.ShouldBe(5);
        _sequencer.NextExpiry.ShouldBe(first + TimeSpan.FromSeconds(1) + _window);
        Held(3, 4, 5, 8, 9).ShouldBe([8, 9]);

        Offer(7).ShouldBe(SequenceVerdict.Late);
        _sequencer.ReleasableThrough.ShouldBe(5);
        Offer(6).ShouldBe(SequenceVerdict.Late);
        _sequencer.ReleasableThrough.ShouldBe(long.MaxValue);
        Changes().ShouldBe(["Seen 1: 2-3", "Seen 2: 6-7", "Shrunk 1: 3", "Confirmed 1: 3", "Shrunk 2: 6", "Filled 2: "]);
    }

    [Fact]
    public void A_later_hole_that_fills_first_releases_nothing()
    {
        OfferAll(1, 3, 5);
        Offer(4).ShouldBe(SequenceVerdict.Late);
        _sequencer.ReleasableThrough.ShouldBe(1);
        _sequencer.HasUnconfirmed.ShouldBeTrue();
    }

    [Fact]
    public void Reconnected_TheFirstJump_IsConfirmedAtOnce_AndTheNextIsAHoleAgain()
    {
        OfferAll(1);
        _sequencer.Reconnected();
        OfferAll(4, 6);
        Gaps().ShouldBe([(GapReason.Reconnect, GapChangeKind.Seen), (GapReason.Reconnect, GapChangeKind.Confirmed), (GapReason.Hole, GapChangeKind.Seen)]);
    }

    [Fact]
    public void Reconnected_WithoutAJump_IsForgotten()
    {
        OfferAll(1);
        _sequencer.Reconnected();
        OfferAll(2, 4);
        Gaps().ShouldBe([(GapReason.Hole, GapChangeKind.Seen)]);
    }

    [Fact]
    public void Reconnected_RepeatsAndLateOnesFirst_TheJumpBehindThemIsStillTheReconnects()
    {
        OfferAll(1, 3);
        Changes();
        _sequencer.Reconnected();
        OfferAll(3, 2, 1, 8);
        Gaps().ShouldBe([(GapReason.Hole, GapChangeKind.Filled), (GapReason.Reconnect, GapChangeKind.Seen), (GapReason.Reconnect, GapChangeKind.Confirmed)]);
    }

    [Fact]
    public void A_window_of_zero_confirms_at_once()
    {
        var sequencer = new EventSequencer(TimeSpan.Zero);
        sequencer.Offer(1, At(1), _now);
        sequencer.Offer(3, At(3), _now);
        sequencer.HasUnconfirmed.ShouldBeFalse();
        sequencer.TakeChanges().Select(change => change.Kind).ShouldBe([GapChangeKind.Seen, GapChangeKind.Confirmed]);
    }

    [Fact]
    public void Offer_AnOldNumberWithALaterTime_StartsAnEpochAndGivesUpOldHoles()
    {
        OfferAll(10, 12);
        Changes();
        _sequencer.Offer(1, At(20), _now).ShouldBe(SequenceVerdict.NewEpoch);
        var changes = _sequencer.TakeChanges();
        changes.Select(change => (change.Gap.Reason, change.Kind)).ShouldBe(
            [(GapReason.Hole, GapChangeKind.Confirmed), (GapReason.Renumbered, GapChangeKind.Seen), (GapReason.Renumbered, GapChangeKind.Confirmed)]);
        var between = changes[^1].Gap;
        (between.Epoch, between.First, between.Last, between.MissingCount, between.From, between.To).ShouldBe((1, null, null, 0, TimeOf(12), TimeOf(20)));
        _sequencer.Mark.ShouldBe(new Mark(2, 1, TimeOf(20)));
        _sequencer.IsHeld(1).ShouldBeFalse();
        _sequencer.Offer(11, At(30), _now).ShouldBe(SequenceVerdict.Next);
        Changes().ShouldBe(["Seen 3: 2-10"]);
    }

    [Theory]
    [InlineData("2026-03-02T09:00:09.000Z")]
    [InlineData("2026-03-02T09:00:08.999Z")]
    [InlineData("")]
    [InlineData("later than that")]
    [InlineData("9999-12-31T23:59:59.999Z")]
    [InlineData("2026-03-03T10:00:00.001Z")]
    public void Offer_AnOldNumberWithoutALaterTime_IsOld(string timestamp)
    {
        OfferAll(8, 9);
        _sequencer.Offer(5, Encoding.UTF8.GetBytes(timestamp), _now).ShouldBe(SequenceVerdict.Old);
        _sequencer.Mark.ShouldBe(new Mark(1, 9, TimeOf(9)));
        Changes().ShouldBeEmpty();
    }

    [Fact]
    public void Offer_ARepeatOfAnEventWithALaterTimeThanTheLast_IsOldAndNoEpoch()
    {
        // Numbers are given in the order of sending: times may lie otherwise by some milliseconds. Two sockets that overlap repeat every event.
        _sequencer.Offer(1, At(1), _now);
        _sequencer.Offer(2, At(3), _now);
        _sequencer.Offer(3, At(2), _now);
        _sequencer.Offer(2, At(3), _now).ShouldBe(SequenceVerdict.Old);
        _sequencer.Epoch.ShouldBe(1);
    }

    [Fact]
    public void Offer_ARepeatOfALateOneWithALaterTimeThanTheLast_IsOldAndNoEpoch()
    {
        _sequencer.Offer(1, At(1), _now);
        _sequencer.Offer(3, At(3), _now);
        _sequencer.Offer(2, At(4), _now).ShouldBe(SequenceVerdict.Late);
        _sequencer.Offer(2, At(4), _now).ShouldBe(SequenceVerdict.Old);
    }

    [Theory]
    [InlineData("9999-12-31T23:59:59.999Z")]
    [InlineData("not a time")]
    [InlineData("")]
    public void Offer_AnAbsurdTimeInOrder_DoesNotHideALaterRenumbering(string absurd)
    {
        _sequencer.Offer(8, At(8), _now);
        _sequencer.Offer(9, Encoding.UTF8.GetBytes(absurd), _now).ShouldBe(SequenceVerdict.Next);
        _sequencer.Mark.ShouldBe(new Mark(1, 9, TimeOf(8)));
        _sequencer.Offer(1, At(10), _now).ShouldBe(SequenceVerdict.NewEpoch);
    }

    [Fact]
    public void Refuse_TheNextNumber_IsAGapOfItsOwnAndNothingWaits()
    {
        OfferAll(1);
        _sequencer.Refuse(2, _now);
        Changes().ShouldBe(["Seen 1: 2", "Confirmed 1: 2"]);
        _sequencer.Last.ShouldBe(2);
        Offer(3).ShouldBe(SequenceVerdict.Next);
        Changes().ShouldBeEmpty();
        _sequencer.HasUnconfirmed.ShouldBeFalse();
        Offer(2).ShouldBe(SequenceVerdict.Late);
        Changes().ShouldBe(["Filled 1: "]);
    }

    [Fact]
    public void Refuse_BehindAJump_OpensTheHoleToo()
    {
        OfferAll(1);
        _sequencer.Refuse(4, _now);
        Gaps().ShouldBe([(GapReason.Hole, GapChangeKind.Seen), (GapReason.Unreadable, GapChangeKind.Seen), (GapReason.Unreadable, GapChangeKind.Confirmed)]);
        _sequencer.ReleasableThrough.ShouldBe(1);
        Offer(5).ShouldBe(SequenceVerdict.Next);
        _sequencer.IsHeld(5).ShouldBeTrue();
    }

    [Fact]
    public void Refuse_AnOldNumber_ChangesNothing()
    {
        OfferAll(1, 5);
        Changes();
        _sequencer.Refuse(3, _now);
        _sequencer.Refuse(1, _now);
        Changes().ShouldBeEmpty();
        Offer(3).ShouldBe(SequenceVerdict.Late);
    }

    [Fact]
    public void Refuse_TheFirstEver_IsAGapAndTheNextGoesOn()
    {
        _sequencer.Refuse(7, _now);
        Changes().ShouldBe(["Seen 1: 7", "Confirmed 1: 7"]);
        Offer(8).ShouldBe(SequenceVerdict.Next);
        Changes().ShouldBeEmpty();
    }

    [Fact]
    public void Restore_TheFirstJump_IsTheRestarts()
    {
        _sequencer.Restore(new Mark(3, 10, TimeOf(10)), [], nextGap: 8, _now);
        _sequencer.Epoch.ShouldBe(3);
        Offer(13).ShouldBe(SequenceVerdict.Next);
        var gap = _sequencer.TakeChanges()[^1].Gap;
        (gap.Number, gap.Epoch, gap.Reason, gap.First, gap.Last, gap.From).ShouldBe((8, 3, GapReason.Restart, 11, 12, TimeOf(10)));
        gap.ConfirmedAt.ShouldBe(_now);
    }

    [Fact]
    public void Restore_AHoleThatWasNotConfirmed_IsConfirmedNow()
    {
        var seen = new Gap(4, 1, GapReason.Hole, [new SequenceRange(5, 6), new SequenceRange(8, 8)], TimeOf(4), TimeOf(9), _now, 5, 8);
        _sequencer.Restore(new Mark(1, 9, TimeOf(9)), [seen], nextGap: 5, _now);
        Changes().ShouldBe(["Confirmed 4: 5-6,8"]);
        _sequencer.HasUnconfirmed.ShouldBeFalse();
        Offer(8).ShouldBe(SequenceVerdict.Late);
        Changes().ShouldBe(["Shrunk 4: 5-6"]);
    }

    [Fact]
    public void Restore_TheMarkBehindARecordedGap_GoesOnBehindTheGap()
    {
        var recorded = new Gap(1, 1, GapReason.Hole, [new SequenceRange(5, 6)], TimeOf(4), TimeOf(7), _now);
        _sequencer.Restore(new Mark(1, 4, TimeOf(4)), [recorded], nextGap: 2, _now);
        Changes().ShouldBe(["Confirmed 1: 5-6"]);
        _sequencer.Last.ShouldBe(6);
        Offer(7).ShouldBe(SequenceVerdict.Next);
        Changes().ShouldBeEmpty();
        Offer(5).ShouldBe(SequenceVerdict.Late);
    }

    [Fact]
    public void Restore_GapsOfAnEarlierEpochOrKnownByTimeOnly_TakeNoNumbers()
    {
        var earlier = new Gap(1, 1, GapReason.Hole, [new SequenceRange(5, 900)], TimeOf(4), TimeOf(7), _now);
        var byTime = new Gap(2, 2, GapReason.Renumbered, [], TimeOf(4), TimeOf(7), _now);
        _sequencer.Restore(new Mark(2, 10, TimeOf(10)), [earlier, byTime], nextGap: 3, _now);
        _sequencer.Last.ShouldBe(10);
        Offer(6).ShouldBe(SequenceVerdict.Old);
    }

    [Fact]
    public void Restore_NumberingThatStartedAgainMeanwhile_IsANewEpoch()
    {
        _sequencer.Restore(new Mark(1, 500, TimeOf(500)), [], nextGap: 1, _now);
        _sequencer.Offer(3, At(900), _now).ShouldBe(SequenceVerdict.NewEpoch);
        Gaps().ShouldBe([(GapReason.Renumbered, GapChangeKind.Seen), (GapReason.Renumbered, GapChangeKind.Confirmed)]);
    }

    [Fact]
    public void A_jump_of_two_to_the_62_costs_no_more_than_a_small_one()
    {
        const long far = 1L << 62;
        OfferAll(1);
        _sequencer.Offer(far, At(2), _now).ShouldBe(SequenceVerdict.Next);
        var gap = _sequencer.TakeChanges().ShouldHaveSingleItem().Gap;
        gap.MissingCount.ShouldBe(far - 2);
        var before = GC.GetAllocatedBytesForCurrentThread();
        _sequencer.Offer(far / 2, At(2), _now).ShouldBe(SequenceVerdict.Late);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(4_096);
        Changes().ShouldBe([$"Shrunk 1: 2-{(far / 2) - 1},{(far / 2) + 1}-{far - 1}"]);
        _sequencer.Offer(long.MaxValue, At(3), _now).ShouldBe(SequenceVerdict.Next);
        _sequencer.Offer(long.MaxValue, At(3), _now).ShouldBe(SequenceVerdict.Old);
        _sequencer.Refuse(long.MaxValue, _now);
    }

    [Fact]
    public void Only_the_newest_thousand_confirmed_gaps_are_remembered_and_what_fills_an_older_one_is_kept_as_old()
    {
        for (var number = 1; number <= 2_003; number += 2)
            _sequencer.Offer(number, At(number), _now);
        _sequencer.ReleasableThrough.ShouldBe(1);
        After(_window);
        Offer(2).ShouldBe(SequenceVerdict.Old);
        Offer(4).ShouldBe(SequenceVerdict.Late);
        Offer(2_002).ShouldBe(SequenceVerdict.Late);
    }

    private static DateTimeOffset TimeOf(double seconds) => Some.Time.AddSeconds(seconds);

    private static byte[] At(double seconds) => Encoding.UTF8.GetBytes(EventTime.ToText(TimeOf(seconds)));

    private static IEnumerable<long> Numbers(Gap gap) => gap.Missing.SelectMany(range => Enumerable.Range(0, (int)range.Count).Select(index => range.First + index));

    private static IEnumerable<long> Longs(JsonElement array) => array.EnumerateArray().Select(number => number.GetInt64());

    private SequenceVerdict Offer(long sequence) => _sequencer.Offer(sequence, At(sequence % 100_000), _now);

    private void OfferAll(params long[] sequences)
    {
        foreach (var sequence in sequences)
            Offer(sequence);
    }

    private void After(TimeSpan time)
    {
        _now += time;
        _sequencer.Expire(_now);
    }

    private IEnumerable<long> Held(params long[] sequences) => sequences.Where(_sequencer.IsHeld);

    private IEnumerable<string> Changes() => [.. _sequencer.TakeChanges().Select(change => $"{change.Kind} {change.Gap.Number}: {string.Join(',', change.Gap.Missing)}")];

    private IEnumerable<(GapReason Reason, GapChangeKind Kind)> Gaps() => [.. _sequencer.TakeChanges().Select(change => (change.Gap.Reason, change.Kind))];
}
