using Tieline.Service.Commands.Demo;

namespace Tieline.Service.Tests.Commands.Demo;

public class ComparerTests
{
    private static readonly DateTimeOffset _noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Every_event_is_filtered_or_delivered()
    {
        var result = Compare([Sent(1, passes: false), Sent(2), Sent(3)], [Got(2), Got(3)]);

        result.ShouldBe(new Comparison(3, 1, 2, 0, 0, 0, 0, 0, result.Differences));
        result.Differences.ShouldBeEmpty();
        result.Agrees.ShouldBeTrue();
    }

    [Fact]
    public void One_that_is_neither_delivered_nor_in_a_gap_is_named()
    {
        var difference = Compare([Sent(1), Sent(2)], [Got(1)]).Differences.ShouldHaveSingleItem();

        difference.Id.ShouldBe("evt_2");
        difference.Sequence.ShouldBe(2);
        difference.What.ShouldBe("sent, and neither delivered nor in a gap");
    }

    [Fact]
    public void One_that_is_delivered_although_the_filter_drops_it_is_named() =>
        Compare([Sent(1, passes: false)], [Got(1)]).Differences.ShouldHaveSingleItem().What.ShouldBe("delivered, though the filter drops it");

    [Fact]
    public void One_that_was_never_made_is_named() =>
        Compare([Sent(1)], [Got(1), Got(9)]).Differences.ShouldHaveSingleItem().ShouldBe(new Difference("evt_9", null, "c1", "delivered, though the simulator never made it"));

    [Fact]
    public void One_that_no_socket_took_must_be_in_a_gap()
    {
        LedgerRow[] sent = [Sent(1), Sent(2, passes: false, written: false), Sent(3)];

        Compare(sent, [Got(1), Got(3)]).Differences.ShouldHaveSingleItem().What.ShouldBe("never reached Tieline, and no gap names it");
        var inGap = Compare(sent, [Got(1), Got(3)], [new GapSpan(2, 2, 1, "restart")]);
        inGap.Agrees.ShouldBeTrue();
        inGap.InGaps.ShouldBe(1);
    }

    [Fact]
    public void One_that_arrived_although_a_gap_holds_it_counts_as_delivered() =>
        Compare([Sent(1), Sent(2)], [Got(1), Got(2)], [new GapSpan(2, 2, 1, "")]).Delivered.ShouldBe(2);

    [Fact]
    public void Numbers_before_the_first_socket_and_after_the_last_event_are_nobodys()
    {
        var result = Compare([Sent(1, written: false), Sent(2), Sent(3, written: false)], [Got(2)]);

        result.Sent.ShouldBe(1);
        result.Agrees.ShouldBeTrue();
    }

    [Fact]
    public void A_gap_without_a_cause_is_no_excuse()
    {
        GapSpan[] gaps = [new GapSpan(2, 2, 1, "")];

        Compare([Sent(1), Sent(2), Sent(3)], [Got(1), Got(3)], gaps).Differences.ShouldHaveSingleItem().What.ShouldBe("in a gap, though it was sent while nothing was disturbed");
        Compare([Sent(1), Sent(2), Sent(3)], [Got(1), Got(3)], gaps, [Killed(CausesGaps: false)]).Agrees.ShouldBeFalse();
        Compare([Sent(1), Sent(2), Sent(3)], [Got(1), Got(3)], gaps, [Killed(CausesGaps: true)]).Agrees.ShouldBeTrue();
    }

    [Theory]
    [InlineData(0.9, true)]
    [InlineData(1.1, false)]
    public void A_kill_explains_what_was_sent_up_to_a_second_before_it(double secondsBefore, bool explains) =>
        new Disturbance("k", _noon, _noon.AddSeconds(5), CausesGaps: true).Explains(_noon.AddSeconds(-secondsBefore)).ShouldBe(explains);

    [Fact]
    public void Copies_are_counted_as_duplicates() => Compare([Sent(1)], [Got(1, copies: 3)]).Duplicates.ShouldBe(2);

    [Fact]
    public void Order_is_by_sequence_within_a_conversation()
    {
        LedgerRow[] sent = [Sent(1), Sent(2), Sent(3, conversation: "c2")];

        Compare(sent, [Got(3, conversation: "c2"), Got(1), Got(2)]).OutOfOrder.ShouldBe(0);
        var swapped = Compare(sent, [Got(2), Got(1), Got(3, conversation: "c2")]);
        swapped.OutOfOrder.ShouldBe(1);
        swapped.Differences.ShouldHaveSingleItem().ShouldBe(new Difference("evt_1", 1, "c1", "came behind sequence 2 of its conversation"));
    }

    [Fact]
    public void One_that_was_taken_for_its_like_in_a_gap_comes_when_it_is_fetched()
    {
        LedgerRow[] sent = [Sent(1), Sent(2, written: false), Sent(3), Sent(4)];
        GapSpan[] gaps = [new GapSpan(2, 2, 1, "restart")];
        ReceivedRow[] lateFetched = [Got(1), Got(4), Got(3, origin: "backfill")];

        Compare(sent, lateFetched, gaps).OutOfOrder.ShouldBe(0);
        Compare(sent, [Got(1), Got(4, origin: "backfill"), Got(3)], gaps).OutOfOrder.ShouldBe(1, "only what is fetched may be late");
        Compare(sent, [Got(1), Got(4), Got(3)], gaps).OutOfOrder.ShouldBe(1);
        foreach (var unlike in (LedgerRow[])[sent[1] with { Timestamp = _noon.AddSeconds(2.1) }, sent[1] with { ConversationId = "c2" }, sent[1] with { State = "transfer" }, sent[1] with { Type = "routing.queue" }])
            Compare([sent[0], unlike, sent[2], sent[3]], lateFetched, gaps).OutOfOrder.ShouldBe(1, unlike.ToString());
        Compare([Sent(1), Sent(3), Sent(4)], lateFetched).OutOfOrder.ShouldBe(1, "where nothing was missed, nothing had to be fetched");
    }

    [Fact]
    public void What_a_killed_simulator_sent_last_is_beyond_proof_and_not_wrong()
    {
        var ledger = new Ledger();
        ledger.Take([Sent(1)], askedAt: _noon);
        ledger.Lost(diedAt: _noon.AddSeconds(1));

        var result = Comparer.Compare(ledger, [Got(1), Got(2)], [], []);

        result.Unproven.ShouldBe(1);
        result.Agrees.ShouldBeTrue();
    }

    private static Comparison Compare(LedgerRow[] sent, ReceivedRow[] received, GapSpan[]? gaps = null, Disturbance[]? disturbances = null)
    {
        var ledger = new Ledger();
        ledger.Take(sent, _noon);
        return Comparer.Compare(ledger, received, gaps ?? [], disturbances ?? []);
    }

    private static Disturbance Killed(bool CausesGaps) => new("killed", _noon, null, CausesGaps);

    private static LedgerRow Sent(long sequence, bool passes = true, bool written = true, string conversation = "c1") =>
        new(sequence, $"evt_{sequence}", "conversation.state", "completed", conversation, _noon, passes, written, written ? _noon : null);

    private static ReceivedRow Got(long sequence, int copies = 1, string conversation = "c1", string origin = "live") =>
        new($"evt_{sequence}", conversation, "conversation.state", "completed", _noon, copies, origin);
}
