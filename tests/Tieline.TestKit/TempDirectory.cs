namespace Tieline.TestKit;

/// <summary>A folder of one test's own, gone with it.</summary>
public sealed class TempDirectory : IDisposable
{
    public TempDirectory() => Path = Directory.CreateTempSubdirectory("tieline-test-").FullName;

    public string Path { get; }

    public string FileNamed(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
