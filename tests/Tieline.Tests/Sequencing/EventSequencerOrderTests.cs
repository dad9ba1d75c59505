using System.Text;
using System.Text.Json;
using Tieline.Genesys;
using Tieline.Sequencing;
using static Tieline.Tests.Genesys.Frames;

namespace Tieline.Tests.Sequencing;

/// <summary>What is next, late, old or missing, and what waits for a hole to fill itself.</summary>
public sealed class EventSequencerOrderTests : SequencerTests
{
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
                Sequencer.Reconnected(Now.AsMoment());
                continue;
            }

            if (skim.Sequence is not { } sequence)
                continue;
            var before = missing.Values.Sum(gap => gap.MissingCount);
            var given = Sequencer.Offer(sequence, skim.Timestamp, Now.AsMoment());
            foreach (var change in Sequencer.TakeChanges())
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
        Sequencer.Last.ShouldBeNull();
        Sequencer.Mark.ShouldBe(Mark.None);
        Offer(first).ShouldBe(SequenceVerdict.Next);
        Sequencer.Last.ShouldBe(first);
        Changes().ShouldBeEmpty();
        Sequencer.IsHeld(first).ShouldBeFalse();
    }

    [Fact]
    public void Offer_NumbersInOrder_MovesTheMarkAndOpensNothing()
    {
        OfferAll(5, 6, 7);
        Sequencer.Mark.ShouldBe(new Mark(1, 7, TimeOf(7)));
        Sequencer.IsHolding.ShouldBeFalse();
        NextExpiry.ShouldBeNull();
        Sequencer.ReleasableThrough.ShouldBe(long.MaxValue);
        Changes().ShouldBeEmpty();
    }

    [Fact]
    public void Offer_AJump_IsNextAndOpensAHoleWithItsSpanInNumbersAndTime()
    {
        OfferAll(3, 7);
        var change = Sequencer.TakeChanges().ShouldHaveSingleItem();
        change.Kind.ShouldBe(GapChangeKind.Seen);
        var gap = change.Gap;
        (gap.Number, gap.Epoch, gap.Reason, gap.First, gap.Last, gap.MissingCount).ShouldBe((1, 1, GapReason.Hole, 4, 6, 3));
        (gap.From, gap.To, gap.SeenAt, gap.ConfirmedAt).ShouldBe((TimeOf(3), TimeOf(7), Now, null));
        Sequencer.Mark.Sequence.ShouldBe(7);
        NextExpiry.ShouldBe(Now + Window);
        Sequencer.TakeChanges().ShouldBeEmpty();
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
        Sequencer.IsHolding.ShouldBeFalse();
        Offer(4).ShouldBe(SequenceVerdict.Old);
        Changes().ShouldBeEmpty();
    }

    [Fact]
    public void Offer_ALateOneForAConfirmedGap_StillFillsIt()
    {
        OfferAll(1, 4);
        After(Window);
        Changes().ShouldBe(["Seen 1: 2-3", "Confirmed 1: 2-3"]);
        OfferAll(2, 3);
        var changes = Sequencer.TakeChanges();
        changes.Select(change => change.Kind).ShouldBe([GapChangeKind.Shrunk, GapChangeKind.Filled]);
        changes.ShouldAllBe(change => change.Gap.ConfirmedAt == Now);
    }

    [Fact]
    public void TakeChanges_GivesGapsAsTheyWere_WhateverHappensToThemLater()
    {
        OfferAll(1, 5, 3);
        var changes = Sequencer.TakeChanges();
        OfferAll(2, 4);
        changes.Select(change => string.Join(',', change.Gap.Missing)).ShouldBe(["2-4", "2,4"]);
        changes.ShouldAllBe(change => change.Gap.First == 2 && change.Gap.Last == 4);
    }

    [Fact]
    public void Expire_JustBeforeTheWindowIsOver_ConfirmsNothing_AndThenDoes()
    {
        OfferAll(1, 3);
        Changes();
        After(Window - TimeSpan.FromTicks(1));
        Changes().ShouldBeEmpty();
        Sequencer.IsHeld(3).ShouldBeTrue();
        After(TimeSpan.FromTicks(1));
        Changes().ShouldBe(["Confirmed 1: 2"]);
        Sequencer.IsHeld(3).ShouldBeFalse();
        NextExpiry.ShouldBeNull();
    }

    [Fact]
    public void Several_holes_hold_and_release_one_after_the_other()
    {
        OfferAll(1, 4);
        var first = Now;
        After(TimeSpan.FromSeconds(1));
        OfferAll(5, 8, 9);
        Sequencer.ReleasableThrough.ShouldBe(1);
        NextExpiry.ShouldBe(first + Window);
        Held(1, 2, 3, 4, 5, 8, 9).ShouldBe([2, 3, 4, 5, 8, 9]);

        Offer(2).ShouldBe(SequenceVerdict.Late);
        Sequencer.ReleasableThrough.ShouldBe(2);

        After(TimeSpan.FromSeconds(1));
        Sequencer.ReleasableThrough.ShouldBe(5);
        NextExpiry.ShouldBe(first + TimeSpan.FromSeconds(1) + Window);
        Held(3, 4, 5, 8, 9).ShouldBe([8, 9]);

        Offer(7).ShouldBe(SequenceVerdict.Late);
        Sequencer.ReleasableThrough.ShouldBe(5);
        Offer(6).ShouldBe(SequenceVerdict.Late);
        Sequencer.ReleasableThrough.ShouldBe(long.MaxValue);
        Changes().ShouldBe(["Seen 1: 2-3", "Seen 2: 6-7", "Shrunk 1: 3", "Confirmed 1: 3", "Shrunk 2: 6", "Filled 2: "]);
    }

    [Fact]
    public void A_later_hole_that_fills_first_releases_nothing()
    {
        OfferAll(1, 3, 5);
        Offer(4).ShouldBe(SequenceVerdict.Late);
        Sequencer.ReleasableThrough.ShouldBe(1);
        Sequencer.IsHolding.ShouldBeTrue();
    }

    [Fact]
    public void AWindow_of_zero_confirms_at_once()
    {
        var sequencer = new EventSequencer(TimeSpan.Zero);
        sequencer.Offer(1, At(1), Now.AsMoment());
        sequencer.Offer(3, At(3), Now.AsMoment());
        sequencer.IsHolding.ShouldBeFalse();
        sequencer.TakeChanges().Select(change => change.Kind).ShouldBe([GapChangeKind.Seen, GapChangeKind.Confirmed]);
    }

    [Fact]
    public void Refuse_TheNextNumber_IsAGapOfItsOwnAndNothingWaits()
    {
        OfferAll(1);
        Sequencer.Refuse(2, Now.AsMoment());
        Changes().ShouldBe(["Seen 1: 2", "Confirmed 1: 2"]);
        Sequencer.Last.ShouldBe(2);
        Offer(3).ShouldBe(SequenceVerdict.Next);
        Changes().ShouldBeEmpty();
        Sequencer.IsHolding.ShouldBeFalse();
        Offer(2).ShouldBe(SequenceVerdict.Late);
        Changes().ShouldBe(["Filled 1: "]);
    }

    [Fact]
    public void Refuse_BehindAJump_OpensTheHoleToo()
    {
        OfferAll(1);
        Sequencer.Refuse(4, Now.AsMoment());
        Gaps().ShouldBe([(GapReason.Hole, GapChangeKind.Seen), (GapReason.Unreadable, GapChangeKind.Seen), (GapReason.Unreadable, GapChangeKind.Confirmed)]);
        Sequencer.ReleasableThrough.ShouldBe(1);
        Offer(5).ShouldBe(SequenceVerdict.Next);
        Sequencer.IsHeld(5).ShouldBeTrue();
    }

    [Fact]
    public void Refuse_AnOldNumber_ChangesNothing()
    {
        OfferAll(1, 5);
        Changes();
        Sequencer.Refuse(3, Now.AsMoment());
        Sequencer.Refuse(1, Now.AsMoment());
        Changes().ShouldBeEmpty();
        Offer(3).ShouldBe(SequenceVerdict.Late);
    }

    [Fact]
    public void Refuse_TheFirstEver_IsAGapAndTheNextGoesOn()
    {
        Sequencer.Refuse(7, Now.AsMoment());
        Changes().ShouldBe(["Seen 1: 7", "Confirmed 1: 7"]);
        Offer(8).ShouldBe(SequenceVerdict.Next);
        Changes().ShouldBeEmpty();
    }

    [Fact]
    public void A_jump_of_two_to_the_62_costs_no_more_than_a_small_one()
    {
        const long far = 1L << 62;
        OfferAll(1);
        Sequencer.Offer(far, At(2), Now.AsMoment()).ShouldBe(SequenceVerdict.Next);
        var gap = Sequencer.TakeChanges().ShouldHaveSingleItem().Gap;
        gap.MissingCount.ShouldBe(far - 2);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Sequencer.Offer(far / 2, At(2), Now.AsMoment()).ShouldBe(SequenceVerdict.Late);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(4_096);
        Changes().ShouldBe([$"Shrunk 1: 2-{(far / 2) - 1},{(far / 2) + 1}-{far - 1}"]);
        Sequencer.Offer(long.MaxValue, At(3), Now.AsMoment()).ShouldBe(SequenceVerdict.Next);
        Sequencer.Offer(long.MaxValue, At(3), Now.AsMoment()).ShouldBe(SequenceVerdict.Old);
        Sequencer.Refuse(long.MaxValue, Now.AsMoment());
    }

    [Fact]
    public void Only_the_newest_thousand_confirmed_gaps_are_remembered_and_what_fills_an_older_one_is_kept_as_old()
    {
        for (var number = 1; number <= 2_003; number += 2)
            Sequencer.Offer(number, At(number), Now.AsMoment());
        Sequencer.ReleasableThrough.ShouldBe(1);
        After(Window);
        Offer(2).ShouldBe(SequenceVerdict.Old);
        Offer(4).ShouldBe(SequenceVerdict.Late);
        Offer(2_002).ShouldBe(SequenceVerdict.Late);
    }

    private static IEnumerable<long> Numbers(Gap gap) => gap.Missing.SelectMany(range => Enumerable.Range(0, (int)range.Count).Select(index => range.First + index));

    private static IEnumerable<long> Longs(JsonElement array) => array.EnumerateArray().Select(number => number.GetInt64());
}
