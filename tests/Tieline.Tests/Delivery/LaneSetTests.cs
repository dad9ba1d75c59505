using CsCheck;
using Tieline.Delivery;
using Tieline.Diagnostics;
using Tieline.Journal;
using static Tieline.Tests.Delivery.Entries;

namespace Tieline.Tests.Delivery;

public sealed class LaneSetTests
{
    private static readonly MonotonicTime _t = new(TimeSpan.FromHours(1));

    [Fact]
    public void Take_TwoEntriesOfAConversation_GivesTheSecondOnlyWhenTheFirstIsSettled()
    {
        var lanes = Lanes(Entry(1, "a"), Entry(2, "a"));
        var lane = lanes.Take();
        lanes.HasReady.ShouldBeFalse();
        lanes.Settle(lane).Position.ShouldBe(new JournalPosition(1));
        lanes.Take().Head.Position.ShouldBe(new JournalPosition(2));
    }

    [Fact]
    public void Take_TwoConversations_GivesBothAtOnce()
    {
        var lanes = Lanes(Entry(1, "a"), Entry(2, "b"));
        (lanes.Take().Head.ConversationId, lanes.Take().Head.ConversationId).ShouldBe(("a", "b"));
    }

    [Fact]
    public void SettledThrough_AStuckEntry_DoesNotPassItAndKeepsNothingOfWhatIsBehind()
    {
        var lanes = Lanes([Entry(1, "stuck"), .. Enumerable.Range(2, 10_000).Select(position => Entry(position, $"c{position}"))]);
        var stuck = lanes.Take();
        while (lanes.HasReady)
            lanes.Settle(lanes.Take());
        lanes.SettledThrough.ShouldBe(JournalPosition.Start);
        lanes.Count.ShouldBe(1);
        lanes.Settle(stuck);
        lanes.SettledThrough.ShouldBe(new JournalPosition(10_001));
    }

    [Fact]
    public void SettledThrough_EntriesThatAnEarlierRunSettled_AreSteppedOver()
    {
        var lanes = new LaneSet(new JournalPosition(4));
        lanes.Add(Entry(7, "a"));
        lanes.Add(Entry(9, "b"));
        lanes.Settle(lanes.Take());
        lanes.SettledThrough.ShouldBe(new JournalPosition(8));
    }

    [Fact]
    public void Wake_ADelayedLane_GoesWhenItsDelayIsOverAndNotBefore()
    {
        var lanes = Lanes(Entry(1));
        lanes.Delay(lanes.Take(), _t + TimeSpan.FromSeconds(2));
        lanes.NextDue.ShouldBe(_t + TimeSpan.FromSeconds(2));
        lanes.Wake(_t + TimeSpan.FromSeconds(1.999));
        lanes.HasReady.ShouldBeFalse();
        lanes.Wake(_t + TimeSpan.FromSeconds(2));
        lanes.HasReady.ShouldBeTrue();
    }

    [Fact]
    public void WakeAll_DelayedAndReturnedLanes_GoAtOnceAndTheirDelaysStartAfresh()
    {
        var lanes = Lanes(Entry(1, "delayed", attempts: 5), Entry(2, "returned", attempts: 5));
        var (delayed, returned) = (lanes.Take(), lanes.Take());
        lanes.Delay(delayed, _t + TimeSpan.FromMinutes(5));
        lanes.Return(returned);
        lanes.WakeAll(_t, _t);
        (delayed.FailuresInRow, returned.FailuresInRow).ShouldBe((0, 0));
        (delayed.Attempts, returned.Attempts).ShouldBe((5, 5));
        lanes.NextDue.ShouldBeNull();
        (lanes.Take(), lanes.Take()).ShouldBe((returned, delayed));
    }

    [Fact]
    public void WakeAll_ADelayThatRanWhileTheDestinationWasDown_CountsOnlyWhatRanBefore()
    {
        var lanes = Lanes(Entry(1));
        var lane = lanes.Take();
        lane.Fail(TimeSpan.FromSeconds(10));
        lanes.Delay(lane, _t + TimeSpan.FromSeconds(10));
        lanes.WakeAll(_t + TimeSpan.FromSeconds(4), _t);
        lane.Waited.ShouldBe(TimeSpan.FromSeconds(4));
        lanes.WakeAll(_t + TimeSpan.FromSeconds(1), _t);
        lane.Waited.ShouldBe(TimeSpan.FromSeconds(4));
    }

