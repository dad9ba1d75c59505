using System.ComponentModel;
using System.Diagnostics;

namespace Tieline.TestKit;

/// <summary>A program of somebody else's, run to its end: an interpreter, a package manager.</summary>
public static class OtherProgram
{
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(2);

    /// <param name="directory">Where it works.</param>
    /// <returns>Null when it went well, else what it said; <c>IsThere</c> is false where there is no such program.</returns>
    public static async Task<(bool IsThere, string? Problem)> RunAsync(string program, string directory, IEnumerable<string> arguments, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(_limit);
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false };
        try
        {
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var error = process.StandardError.ReadToEndAsync(limit.Token);
            try
            {
                await process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                return (true, $"{program} took more than {_limit.TotalSeconds} s");
            }

            return (true, process.ExitCode == 0 ? null : $"{await error}{await output}");
        }
        catch (Win32Exception e)
        {
            return (false, e.Message);
        }
    }
}
