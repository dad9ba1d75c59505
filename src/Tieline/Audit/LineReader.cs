namespace Tieline.Audit;

/// <summary>A file's lines as bytes. Knows nothing of what they mean; reads a file of any size, and one that is being written to.</summary>
internal sealed class LineReader : IDisposable
{
    /// <summary>Longer than any line can be; without it, a file without LF would be read into memory whole.</summary>
    public const int MaxLine = 16 * 1024 * 1024;

    private readonly FileStream _file;
    private byte[] _buffer = new byte[256 * 1024];
    private int _start;
    private int _scanned;
    private int _end;

    /// <param name="from">Where a line begins, in bytes. What is before it is neither read nor counted.</param>
    public LineReader(string path, long from = 0) => _file = new FileStream(path, new FileStreamOptions
    {
        Access = FileAccess.Read,
        Share = FileShare.ReadWrite | FileShare.Delete,
        BufferSize = 0,
        Options = FileOptions.SequentialScan,
    })
    {
        Position = from,
    };

    /// <summary>Whole lines read so far.</summary>
    public long Lines { get; private set; }

    /// <summary>Bytes of the whole lines read so far, LFs included.</summary>
    public long WholeBytes { get; private set; }

    /// <summary>What stands after the last LF, once <see cref="TryRead"/> has returned false.</summary>
    public ReadOnlySpan<byte> Rest => _buffer.AsSpan(_start.._end);

    /// <param name="line">Without its LF. Valid until the next call, and may be written into.</param>
    /// <returns>False at the end.</returns>
    /// <exception cref="InvalidDataException">A line is longer than <see cref="MaxLine"/>.</exception>
    public bool TryRead(out Span<byte> line)
    {
        for (; ; )
        {
            var found = _buffer.AsSpan(_scanned.._end).IndexOf((byte)'\n');
            if (found >= 0)
            {
                var end = _scanned + found;
                line = _buffer.AsSpan(_start..end);
                WholeBytes += line.Length + 1;
                Lines++;
                _start = _scanned = end + 1;
                return true;
            }

            _scanned = _end;
            if (!Fill())
            {
                line = default;
                return false;
            }
        }
    }

    public void Dispose() => _file.Dispose();

    private bool Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start.._end).CopyTo(_buffer);
            _end -= _start;
            _scanned -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
        {
            if (_buffer.Length >= MaxLine)
                throw new InvalidDataException($"line {Lines + 1} is longer than {MaxLine} bytes");
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        var read = _file.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        return read > 0;
    }
}
