using Tieline.Audit;

namespace Tieline.Tests.Audit;

/// <summary>Counts the lines written to log files and their fsyncs.</summary>
internal sealed class CountingDisk
{
    private readonly Lock _lock = new();
    private readonly List<(Func<bool> Reached, TaskCompletionSource Done)> _waits = [];

    public int Lines { get; private set; }

    public int Syncs { get; private set; }

    public Task WrittenAsync(int lines) => WhenAsync(() => Lines >= lines);

    public Task SyncedAsync(int syncs) => WhenAsync(() => Syncs >= syncs);

    public FileStream Open(string path, FileMode mode) =>
        path.EndsWith(CheckpointFile.Name, StringComparison.Ordinal) ? AuditDisk.Open(path, mode) : new CountingStream(path, mode, this);

    private Task WhenAsync(Func<bool> reached)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
            _waits.Add((reached, done));
        Tell();
        return done.Task;
    }

    private void Tell()
    {
        lock (_lock)
        {
            foreach (var (_, done) in _waits.Where(wait => wait.Reached()))
                done.TrySetResult();
        }
    }

    private sealed class CountingStream(string path, FileMode mode, CountingDisk disk) : FileStream(path, mode, FileAccess.Write, FileShare.Read, 0)
    {
        public override void Write(ReadOnlySpan<byte> buffer)
        {
            base.Write(buffer);
            disk.Lines += buffer.Count((byte)'\n');
            disk.Tell();
        }

        public override void Flush(bool flushToDisk)
        {
            base.Flush(flushToDisk);
            disk.Syncs++;
            disk.Tell();
        }
    }
}
