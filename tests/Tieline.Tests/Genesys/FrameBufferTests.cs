using CsCheck;
using Tieline.Genesys;

namespace Tieline.Tests.Genesys;

public sealed class FrameBufferTests
{
    [Fact]
    public void Frame_AnyPieces_AreWhatWasPutIn() =>
        Gen.Int[0, 60_000].Array[1, 12].Sample(pieces =>
        {
            using var buffer = new FrameBuffer();
            var expected = new List<byte>();
            foreach (var (piece, index) in pieces.Select((piece, index) => (piece, index)))
            {
                for (var left = piece; left > 0;)
                {
                    var free = buffer.Free();
                    free.Length.ShouldBeGreaterThan(0);
                    var count = Math.Min(left, free.Length);
                    free.Span[..count].Fill((byte)index);
                    expected.AddRange(Enumerable.Repeat((byte)index, count));
                    buffer.TryTake(count).ShouldBeTrue();
                    left -= count;
                }
            }

            return buffer.Frame.Span.SequenceEqual(expected.ToArray());
        }, iter: 200);

    [Fact]
    public void TryTake_OverAMebibyte_ForgetsTheFrame()
    {
        using var buffer = new FrameBuffer();
        Fill(buffer, FrameBuffer.MaxFrame).ShouldBeTrue();
        buffer.Frame.Length.ShouldBe(FrameBuffer.MaxFrame);
        Fill(buffer, 1).ShouldBeFalse();
        buffer.Frame.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void Clear_AfterHundredsOfOrdinaryFrames_GivesTheBigBufferBack()
    {
        using var buffer = new FrameBuffer();
        Fill(buffer, FrameBuffer.MaxFrame);
        for (var i = 0; i < 300; i++)
        {
            buffer.Clear();
            Fill(buffer, 600);
        }

        buffer.Clear();
        buffer.Free().Length.ShouldBeLessThanOrEqualTo(32 * 1024);
    }

    private static bool Fill(FrameBuffer buffer, int length)
    {
        var fits = true;
        while (length > 0)
        {
            var count = Math.Min(length, buffer.Free().Length);
            fits = buffer.TryTake(count);
            length -= count;
        }

        return fits;
    }
}
