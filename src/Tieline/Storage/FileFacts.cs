using System.Runtime.InteropServices;

namespace Tieline.Storage;

/// <summary>Whose a file is, its mode, and what kind it is.</summary>
/// <param name="Owner">A user id; null where the system does not tell.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct FileFacts(uint? Owner, UnixFileMode Mode, bool IsDirectory, bool IsLink)
{
    private const int Here = -100; // AT_FDCWD
    private const int NoFollow = 0x100; // AT_SYMLINK_NOFOLLOW
    private const uint Basic = 0x7ff; // STATX_BASIC_STATS
    private const int OwnerAt = 20; // struct statx is the same on every architecture

    /// <summary>The user that this process acts as; null where the system does not tell.</summary>
    public static uint? ThisUser => OperatingSystem.IsLinux() ? EffectiveUser() : null;

    /// <param name="follow">Of what a symbolic link points to, not of the link.</param>
    /// <exception cref="IOException">There is nothing, or it cannot be looked at; so with <see cref="UnauthorizedAccessException"/>.</exception>
    public static FileFacts Of(string path, bool follow)
    {
        var target = follow ? new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? path : path;
        var attributes = File.GetAttributes(target);
        var isLink = new FileInfo(target).LinkTarget is not null;
        // The mode of a link is the target's, and is not asked for.
        var mode = isLink || OperatingSystem.IsWindows() ? UnixFileMode.None : File.GetUnixFileMode(target);
        return new FileFacts(OwnerOf(path, follow), mode, !isLink && attributes.HasFlag(FileAttributes.Directory), isLink);
    }

    /// <summary>Null where there is nothing.</summary>
    public static FileFacts? TryOf(string path, bool follow)
    {
        try
        {
            return Of(path, follow);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static uint? OwnerOf(string path, bool follow)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        var facts = new byte[256];
        return Statx(Here, path, follow ? 0 : NoFollow, Basic, facts) == 0 ? BitConverter.ToUInt32(facts, OwnerAt) : null;
    }

    [DllImport("libc", EntryPoint = "statx", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Statx(int directory, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, [Out] byte[] facts);

    [DllImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint EffectiveUser();
}
