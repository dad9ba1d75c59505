namespace Tieline.Service.Doctor;

/// <summary>Room for the journal: with the CRM down for long, all that comes in waits there.</summary>
/// <param name="free">Bytes that may still be written below a folder.</param>
internal sealed class DiskSpaceCheck(DataFolder folder, Func<string, long> free) : ICheck
{
    /// <summary>With less than this many bytes the disk counts as nearly full.</summary>
    public const long Warn = 1024 * MiB;

    /// <summary>What a person can do about it.</summary>
    public const string Advice = "Make room, or put DataDirectory on a bigger disk; lower Retention:MaxBytes if the journal itself is what fills it.";

    private const long MiB = 1 << 20;
    private const long Fail = 100 * MiB;

    public string Name => "disk-space";

    /// <summary>As the operating system says it, for who is not root.</summary>
    public static long FreeBelow(string path) => new DriveInfo(path).AvailableFreeSpace;

    public Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellation)
    {
        var bytes = free(folder.Nearest);
        var seen = $"{bytes / MiB:N0} MiB free in {folder.Described}";
        return Task.FromResult<IReadOnlyList<Finding>>(
        [
            bytes < Fail ? new Finding(Name, null, Verdict.Fail, seen, Advice)
            : bytes < Warn ? new Finding(Name, null, Verdict.Warn, seen, Advice)
            : new Finding(Name, null, Verdict.Pass, seen),
        ]);
    }
}
