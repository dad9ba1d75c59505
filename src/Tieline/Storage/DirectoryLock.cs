using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Tieline.Storage;

/// <summary>The operating system's lock on a folder itself. Deleting a file in it does not free it, and all who use the folder mean the same one.</summary>
internal sealed class DirectoryLock : IDisposable
{
    private const int Exclusive = 2;
    private const int Shared = 1;
    private const int NonBlocking = 4;
    private const int Unlock = 8;

    private readonly SafeFileHandle _folder;

    private DirectoryLock(SafeFileHandle folder) => _folder = folder;

    /// <summary>What <c>flock</c> says where another holds it: EWOULDBLOCK, on Linux and on BSD.</summary>
    public static bool IsHeld(int error) => error == (OperatingSystem.IsLinux() ? 11 : 35);

    /// <param name="isHeld">Another holds it.</param>
    /// <returns>Null where another holds it, and where this file system has no locks on folders: then the lock file alone must do.</returns>
    public static DirectoryLock? TryTake(string path, out bool isHeld) => TryTake(path, Exclusive, out isHeld);

    /// <summary>Whether a process holds it now.</summary>
    public static bool IsHeldByAnother(string path)
    {
        using var taken = TryTake(path, Shared, out var isHeld);
        return isHeld;
    }

    /// <summary>Unlocks first: a child that was forked and has not begun its own program yet has the descriptor too, and would hold the lock on.</summary>
    public void Dispose()
    {
        if (!_folder.IsClosed)
            _ = Lock(_folder, Unlock); // closing it does the rest
        _folder.Dispose();
    }

    private static DirectoryLock? TryTake(string path, int kind, out bool isHeld)
    {
        isHeld = false;
        var descriptor = OpenFolder(path, OperatingSystem.IsLinux() ? 0x80000 : 0x1000000); // O_RDONLY | O_CLOEXEC: no child holds it on
        if (descriptor < 0)
            return null;
        var folder = new SafeFileHandle(descriptor, ownsHandle: true);
        if (Lock(folder, kind | NonBlocking) == 0)
            return new DirectoryLock(folder);
        isHeld = IsHeld(Marshal.GetLastPInvokeError());
        folder.Dispose();
        return null;
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int OpenFolder([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "flock", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Lock(SafeFileHandle folder, int operation);
}
