using Microsoft.Win32.SafeHandles;

namespace Tieline.Audit;

/// <summary>The log's files as one row of bytes, in the chain's order, as long as they were when it was opened. Finds lines in it without reading what lies between. For one thread.</summary>
internal sealed class AuditBytes : IDisposable
{
    private const int Probe = 4 * 1024;
    private const int Block = 1024 * 1024;

    private readonly List<Part> _parts = [];
    private byte[] _buffer = new byte[Block];

    public AuditBytes(string directory)
    {
        foreach (var name in AuditFileName.List(directory))
        {
            var path = Path.Combine(directory, name.ToString());
            var length = new FileInfo(path).Length;
            _parts.Add(new Part(path, Length, length));
            Length += length;
        }
    }

    public long Length { get; }

    /// <summary>Where the first line begins of which a condition is true that is true of all lines behind it too; the end, where it is true of none.</summary>
    /// <param name="holds">Null for a line that tells nothing: then the next one is asked.</param>
    public long First(Func<AuditEntry, bool?> holds)
    {
        var (first, low, high) = (Length, 0L, Length);
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            var (start, end, answer) = AskFrom(middle, holds);
            if (start >= high)
                high = middle;
            else if (answer == false)
                low = end;
            else
                (first, high) = (start, middle);
        }

        return first;
    }

    /// <summary>Of which fact, and when, the first line tells that begins at or behind a place; null where none does.</summary>
    public (long? Fact, DateTimeOffset? At) Told(long place)
    {
        AuditEntry? told = null;
        AskFrom(place, line => line.Fact > 0 ? (told = line) is not null : null);
        return (told?.Fact, told?.Timestamp);
    }

    /// <summary>Whole lines that begin at or behind one place and end at or before another, the last one first. Each is valid until the next.</summary>
    /// <param name="through">May lie within a line, which is left out.</param>
    /// <param name="end">Where a line begins, or the end.</param>
    public IEnumerable<ReadOnlyMemory<byte>> Backwards(long through, long end)
    {
        for (var i = _parts.Count - 1; i >= 0; i--)
        {
            var part = _parts[i];
            if (part.Start >= end)
                continue;
            if (part.Start + part.Length <= through)
                yield break;
            foreach (var line in Backwards(part, Math.Max(0, through - part.Start), Math.Min(part.Length, end - part.Start)))
                yield return line;
        }
    }

    public void Dispose() => _parts.ForEach(part => part.Dispose());

    private IEnumerable<ReadOnlyMemory<byte>> Backwards(Part part, long through, long end)
    {
        var floor = Math.Max(0, through - 1); // the LF before it tells that a line begins there
        for (var from = long.MaxValue; end > through && from > floor;)
        {
            from = Math.Max(floor, end - _buffer.Length);
            var block = _buffer;
            var stop = LastLf(block, part.Read(block.AsSpan(0, (int)(end - from)), from));
            var found = false;
            while (stop >= 0)
            {
                var before = LastLf(block, stop);
                if (before < 0 && from > 0)
                    break; // it begins before this block
                found = true;
                end = from + before + 1;
                yield return block.AsMemory(before + 1, stop - before - 1);
                stop = before;
            }

            if (!found && from > floor)
                Grow();
        }
    }

    private static int LastLf(byte[] block, int length) => block.AsSpan(0, length).LastIndexOf((byte)'\n');

    /// <summary>The first line from there on that tells something: where it begins and ends, and what it tells. Null at the end.</summary>
    private (long Start, long End, bool? Answer) AskFrom(long place, Func<AuditEntry, bool?> holds)
    {
        foreach (var part in _parts)
        {
            if (part.Start + part.Length <= place)
                continue;
            var from = Math.Max(0, place - part.Start);
            var start = from == 0 ? 0 : LineEnd(part, from - 1);
            while (start is { } begin && LineEnd(part, begin) is { } end)
            {
                var line = new byte[end - 1 - begin];
                part.Read(line, begin);
                if (holds(AuditEntry.Read(line)) is { } answer)
                    return (part.Start + begin, part.Start + end, answer);
                start = end;
            }
        }

        return (Length, Length, null);
    }

    /// <summary>Behind the first LF at or behind a place; null without one.</summary>
    private static long? LineEnd(Part part, long from)
    {
        Span<byte> probe = stackalloc byte[Probe];
        while (from < part.Length)
        {
            var read = part.Read(probe, from);
            if (read == 0)
                return null;
            if (probe[..read].IndexOf((byte)'\n') is var found and >= 0)
                return from + found + 1;
            from += read;
        }

        return null;
    }

    private void Grow()
    {
        if (_buffer.Length >= LineReader.MaxLine)
            throw new InvalidDataException($"a line is longer than {LineReader.MaxLine} bytes");
        _buffer = new byte[_buffer.Length * 2];
    }

    /// <summary>One file, opened when it is first read.</summary>
    private sealed class Part(string path, long start, long length) : IDisposable
    {
        private SafeFileHandle? _handle;

        /// <summary>Bytes before it, in all.</summary>
        public long Start => start;

        public long Length => length;

        public int Read(Span<byte> into, long from)
        {
            _handle ??= File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
            into = into[..(int)Math.Min(into.Length, length - from)];
            var read = 0;
            while (read < into.Length && RandomAccess.Read(_handle, into[read..], from + read) is var more and > 0)
                read += more;
            return read;
        }

        public void Dispose() => _handle?.Dispose();
    }
}
