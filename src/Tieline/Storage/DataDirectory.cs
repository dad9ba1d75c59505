using System.Globalization;
using System.Text;

namespace Tieline.Storage;

/// <summary>The folder that one process owns: created 0700, locked while it is in use, and refused where others can write to it.</summary>
internal sealed class DataDirectory : IDisposable
{
    private const string LockFile = "lock";
    private const string OwnerFile = "lock.pid";

    private readonly FileStream _lock;

    /// <summary>Null where the file system has none.</summary>
    private readonly DirectoryLock? _folder;

    private DataDirectory(string path, (FileStream File, DirectoryLock? Folder) held, string? warning) => (Path, _lock, _folder, Warning) = (path, held.File, held.Folder, warning);

    public string Path { get; }

    /// <summary>What is doubtful about it; null when nothing is.</summary>
    public string? Warning { get; }

    /// <exception cref="StorageException">It can't be made, written or locked, or somebody else can write to it (<see cref="FolderTrust"/>); the message says what to do.</exception>
    public static DataDirectory Open(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        try
        {
            if (!Directory.Exists(path))
                OwnerOnly.CreateDirectory(path);
            if (FolderTrust.Find(path, FileFacts.ThisUser) is { } problem)
                throw new StorageException($"Cannot use data directory '{path}': {problem}");
            var mode = File.GetUnixFileMode(path);
            var warning = (mode & ~OwnerOnly.FolderMode) == UnixFileMode.None ? null
                : $"Data directory '{path}' is open to others (mode {Convert.ToString((int)mode, 8)}); run: chmod 700 '{path}'";
            return new DataDirectory(path, Lock(path), warning);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new StorageException($"Cannot use data directory '{path}': {e.Message}", e);
        }
    }

    /// <summary>Whether a process holds it now. One that comes a moment later is told by <see cref="Open"/>.</summary>
    public static bool IsInUse(string path)
    {
        if (DirectoryLock.IsHeldByAnother(path))
            return true;
        var file = System.IO.Path.Combine(path, LockFile);
        if (!File.Exists(file))
            return false;
        try
        {
            using var held = new FileStream(file, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.ReadWrite, Share = FileShare.None });
            return false;
        }
        catch (IOException e) when (DirectoryLock.IsHeld(e.HResult))
        {
            return true;
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new StorageException($"Cannot use data directory '{path}': {e.Message}", e);
        }
    }

    public string FileNamed(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        _lock.Dispose();
        _folder?.Dispose();
    }

    /// <summary>Both locks are the operating system's: they are gone with the process, however that ends. The folder's cannot be deleted; the file's is the one that older versions know.</summary>
    private static (FileStream File, DirectoryLock? Folder) Lock(string path)
    {
        var folder = DirectoryLock.TryTake(path, out var isHeld);
        if (isHeld)
            throw InUse(path, null);
        FileStream? held = null;
        try
        {
            held = new FileStream(
                System.IO.Path.Combine(path, LockFile), OwnerOnly.Opening(FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            NameOwner(path);
            return (held, folder);
        }
        catch (Exception e)
        {
            var isInUse = held is null && e is IOException && DirectoryLock.IsHeld(e.HResult);
            held?.Dispose();
            folder?.Dispose();
            if (isInUse)
                throw InUse(path, e);
            throw;
        }
    }

    private static StorageException InUse(string path, Exception? inner) => new(
        $"Data directory '{path}' is in use by another Tieline{Owner(path)}. Stop that one first, or give this one a directory of its own (DataDirectory).", inner);

    /// <summary>In a file of its own: .NET reads no file that is locked, not even its first byte.</summary>
    private static void NameOwner(string path)
    {
        using var file = new FileStream(
            System.IO.Path.Combine(path, OwnerFile), OwnerOnly.Opening(FileMode.Create, FileAccess.Write, FileShare.ReadWrite));
        file.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
    }

    private static string Owner(string path)
    {
        try
        {
            var text = File.ReadAllText(System.IO.Path.Combine(path, OwnerFile));
            return text.Length is > 0 and < 20 && text.All(char.IsAsciiDigit) ? $" (process {text})" : "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
