using CsCheck;
using Tieline.Delivery;
using Tieline.Journal;
using Tieline.TestKit;
using static Tieline.Tests.Delivery.Entries;

namespace Tieline.Tests.Delivery;

public sealed class LaneSetTests
{
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
        lanes.Delay(lanes.Take(), Some.Time + TimeSpan.FromSeconds(2));
        lanes.NextDue.ShouldBe(Some.Time + TimeSpan.FromSeconds(2));
        lanes.Wake(Some.Time + TimeSpan.FromSeconds(1.999));
        lanes.HasReady.ShouldBeFalse();
        lanes.Wake(Some.Time + TimeSpan.FromSeconds(2));
        lanes.HasReady.ShouldBeTrue();
    }

    [Fact]
    public void WakeAll_DelayedAndReturnedLanes_GoAtOnceAndTheirDelaysStartAfresh()
    {
        var lanes = Lanes(Entry(1, "delayed", attempts: 5), Entry(2, "returned", attempts: 5));
        var (delayed, returned) = (lanes.Take(), lanes.Take());
        lanes.Delay(delayed, Some.Time + TimeSpan.FromMinutes(5));
        lanes.Return(returned);
        lanes.WakeAll(Some.Time);
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
        lanes.Delay(lane, Some.Time + TimeSpan.FromSeconds(10));
        lanes.WakeAll(Some.Time + TimeSpan.FromSeconds(4));
        lane.Waited.ShouldBe(TimeSpan.FromSeconds(4));
        lanes.WakeAll(Some.Time + TimeSpan.FromSeconds(1));
        lane.Waited.ShouldBe(TimeSpan.FromSeconds(4));
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

    /// <summary>Against a model that knows nothing but which positions were added and which are settled.</summary>
    [Fact]
    public void AnyStepsInAnyOrder_KeepOrderWithinAConversationAndPassOnlyWhatIsSettled() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 3], Gen.Int[0, 9]).Array[0, 300].Sample(steps =>
        {
            var lanes = new LaneSet(JournalPosition.Start);
            var (next, now) = (1L, Some.Time);
            var unsettled = new SortedDictionary<long, string>();
            var inFlight = new List<DeliveryLane>();
            var taken = new Dictionary<string, long>(StringComparer.Ordinal);
            foreach (var (step, conversation, amount) in steps)
            {
                switch (step)
                {
                    case 0 or 1:
                        unsettled.Add(next, $"c{conversation}");
                        lanes.Add(Entry(next++, $"c{conversation}"));
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
                        lanes.WakeAll(now);
                        break;
                    case 5:
                        lanes.Wake(now += TimeSpan.FromSeconds(1));
                        break;
                    default:
                        break;
                }

                var through = unsettled.Count == 0 ? next - 1 : unsettled.Keys.First() - 1;
                if (lanes.SettledThrough.Value != through || lanes.Count != unsettled.Count)
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
