using System.Diagnostics;

namespace Tieline.FunctionalTests.Support;

/// <summary>A file system of a few MiB, in memory, that only one child process sees: its disk is short, and nobody else's is filled for it. It goes with the process.</summary>
internal static class SmallDisk
{
    private static readonly Lazy<bool> _isPossible = new(Try);

    /// <summary>Whether this machine lets us mount one; a container may not.</summary>
    public static bool IsPossible => _isPossible.Value;

    /// <summary>What a command line begins with, so that the program after it finds such a file system at this folder.</summary>
    public static IReadOnlyList<string> At(string folder, int mebibytes) =>
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", $"mkdir -p \"$0\" && mount -t tmpfs -o mode=700,size={mebibytes}m tieline \"$0\" && exec \"$@\"", folder];

    /// <summary>Where others find what that process has there.</summary>
    public static string SeenFromOutside(int process, string folder) => $"/proc/{process}/root{folder}";

    private static bool Try()
    {
        using var folder = new TestKit.TempDirectory();
        var command = At(folder.FileNamed("disk"), 1);
        using var process = Process.Start(new ProcessStartInfo(command[0], [.. command.Skip(1), "true"]) { RedirectStandardError = true, UseShellExecute = false })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
