using System.Buffers;

namespace Tieline.Simulator.Streams;

/// <summary>Frames made in one go for one stream; every open socket of it sends the same bytes. Returned to the pool after the last.</summary>
internal sealed class Batch(EventStream stream, int capacity)
{
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(capacity);
    private int _holders = 1;
    private int _written;

    public EventStream Stream => stream;

    public int Length { get; private set; }

    /// <summary>Events in it, repeats not counted.</summary>
    public int Events { get; set; }

    /// <summary>Where in the ledger its events are; empty without a ledger.</summary>
    public List<int> LedgerLines { get; } = [];

    public ReadOnlyMemory<byte> Bytes => _bytes.AsMemory(0, Length);

    public Span<byte> Room(int length)
    {
        if (_bytes.Length - Length < length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_bytes.Length * 2, Length + length));
            _bytes.AsSpan(0, Length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }
        return _bytes.AsSpan(Length);
    }

    public void Advance(int length) => Length += length;

    public void Append(ReadOnlySpan<byte> frame)
    {
        frame.CopyTo(Room(frame.Length));
        Length += frame.Length;
    }

    public void Hold() => Interlocked.Increment(ref _holders);

    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = [];
        }
    }

    /// <returns>True for the first socket only: an event sent to two sockets was written once.</returns>
    public bool IsFirstWrite() => Interlocked.Exchange(ref _written, 1) == 0;
}
