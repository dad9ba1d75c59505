using CsCheck;
using Tieline.Journal;

namespace Tieline.Tests.Journal;

public sealed class PositionListTests
{
    [Fact]
    public void Unpack_AnyRisingPositions_GivesThemBack() =>
        Gen.Long[1, long.MaxValue].Array[0, 600].Sample(positions =>
        {
            long[] rising = [.. positions.Order()];
            PositionList.Unpack(PositionList.Pack(rising)).ShouldBe(rising);
        });

    [Fact]
    public void Pack_PositionsSideBySide_TakesAByteForEach() =>
        PositionList.Pack([.. Enumerable.Range(1_000_000, 512).Select(position => (long)position)]).Length.ShouldBe(3 + 511);
}
