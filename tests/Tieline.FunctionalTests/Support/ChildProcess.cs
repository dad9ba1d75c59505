using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Tieline.FunctionalTests.Support;

/// <summary>The published program as a child process, in an environment of its own; its output is kept line by line.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private const int Sighup = 1;
    private const int Sigterm = 15;

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentQueue<string> _errors = new();

    private ChildProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Keep(_output, line.Data);
        process.ErrorDataReceived += (_, line) => Keep(_errors, line.Data);
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>What it wrote to stdout so far.</summary>
    public IReadOnlyCollection<string> Output => _output;

    /// <summary>What it wrote to stderr so far: its log, where it has one.</summary>
    public IReadOnlyCollection<string> Errors => _errors;

    /// <summary>Its peak memory in MiB, as the kernel has counted it; it must be running.</summary>
    public double PeakMemoryMiB => long.Parse(
        File.ReadLines($"/proc/{_process.Id}/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture) / 1024d;

    /// <param name="environment">All of it: nothing is inherited but where to find the runtime.</param>
    /// <param name="by">A command line that ends in becoming the program; null: it is started itself.</param>
    public static ChildProcess Start(IEnumerable<string> arguments, string workingDirectory, IReadOnlyDictionary<string, string> environment, IReadOnlyList<string>? by = null)
    {
        string[] command = [.. by ?? [], Executable.Path, .. arguments];
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { WorkingDirectory = workingDirectory, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Clear();
        start.Environment["DOTNET_ROOT"] = Executable.RuntimeRoot;
        start.Environment["PATH"] = "/usr/bin:/bin";
        start.Environment["HOME"] = workingDirectory;
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        var process = new Process { StartInfo = start };
        var child = new ChildProcess(process);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return child;
    }

    /// <summary>SIGTERM: please stop.</summary>
    public void Terminate() => Signal(Sigterm);

    /// <summary>SIGHUP: please read your configuration again.</summary>
    public void HangUp() => Signal(Sighup);

    /// <summary>SIGKILL, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await ExitAsync(TimeSpan.FromSeconds(10));
    }

    /// <summary>Waits for its end, and for the last of its output.</summary>
    public async Task<int> ExitAsync(TimeSpan within)
    {
        using var patience = new CancellationTokenSource(within, TimeProvider.System);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException($"Process {_process.Id} has not ended within {within.TotalSeconds:F0} s.\n{Tail()}", e);
        }

        return _process.ExitCode;
    }

    /// <summary>The last lines of its stderr, for a failure's message.</summary>
    public string Tail(int lines = 25) => string.Join('\n', _errors.TakeLast(lines));

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
    }

    private void Signal(int signal)
    {
        if (NativeMethods.Kill(_process.Id, signal) != 0)
            throw new InvalidOperationException($"Signal {signal} did not reach process {_process.Id}.");
    }

    private static void Keep(ConcurrentQueue<string> lines, string? line)
    {
        if (line is not null)
            lines.Enqueue(line);
    }

    private static class NativeMethods
    {
        [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int Kill(int process, int signal);
    }
}
