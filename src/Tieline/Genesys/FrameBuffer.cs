using System.Buffers;

namespace Tieline.Genesys;

/// <summary>Where one frame is put together: rented, grown for a big frame, and given back once ordinary ones have come for a while.</summary>
/// <param name="maxFrame">A frame may be this long, in bytes.</param>
internal sealed class FrameBuffer(int maxFrame = FrameBuffer.MaxFrame) : IDisposable
{
    /// <summary>Of the analytics stream.</summary>
    public const int MaxFrame = 1024 * 1024;

    private const int Ordinary = 16 * 1024;
    private const int OrdinaryFramesBeforeShrinking = 256;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(Ordinary);
    private int _used;
    private int _ordinaryFrames;

    public ReadOnlyMemory<byte> Frame => _bytes.AsMemory(0, _used);

    /// <summary>Starts the next frame; the last one's bytes are gone.</summary>
    public void Clear()
    {
        _ordinaryFrames = _used > Ordinary ? 0 : _ordinaryFrames + 1;
        _used = 0;
        if (_bytes.Length > 2 * Ordinary && _ordinaryFrames > OrdinaryFramesBeforeShrinking)
            Replace(Ordinary);
    }

    /// <summary>Room for more of this frame: at least one byte.</summary>
    public Memory<byte> Free()
    {
        if (_used == _bytes.Length)
            Replace(2 * _bytes.Length);
        return _bytes.AsMemory(_used);
    }

    /// <summary>Takes <paramref name="count"/> bytes that were put into <see cref="Free"/>. False if the frame has become too big: it is forgotten then.</summary>
    public bool TryTake(int count)
    {
        _used += count;
        if (_used <= maxFrame)
            return true;
        _used = 0;
        return false;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        _used = 0;
    }

    private void Replace(int size)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(size);
        _bytes.AsSpan(0, _used).CopyTo(bytes);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = bytes;
    }
}
