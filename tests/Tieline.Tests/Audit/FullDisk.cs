namespace Tieline.Tests.Audit;

/// <summary>A disk with so much room left. As a real one, it takes what still fits of a write, and then fails it.</summary>
internal sealed class FullDisk
{
    /// <summary>Bytes that still fit.</summary>
    public long Room { get; set; } = long.MaxValue;

    /// <summary>Fsyncs that still succeed.</summary>
    public int SyncsLeft { get; set; } = int.MaxValue;

    public int Failures { get; private set; }

    public FileStream Open(string path, FileMode mode)
    {
        if (Room == 0 && !File.Exists(path))
            throw Fail();
        return new FullStream(path, mode, this);
    }

    private IOException Fail()
    {
        Failures++;
        return new IOException("No space left on device");
    }

    private sealed class FullStream(string path, FileMode mode, FullDisk disk) : FileStream(path, mode, FileAccess.Write, FileShare.Read, 0)
    {
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            var fits = (int)Math.Min(buffer.Length, disk.Room);
            base.Write(buffer[..fits]);
            disk.Room -= fits;
            if (fits < buffer.Length)
                throw disk.Fail();
        }

        public override void SetLength(long value)
        {
            // Room comes back only when the test says so.
            base.SetLength(value);
        }

        public override void Flush(bool flushToDisk)
        {
            if (disk.SyncsLeft == 0)
                throw disk.Fail();
            disk.SyncsLeft--;
            base.Flush(flushToDisk);
        }
    }
}
