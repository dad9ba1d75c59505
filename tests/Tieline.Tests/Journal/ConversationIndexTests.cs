using CsCheck;
using Tieline.Journal;

namespace Tieline.Tests.Journal;

public sealed class ConversationIndexTests
{
    /// <summary>FNV-1a gives both the same key: found by search. Where the hash changes, so must they.</summary>
    public const string Twin = "81e5aa7267e9\u88EF";
    public const string OtherTwin = "546f4ebdb74a\u4E00";

    [Fact]
    public void KeyOf_IsThatOfTheFormat()
    {
        ConversationIndex.KeyOf("").ShouldBe(unchecked((long)14695981039346656037UL));
        ConversationIndex.KeyOf("a").ShouldBe(unchecked((long)0xaf63dc4c8601ec8cUL));
        ConversationIndex.KeyOf("foobar").ShouldBe(unchecked((long)0x85944171f73967e8UL));
        ConversationIndex.KeyOf(Twin).ShouldBe(ConversationIndex.KeyOf(OtherTwin));
    }

    [Fact]
    public void Find_WhatWasNeverAdded_FindsNothing()
    {
        var index = new ConversationIndex();
        Found(index, 1).ShouldBeEmpty();
        Add(index, 1, 7);
        Found(index, 2).ShouldBeEmpty();
        Found(index, 7).ShouldBe([1]);
        index.IsLeaving.ShouldBeFalse();
        index.Next(100).Length.ShouldBe(0);
    }

    [Fact]
    public void At_its_capacity_all_of_it_leaves_and_is_still_found()
    {
        var index = Filled(ConversationIndex.Capacity - 1);
        index.IsLeaving.ShouldBeFalse();
        Add(index, ConversationIndex.Capacity, 3);
        index.IsLeaving.ShouldBeTrue();
        index.LeavingThrough.ShouldBe(ConversationIndex.Capacity);
        Found(index, 3).ShouldContain(ConversationIndex.Capacity);
        Add(index, ConversationIndex.Capacity + 1, 3);
        Found(index, 3).ShouldContain(ConversationIndex.Capacity + 1);
        index.LeavingThrough.ShouldBe(ConversationIndex.Capacity);
    }

    [Fact]
    public void What_leaves_leaves_in_the_order_of_the_table_and_once()
    {
        var index = Filled(ConversationIndex.Capacity);
        var left = new List<ConversationIndex.Slot>();
        while (index.IsLeaving)
        {
            var next = index.Next(1_000).ToArray();
            index.Next(1_000).ToArray().ShouldBe(next); // not durable yet: again the same
            left.AddRange(next);
            index.HandedOver(next.Length);
        }

        left.Count.ShouldBe(ConversationIndex.Capacity);
        left.Select(slot => (slot.Day, slot.Key, slot.Position)).ShouldBe(left.Select(slot => (slot.Day, slot.Key, slot.Position)).Order());
        left.Select(slot => slot.Position).Order().ShouldBe(Enumerable.Range(1, ConversationIndex.Capacity).Select(position => (long)position));
        Found(index, 3).ShouldBeEmpty();
    }

    [Fact]
    public void A_second_generation_waits_until_the_first_has_left()
    {
        var index = Filled(2 * ConversationIndex.Capacity);
        index.LeavingThrough.ShouldBe(ConversationIndex.Capacity);
        index.Next(int.MaxValue).Length.ShouldBe(ConversationIndex.Capacity);
        index.HandedOver(ConversationIndex.Capacity);
        index.IsLeaving.ShouldBeFalse();
        Add(index, (2 * ConversationIndex.Capacity) + 1, 3);
        index.LeavingThrough.ShouldBe((2 * ConversationIndex.Capacity) + 1);
        index.Next(int.MaxValue).Length.ShouldBe(ConversationIndex.Capacity + 1);
    }

    [Fact]
    public void HandedOver_Nothing_ChangesNothing()
    {
        var index = Filled(ConversationIndex.Capacity);
        index.HandedOver(0);
        index.IsLeaving.ShouldBeTrue();
        new ConversationIndex().HandedOver(0);
    }

    [Fact]
    public void Whatever_is_added_and_handed_over_it_finds_what_a_dictionary_does() =>
        Gen.Select(Gen.Int[1, 20_000], Gen.Int[0, 40_000]).Array[1, 20].Sample(
            steps =>
            {
                var index = new ConversationIndex();
                var model = new Dictionary<long, HashSet<long>>();
                var position = 0L;
                foreach (var (add, hand) in steps)
                {
                    for (var count = 0; count < add; count++)
                    {
                        var key = ++position * 7 % 5_003;
                        Add(index, position, key);
                        if (!model.TryGetValue(key, out var positions))
                            model.Add(key, positions = []);
                        positions.Add(position);
                    }

                    var slots = index.Next(hand).ToArray();
                    foreach (var slot in slots)
                        model[slot.Key].Remove(slot.Position).ShouldBeTrue(); // once
                    index.HandedOver(slots.Length);
                    foreach (var key in (long[])[0, 1, add % 5_003, hand % 5_003, 6_000])
                        Found(index, key).Where(found => !Left(found)).Order().ShouldBe(model.GetValueOrDefault(key, []).Order());

                    // What of a generation that is leaving is in the table already may be found here too.
                    bool Left(long found) => !model[found * 7 % 5_003].Contains(found) && index.IsLeaving && found <= index.LeavingThrough;
                }
            },
            iter: 30);

    private static ConversationIndex Filled(int count)
    {
        var index = new ConversationIndex();
        for (var position = 1; position <= count; position++)
            Add(index, position, position * 31 % 997);
        return index;
    }

    private static void Add(ConversationIndex index, long position, long key) => index.Add(new ConversationIndex.Slot(key, position, position / 30_000));

    private static List<long> Found(ConversationIndex index, long key)
    {
        var positions = new List<long>();
        index.Find(key, positions);
        return positions;
    }
}
