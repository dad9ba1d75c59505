using System.Globalization;
using System.Runtime.InteropServices;
using Tieline.Storage;
using Tieline.TestKit;

namespace Tieline.Tests.Storage;

public sealed class DataDirectoryTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Open_WhereThereIsNone_MakesItForItsOwnerAlone()
    {
        using var directory = DataDirectory.Open(_temp.FileNamed("a/b"));
        File.GetUnixFileMode(directory.Path).ShouldBe(OwnerOnly);
        directory.Warning.ShouldBeNull();
        File.GetUnixFileMode(directory.FileNamed("lock")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public void Open_OneThatOthersMayRead_WarnsAndLeavesItsModeAlone()
    {
        var path = _temp.FileNamed("open");
        Directory.CreateDirectory(path);
        File.SetUnixFileMode(path, OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherExecute);
        using var directory = DataDirectory.Open(path);
        directory.Warning.ShouldBe($"Data directory '{path}' is open to others (mode 741); run: chmod 700 '{path}'");
        File.GetUnixFileMode(path).ShouldBe(OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherExecute);
    }

    /// <summary>Between fork and exec a child has all descriptors of its parent, whatever is to be closed for it.</summary>
    [Fact]
    public void Open_AChildStillHasTheDescriptorOfOneThatWasClosed_IsFree()
    {
        var path = _temp.FileNamed("data");
        int copy;
        using (DataDirectory.Open(path))
            copy = Duplicate(Directory.EnumerateFileSystemEntries("/proc/self/fd").Where(name => new FileInfo(name).LinkTarget == path).Select(name => int.Parse(Path.GetFileName(name), CultureInfo.InvariantCulture)).Single());
        try
        {
            using var again = DataDirectory.Open(path);
            again.Path.ShouldBe(path);
        }
        finally
        {
            Close(copy).ShouldBe(0);
        }
    }

    [DllImport("libc", EntryPoint = "dup")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Duplicate(int descriptor);

    [DllImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int descriptor);

    [Fact]
    public void Open_ASecondTime_NamesTheProcessThatHasIt()
    {
        using var first = DataDirectory.Open(_temp.FileNamed("data"));
        var error = Should.Throw<StorageException>(() => DataDirectory.Open(first.Path));
        error.Message.ShouldBe(
            $"Data directory '{first.Path}' is in use by another Tieline (process {Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}). Stop that one first, or give this one a directory of its own (DataDirectory).");
    }

    [Fact]
    public void Open_ASecondTime_LeavesTheFirstsLockHeld()
    {
        using var first = DataDirectory.Open(_temp.FileNamed("data"));
        Should.Throw<StorageException>(() => DataDirectory.Open(first.Path));
        Should.Throw<StorageException>(() => DataDirectory.Open(first.Path));
    }

    [Fact]
    public void Open_WhereTheLockFileWasDeleted_IsRefusedStill()
    {
        using var first = DataDirectory.Open(_temp.FileNamed("data"));
        File.Delete(first.FileNamed("lock"));
        DataDirectory.IsInUse(first.Path).ShouldBeTrue();
        Should.Throw<StorageException>(() => DataDirectory.Open(first.Path)).Message.ShouldContain("is in use by another Tieline");
        File.WriteAllText(first.FileNamed("lock"), "");
        DataDirectory.IsInUse(first.Path).ShouldBeTrue();
        Should.Throw<StorageException>(() => DataDirectory.Open(first.Path)).Message.ShouldContain("is in use by another Tieline");
    }

    [Fact]
    public void Open_WhereTheLockFileCannotBeOpened_SaysWhyAndNamesNoOtherProcess()
    {
        var path = _temp.FileNamed("data");
        DataDirectory.Open(path).Dispose();
        File.Delete(Path.Combine(path, "lock"));
        File.CreateSymbolicLink(Path.Combine(path, "lock"), "lock"); // as a disk that fails: an error that has nothing to do with a lock
        Should.Throw<StorageException>(() => DataDirectory.Open(path)).Message.ShouldStartWith($"Cannot use data directory '{path}': ");
        File.Delete(Path.Combine(path, "lock"));
        DataDirectory.Open(path).Dispose();
    }

    [Fact]
    public void Dispose_FreesTheLock()
    {
        var path = _temp.FileNamed("data");
        DataDirectory.Open(path).Dispose();
        using var again = DataDirectory.Open(path);
        again.Path.ShouldBe(path);
    }

    [Fact]
    public void Open_WhereALockFileOfADeadProcessLies_TakesIt()
    {
        var path = _temp.FileNamed("data");
        Directory.CreateDirectory(path, OwnerOnly);
        File.WriteAllText(Path.Combine(path, "lock"), "");
        File.WriteAllText(Path.Combine(path, "lock.pid"), "4294967295 and more than that");
        DataDirectory.Open(path).Dispose();
        File.ReadAllText(Path.Combine(path, "lock.pid")).ShouldBe(Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Open_WhereAFileIsInTheWay_SaysWhich()
    {
        var path = _temp.FileNamed("file");
        File.WriteAllText(path, "");
        Should.Throw<StorageException>(() => DataDirectory.Open(path)).Message.ShouldStartWith($"Cannot use data directory '{path}': ");
        Should.Throw<StorageException>(() => DataDirectory.Open(Path.Combine(path, "below"))).Message.ShouldStartWith($"Cannot use data directory '{path}/below': ");
    }

    [Fact]
    public void Open_ARelativePath_IsMadeWhole()
    {
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, _temp.FileNamed("data"));
        using var directory = DataDirectory.Open(relative);
        directory.Path.ShouldBe(_temp.FileNamed("data"));
        directory.FileNamed("x").ShouldBe(_temp.FileNamed("data/x"));
    }
}
