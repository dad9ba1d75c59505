namespace Tieline.TestKit;

/// <summary>A folder of one test's own, gone with it.</summary>
public sealed class TempDirectory : IDisposable
{
    private static int _made;

    public TempDirectory() => Path = Directory.CreateTempSubdirectory("tieline-test-").FullName;

    /// <param name="parent">Where it is made; null: where temporary files are.</param>
    public TempDirectory(string? parent) =>
        Path = parent is null ? Directory.CreateTempSubdirectory("tieline-test-").FullName : Directory.CreateDirectory(System.IO.Path.Combine(parent, $"tieline-test-{Environment.ProcessId}-{Interlocked.Increment(ref _made)}")).FullName;

    public string Path { get; }

    public string FileNamed(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