    [Fact]
    public void WakeAll_ALaneThatWasAskedToWait_WaitsAsLongAllTheSame()
    {
        var lanes = Lanes(Entry(1, "asked"), Entry(2, "delayed"));
        var (asked, delayed) = (lanes.Take(), lanes.Take());
        lanes.Delay(asked, asked.AskedUntil = _t + TimeSpan.FromMinutes(5));
        lanes.Delay(delayed, _t + TimeSpan.FromMinutes(5));
        lanes.WakeAll(_t, _t);
        lanes.Take().ShouldBe(delayed);
        (lanes.HasReady, lanes.NextDue).ShouldBe((false, _t + TimeSpan.FromMinutes(5)));
    }

    [Fact]
    public void Settle_TheNextOfAConversation_StartsWithItsOwnAttempts()
    {
        var lanes = Lanes(Entry(1, attempts: 3, waited: TimeSpan.FromHours(1)), Entry(2, attempts: 1, waited: TimeSpan.FromSeconds(2)));
        var lane = lanes.Take();
        (lane.Attempts, lane.Waited).ShouldBe((3, TimeSpan.FromHours(1)));
        lanes.Settle(lane);
        (lane.Attempts, lane.FailuresInRow, lane.Waited).ShouldBe((1, 1, TimeSpan.FromSeconds(2)));
    }

    [Fact]
    public void Add_AConversationsEntriesBeyondItsDepth_StayOnTheDiskUntilItsTurn()
    {
        var lanes = Lanes([.. Enumerable.Range(1, 200).Select(position => Entry(position, "long")), Entry(201, "b")]);
        lanes.Count.ShouldBe(LaneSet.Depth + 1);
        for (var position = 1; position <= LaneSet.Depth; position++)
            lanes.Settle(lanes.Take(conversation => conversation == "long")!);
        lanes.SettledThrough.ShouldBe(new JournalPosition(LaneSet.Depth)); // what is on the disk is not settled
        var unread = lanes.TakeUnread().ShouldNotBeNull();
        (unread.ConversationId, unread.LeftOutFrom).ShouldBe(("long", new JournalPosition(LaneSet.Depth + 1)));
        lanes.TakeUnread().ShouldBeNull();
        lanes.Refill(unread, [Entry(65, "long"), Entry(66, "long")], new JournalPosition(67));
        lanes.Settle(lanes.Take(conversation => conversation == "long")!);
        lanes.Settle(lanes.Take(conversation => conversation == "long")!);
        lanes.SettledThrough.ShouldBe(new JournalPosition(66));
        lanes.Refill(lanes.TakeUnread()!, [], null);
        lanes.SettledThrough.ShouldBe(new JournalPosition(200));
        lanes.Settle(lanes.Take());
        (lanes.HasReady, lanes.Count).ShouldBe((false, 0));
    }

    [Fact]
    public void Delay_ALongConversation_KeepsFewOfItInHand()
    {
        var lanes = Lanes([.. Enumerable.Range(1, 50).Select(position => Entry(position, "long"))]);
        var lane = lanes.Take();
        lanes.Delay(lane, _t);
        lanes.Add(Entry(51, "long"));
        (lanes.Count, lane.LeftOutFrom).ShouldBe((LaneSet.DepthDelayed, new JournalPosition(LaneSet.DepthDelayed + 1)));
        lanes.SettledThrough.ShouldBe(JournalPosition.Start);
    }

    [Fact]
    public void Delay_WhatTheDestinationHasGonePast_StaysInHand()
    {
        var lanes = new LaneSet(JournalPosition.Start);
        for (var position = 1; position <= 10; position++)
            lanes.AddWaiting(Entry(position, "c") with { HasWaited = true });
        var lane = lanes.Take();
        lanes.Delay(lane, _t);
        (lane.Count, lane.LeftOutFrom).ShouldBe((10, null));
    }

