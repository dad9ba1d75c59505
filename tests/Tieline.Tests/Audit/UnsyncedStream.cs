namespace Tieline.Tests.Audit;

/// <summary>A file without fsync, for tests that write thousands of them and cut no power.</summary>
internal sealed class UnsyncedStream(string path, FileMode mode) : FileStream(path, mode, FileAccess.Write, FileShare.Read, 0)
{
    public static FileStream Open(string path, FileMode mode) => new UnsyncedStream(path, mode);

    public override void Flush(bool flushToDisk) => base.Flush(flushToDisk: false);
}
