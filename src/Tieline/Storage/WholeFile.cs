using System.Runtime.InteropServices;
using System.Text;

namespace Tieline.Storage;

/// <summary>Writes a file whole or not at all, also over a power cut: written beside it and synced, renamed, and its directory synced. For the owner alone.</summary>
internal static class WholeFile
{
    private const string Unfinished = ".new";
    private const int OpenDirectory = 0x10000 | 0x80000; // O_DIRECTORY | O_CLOEXEC, read only

    /// <inheritdoc cref="Write(string, ReadOnlySpan{byte})"/>
    public static void Write(string path, string text) => Write(path, Encoding.UTF8.GetBytes(text));

    /// <summary>When it returns, the file has this content and mode 0600; when it fails, it has what it had before.</summary>
    /// <exception cref="IOException">The disk does not take it; so with <see cref="UnauthorizedAccessException"/>.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var unfinished = path + Unfinished;
        File.Delete(unfinished); // of a crash: its mode may be another
        using (var file = new FileStream(unfinished, OwnerOnly.Opening(FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0)))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        File.Move(unfinished, path, overwrite: true);
        SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>Makes a created or renamed name survive a power cut: its file's fsync alone does not.</summary>
    public static void SyncDirectory(string path)
    {
        if (!OperatingSystem.IsLinux())
            return;
        var handle = NativeOpen(path, OpenDirectory);
        if (handle < 0)
            throw new IOException($"Cannot open directory '{path}' to sync it: error {Marshal.GetLastPInvokeError()}.");
        var result = NativeSync(handle);
        var error = Marshal.GetLastPInvokeError();
        _ = NativeClose(handle);
        if (result != 0)
            throw new IOException($"Cannot sync directory '{path}': error {error}.");
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int NativeOpen([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int NativeSync(int handle);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int NativeClose(int handle);
}
