using CsCheck;
using Tieline.Delivery;
using Tieline.Diagnostics;
using Tieline.Journal;
using static Tieline.Tests.Delivery.Entries;

namespace Tieline.Tests.Delivery;

public sealed class BatchQueueTests
{
    private static readonly MonotonicTime _t = new(TimeSpan.FromHours(1));
    private static readonly BatchOptions _four = new() { MaxEvents = 4, MaxWait = TimeSpan.FromSeconds(1) };

    [Fact]
    public void Take_GathersConversationsInOrderAndOfEachItsEvents()
    {
        var lanes = Lanes(Entry(1, "a"), Entry(2, "b"), Entry(3, "a"), Entry(4, "c"), Entry(5, "b"));
        var batches = new BatchQueue(_four, lanes);
        batches.HasReady(_t).ShouldBeTrue();
        Positions(batches.Take()).ShouldBe([1, 3, 2, 5]);
        batches.HasReady(_t).ShouldBeFalse();
    }

    [Fact]
    public void HasReady_WaitsUntilItIsFullOrMaxWaitIsOver()
    {
        var lanes = Lanes(Entry(1, "a"));
        var batches = new BatchQueue(_four, lanes);
        batches.Wake(_t);
        batches.HasReady(_t).ShouldBeFalse();
        batches.NextDue(_t).ShouldBe(_t + _four.MaxWait);
        batches.Wake(_t + _four.MaxWait);
        batches.HasReady(_t + _four.MaxWait).ShouldBeTrue();
    }

    [Fact]
    public void Take_WithResultsOfEach_TakesOneEventOfAConversation()
    {
        var lanes = Lanes(Entry(1, "a"), Entry(2, "a"), Entry(3, "b"));
        var batches = new BatchQueue(new BatchOptions { MaxEvents = 4, Results = BatchResults.Salesforce }, lanes);
        Positions(batches.Take()).ShouldBe([1, 3]);
    }

    [Fact]
    public void Take_OneThatFailedBefore_GoesAlone()
    {
        var lanes = Lanes(Entry(1, "a", attempts: 2), Entry(2, "a"), Entry(3, "b"), Entry(4, "c"));
        var batches = new BatchQueue(_four, lanes);
        Positions(batches.Take()).ShouldBe([1]);
        Positions(batches.Take()).ShouldBe([3, 4]);
    }

    /// <summary>A CRM that refuses every batch with a bad event in it: each bad one ends alone, every other is accepted once, in the order of its conversation.</summary>
    [Fact]
    public void WhateverIsBadAmongThem_IsFoundAndEverythingElseArrivesOnceInOrder() =>
        Gen.Select(Gen.Int[2, 20], Gen.Int[0, 6].Array[1, 120], Gen.Int[0, 119].HashSet[0, 12], Gen.Bool, Gen.Int[0, 1000]).Sample((size, conversations, bad, inOrderOfEach, seed) =>
        {
            var lanes = Lanes([.. conversations.Select((conversation, index) => Entry(index + 1, $"c{conversation}"))]);
            var batches = new BatchQueue(new BatchOptions { MaxEvents = size, MaxWait = TimeSpan.Zero, Results = inOrderOfEach ? BatchResults.HubSpot : BatchResults.None }, lanes);
            var random = new Random(seed);
            var (now, inFlight, settled, accepted) = (_t, new List<DeliveryBatch>(), new HashSet<long>(), new Dictionary<string, long>(StringComparer.Ordinal));
            for (var requests = 0; settled.Count < conversations.Length; requests++)
            {
                lanes.Wake(now);
                batches.Wake(now);
                while (batches.HasReady(now) && inFlight.Count < 3)
                    inFlight.Add(batches.Take());
                if (inFlight.Count == 0)
                {
                    now = batches.NextDue(now) is { } due && !(lanes.NextDue < due) ? due : lanes.NextDue!.Value;
                    continue;
                }

                var batch = inFlight[random.Next(inFlight.Count)];
                inFlight.Remove(batch);
                if (batch.Entries.Count > size || requests > 4_000 || inFlight.Any(other => other.Parts.Any(part => batch.Parts.Any(own => own.Lane == part.Lane))))
                    return false;
                var isBad = batch.Entries.Any(entry => bad.Contains((int)entry.Position.Value - 1));
                if (isBad && batch.Entries.Count > 1)
                {
                    MonotonicTime? at = random.Next(2) == 0 ? null : now + TimeSpan.FromSeconds(1);
                    if (batches.Split(batch, at) is { } one)
                        lanes.Return(one);
                    continue;
                }

                foreach (var (lane, count) in batch.Parts)
                {
                    for (var left = count; left > 0; left--)
                    {
                        var entry = lanes.Settle(lane, left == 1);
                        if (!settled.Add(entry.Position.Value) || accepted.GetValueOrDefault(entry.ConversationId) > entry.Position.Value)
                            return false;
                        accepted[entry.ConversationId] = entry.Position.Value;
                    }
                }
            }

            return lanes.Count == 0 && lanes.ReadyEntries == 0 && lanes.SettledThrough.Value == conversations.Length;
        });

    private static IEnumerable<long> Positions(DeliveryBatch batch) => batch.Entries.Select(entry => entry.Position.Value);

    private static LaneSet Lanes(params JournalEntry[] entries)
    {
        var lanes = new LaneSet(JournalPosition.Start);
        foreach (var entry in entries)
            lanes.Add(entry);
        return lanes;
    }
}
