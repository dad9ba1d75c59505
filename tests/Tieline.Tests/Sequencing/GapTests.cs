using CsCheck;
using Tieline.Sequencing;
using Tieline.TestKit;

namespace Tieline.Tests.Sequencing;

public sealed class GapTests
{
    [Fact]
    public void TryFill_AnyNumbersOfASpan_LeavesTheRestInOrderedRanges() =>
        Gen.Select(Gen.Int[1, 20], Gen.Int[0, 25].Array[0, 30]).Sample((length, numbers) =>
        {
            var gap = new Gap(1, 1, GapReason.Hole, [new SequenceRange(3, 2 + length)], null, null, Some.Time);
            var rest = new SortedSet<long>(Enumerable.Range(3, length).Select(number => (long)number));
            foreach (var number in numbers)
                gap.TryFill(number).ShouldBe(rest.Remove(number));
            gap.Missing.SelectMany(range => Enumerable.Range(0, (int)range.Count).Select(index => range.First + index)).ShouldBe(rest);
            gap.Missing.Zip(gap.Missing.Skip(1)).ShouldAllBe(pair => pair.First.Last + 1 < pair.Second.First);
            gap.MissingCount.ShouldBe(rest.Count);
            (gap.First, gap.Last).ShouldBe((3, 2 + length));
        });

    [Theory]
    [InlineData("4", 4, 4)]
    [InlineData("4-9", 4, 9)]
    [InlineData("0-9223372036854775806", 0, long.MaxValue - 1)]
    public void Parse_WhatToStringWrites_GivesItBack(string text, long first, long last)
    {
        var range = SequenceRange.Parse(text);
        range.ShouldBe(new SequenceRange(first, last));
        range.ToString().ShouldBe(text);
        range.Count.ShouldBe(last - first + 1);
    }

    [Fact]
    public void Confirm_ASecondTime_KeepsTheFirst()
    {
        var gap = new Gap(1, 1, GapReason.Hole, [new SequenceRange(3, 4)], null, null, Some.Time);
        gap.Confirm(Some.Time.AddSeconds(1));
        gap.Confirm(Some.Time.AddSeconds(2));
        gap.ConfirmedAt.ShouldBe(Some.Time.AddSeconds(1));
    }

    [Fact]
    public void Every_reason_has_a_name_that_reads_back() =>
        Enum.GetValues<GapReason>().ShouldAllBe(reason => Enum.Parse<GapReason>(GapReasonNames.Of(reason), true) == reason);
}