    [Fact]
    public void Delay_OfThousands_LeavesTheNewestOnTheDiskAndGoesOnWithThemAsTheyWere()
    {
        var lanes = new LaneSet(JournalPosition.Start);
        const int Many = LaneSet.MaxDelayed + 100;
        for (var position = 1; position <= Many; position++)
        {
            lanes.Add(Entry(position, $"c{position}"));
            var lane = lanes.Take();
            lane.Fail(TimeSpan.FromSeconds(3));
            lanes.Delay(lane, _t + TimeSpan.FromSeconds(position));
        }

        lanes.Count.ShouldBe(LaneSet.MaxDelayed);
        lanes.Active.ShouldBe(0);
        lanes.SettledThrough.ShouldBe(JournalPosition.Start);
        lanes.Wake(_t + TimeSpan.FromSeconds(Many));
        var parked = lanes.TakeUnread().ShouldNotBeNull();
        parked.LeftOutFrom.ShouldBe(new JournalPosition(LaneSet.MaxDelayed + 1));
        lanes.Refill(parked, [Entry(LaneSet.MaxDelayed + 1, parked.ConversationId)], null);
        (parked.Count, parked.Attempts, parked.Waited, parked.State).ShouldBe((1, 1, TimeSpan.FromSeconds(3), LaneState.Ready));
    }

    /// <summary>Against a model that knows nothing but which positions were added and which are settled.</summary>
    [Fact]
    public void AnyStepsInAnyOrder_KeepOrderWithinAConversationAndPassOnlyWhatIsSettled() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 3], Gen.Int[0, 9]).Array[0, 300].Sample(steps =>
        {
            var lanes = new LaneSet(JournalPosition.Start);
            var (next, now) = (1L, _t);
            var unsettled = new SortedDictionary<long, string>();
            var inFlight = new List<DeliveryLane>();
            var taken = new Dictionary<string, long>(StringComparer.Ordinal);
            foreach (var (step, conversation, amount) in steps)
            {
                switch (step)
                {
                    case 0 or 1:
                        for (var more = conversation == 0 ? 30 : 1; more > 0; more--)
                        {
                            unsettled.Add(next, $"c{conversation}");
                            lanes.Add(Entry(next++, $"c{conversation}"));
                        }

                        break;
                    case 2 when lanes.HasReady:
                        var lane = lanes.Take();
                        var oldest = unsettled.First(one => one.Value == lane.ConversationId).Key;
                        if (lane.Head.Position.Value != oldest || inFlight.Contains(lane))
                            return false;
                        inFlight.Add(lane);
                        break;
                    case 3 when inFlight.Count > 0:
                        var ended = inFlight[amount % inFlight.Count];
                        inFlight.Remove(ended);
                        var settled = lanes.Settle(ended).Position.Value;
                        if (!unsettled.Remove(settled) || taken.GetValueOrDefault(ended.ConversationId) > settled)
                            return false;
                        taken[ended.ConversationId] = settled;
                        break;
                    case 4 when inFlight.Count > 0:
                        var failed = inFlight[amount % inFlight.Count];
                        inFlight.Remove(failed);
                        if (amount == 0)
                            lanes.Return(failed);
                        else
                            lanes.Delay(failed, now + TimeSpan.FromSeconds(amount));
                        break;
                    case 5 when amount == 0:
                        lanes.WakeAll(now, now);
                        break;
                    case 5:
                        lanes.Wake(now += TimeSpan.FromSeconds(1));
                        break;
                    default:
                        break;
                }

                while (lanes.TakeUnread() is { } unread)
                {
                    var rest = unsettled.Where(one => one.Value == unread.ConversationId && one.Key >= unread.LeftOutFrom!.Value.Value).Select(one => Entry(one.Key, one.Value)).Take(amount + 1).ToList();
                    lanes.Refill(unread, rest, rest.Count <= amount ? null : new JournalPosition(rest[^1].Position.Value + 1));
                }

                var through = unsettled.Count == 0 ? next - 1 : unsettled.Keys.First() - 1;
                if (lanes.SettledThrough.Value != through || lanes.Count > unsettled.Count)
                    return false;
            }

            return true;
        });

    private static LaneSet Lanes(params JournalEntry[] entries)
    {
        var lanes = new LaneSet(JournalPosition.Start);
        foreach (var entry in entries)
            lanes.Add(entry);
        return lanes;
    }
}
