using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace Tieline.Journal;

/// <summary>The checksum of a stored event: XXH3 over what is sent of it, or names it. Bytes and a test vector: <c>docs/formats/journal.md</c>. One at a time; not for several threads.</summary>
/// <remarks>Not over position and time of receipt, which a release or a copy gives anew. It tells damage from what was written, and guards against nobody who could write both.</remarks>
internal sealed class EventChecksum
{
    private byte[] _bytes = new byte[1_024];
    private int _used;

    public void Begin() => _used = 0;

    public void Add(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(Room(sizeof(long)), value);
        _used += sizeof(long);
    }

    public void Add(long? value)
    {
        AddLength(value is null ? -1 : sizeof(long));
        if (value is { } number)
            Add(number);
    }

    public void Add(string? text)
    {
        if (text is null)
        {
            AddLength(-1);
            return;
        }

        var room = Room(sizeof(int) + Encoding.UTF8.GetMaxByteCount(text.Length));
        var length = Encoding.UTF8.GetBytes(text, room[sizeof(int)..]);
        AddLength(length);
        _used += length;
    }

    /// <param name="isNull">A column that is null, which is not one that is empty.</param>
    public void Add(ReadOnlySpan<byte> bytes, bool isNull = false)
    {
        AddLength(isNull ? -1 : bytes.Length);
        bytes.CopyTo(Room(bytes.Length));
        _used += bytes.Length;
    }

    /// <summary>Of all that was added since <see cref="Begin"/>.</summary>
    public long Value() => unchecked((long)XxHash3.HashToUInt64(_bytes.AsSpan(0, _used)));

    private void AddLength(int length)
    {
        BinaryPrimitives.WriteInt32LittleEndian(Room(sizeof(int)), length);
        _used += sizeof(int);
    }

    private Span<byte> Room(int size)
    {
        if (_bytes.Length - _used < size)
            Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, _used + size));
        return _bytes.AsSpan(_used);
    }
}
