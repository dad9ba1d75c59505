using System.Runtime.InteropServices;

namespace Tieline.Service.Commands.Demo;

/// <summary>.NET can kill a process but not ask it to end.</summary>
internal static class Signals
{
    private const int Term = 15;

    /// <summary>Sends SIGTERM; a process that is gone is left alone.</summary>
    public static void Terminate(int pid) => _ = Kill(pid, Term);

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int pid, int signal);
}
