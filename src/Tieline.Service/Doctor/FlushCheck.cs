namespace Tieline.Service.Doctor;

/// <summary>How long the disk takes to promise that something is kept: every group of events waits for that. Writes to a file of its own that has no name.</summary>
internal sealed class FlushCheck(DataFolder folder, TimeProvider time) : ICheck
{
    private const int Samples = 15;
    private const int Bytes = 4096;

    private static readonly TimeSpan _warn = TimeSpan.FromMilliseconds(20);

    public string Name => "disk-flush";

    public Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellation)
    {
        try
        {
            var (median, worst) = Measure(cancellation);
            return Single(median > _warn ? Verdict.Warn : Verdict.Pass, $"fsync of 4 KiB in {folder.Described}: {median.TotalMilliseconds:F1} ms at the median, {worst.TotalMilliseconds:F1} ms at worst",
                median > _warn ? "Events come in no faster than the disk keeps them: use a local SSD, no network file system." : null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Single(Verdict.Fail, $"{folder.Described} cannot be written to ({e.GetType().Name})", "Run this as the user that runs Tieline; give that user the directory (chown), or set DataDirectory to another one.");
        }
    }

    private (TimeSpan Median, TimeSpan Worst) Measure(CancellationToken cancellation)
    {
        var path = Path.Combine(folder.Nearest, $".tieline-doctor-{Environment.ProcessId}");
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        File.Delete(path); // only the name: nothing is left behind, however this ends
        var block = new byte[Bytes];
        var took = new TimeSpan[Samples];
        for (var i = 0; i < Samples; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var started = time.GetTimestamp();
            RandomAccess.Write(file, block, (long)i * Bytes);
            RandomAccess.FlushToDisk(file);
            took[i] = time.GetElapsedTime(started);
        }

        Array.Sort(took);
        return (took[Samples / 2], took[^1]);
    }

    private Task<IReadOnlyList<Finding>> Single(Verdict verdict, string seen, string? advice) => Task.FromResult<IReadOnlyList<Finding>>([new Finding(Name, null, verdict, seen, advice)]);
}
