using System.Diagnostics;
using Tieline.Service.Hosting;

namespace Tieline.Service.Commands.Demo;

/// <summary>One life of one child.</summary>
internal sealed class ChildProcess : IDisposable
{
    private const string SetSid = "/usr/bin/setsid";

    private readonly Process _process;

    private ChildProcess(Process process) => _process = process;

    public int Pid => _process.Id;

    /// <exception cref="StartupException">The program cannot be run at all.</exception>
    public static ChildProcess Start(ChildLaunch launch, ChildLog log)
    {
        // In a session of its own, a child does not get the terminal's Ctrl+C: the demo stops them one after the other, when all is delivered.
        // setsid runs the program in its own place, so the pid is the program's.
        var detached = File.Exists(SetSid);
        var start = new ProcessStartInfo(detached ? SetSid : launch.Program.Path)
        {
            UseShellExecute = false,
            WorkingDirectory = launch.WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (detached)
            start.ArgumentList.Add(launch.Program.Path);
        foreach (var argument in launch.Program.Prefix.Concat(launch.Arguments))
            start.ArgumentList.Add(argument);
        start.Environment.Clear();
        foreach (var (name, value) in launch.Environment)
            start.Environment[name] = value;

        var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => log.Add(line.Data);
        process.ErrorDataReceived += (_, line) => log.Add(line.Data);
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            process.Dispose();
            throw new StartupException($"cannot start {launch.Program.Path}: {e.Message}");
        }

        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new ChildProcess(process);
    }

    /// <returns>Its exit code, 128 and the signal's number where one ended it.</returns>
    public async Task<int> WaitAsync(CancellationToken cancellation = default)
    {
        await _process.WaitForExitAsync(cancellation);
        return _process.ExitCode;
    }

    public void Kill()
    {
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It is gone already.
        }
    }

    public void Terminate()
    {
        if (!_process.HasExited)
            Signals.Terminate(_process.Id);
    }

    public void Dispose() => _process.Dispose();
}
