using CsCheck;
using Tieline.Genesys;

namespace Tieline.Tests.Genesys;

public sealed class ReadAheadStreamTests
{
    [Fact]
    public void Read_AnyPieces_GiveTheBytesInOrder() =>
        Gen.Select(Gen.Int[0, 200_000], Gen.Select(Gen.Int[1, 100_000], Gen.Bool).Array[1, 20]).Sample((length, reads) =>
        {
            var bytes = new byte[length];
            for (var i = 0; i < length; i++)
                bytes[i] = (byte)(i % 251);
            using var stream = new ReadAheadStream(new MemoryStream(bytes));
            var got = new List<byte>();
            for (var i = 0; ; i++)
            {
                var (size, async) = reads[i % reads.Length];
                var buffer = new byte[size];
                var count = async ? stream.ReadAsync(buffer, TestContext.Current.CancellationToken).AsTask().GetAwaiter().GetResult() : stream.Read(buffer);
                if (count == 0)
                    break;
                got.AddRange(buffer.AsSpan(0, count));
            }

            return got.SequenceEqual(bytes);
        }, iter: 50);

    [Theory]
    [InlineData(1)]
    [InlineData(64 * 1024)]
    public async Task Read_TellsThatBytesHaveCome_AndNotOfTheEnd(int size)
    {
        var heard = 0;
        await using var stream = new ReadAheadStream(new MemoryStream("ab"u8.ToArray()), () => heard++);
        var buffer = new byte[size];
        while (await stream.ReadAsync(buffer, TestContext.Current.CancellationToken) > 0)
            heard.ShouldBe(1);
        heard.ShouldBe(1);
    }

    [Fact]
    public async Task Write_PassesThrough()
    {
        var inner = new MemoryStream();
        await using var stream = new ReadAheadStream(inner);
        await stream.WriteAsync("a"u8.ToArray(), TestContext.Current.CancellationToken);
        stream.Write("b"u8);
        await stream.FlushAsync(TestContext.Current.CancellationToken);
        inner.ToArray().ShouldBe("ab"u8.ToArray());
    }
}
