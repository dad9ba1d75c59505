using Tieline.Storage;

namespace Tieline.Audit;

/// <summary>The few things about files that the audit log needs: modes, and files that are read while they are written.</summary>
internal static class AuditDisk
{
    /// <summary>Opens for writing, unbuffered; a new file is for the owner alone. Readers may read meanwhile.</summary>
    public static FileStream Open(string path, FileMode mode) => new(path, OwnerOnly.Opening(mode, FileAccess.Write, FileShare.Read, bufferSize: 0));

    /// <summary>A file that is done with: 0400.</summary>
    public static void MakeReadOnly(string path)
    {
        if (OperatingSystem.IsWindows())
            File.SetAttributes(path, FileAttributes.ReadOnly);
        else
            File.SetUnixFileMode(path, UnixFileMode.UserRead);
    }

    public static bool IsReadOnly(string path) =>
        OperatingSystem.IsWindows() ? File.GetAttributes(path).HasFlag(FileAttributes.ReadOnly) : !File.GetUnixFileMode(path).HasFlag(UnixFileMode.UserWrite);
}
