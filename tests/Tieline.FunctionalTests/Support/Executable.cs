using System.Diagnostics;
using System.Runtime.InteropServices;
using Tieline.TestKit;

namespace Tieline.FunctionalTests.Support;

/// <summary>The published program: the one that TIELINE_EXE names, else the one that the repository's own script publishes when it is stale.</summary>
internal static class Executable
{
    private const string Variable = "TIELINE_EXE";

    private static readonly Lazy<string> _path = new(Find);

    public static string Path => _path.Value;

    /// <summary>Where the runtime is that runs this very test: an apphost with a scrubbed environment has to be told.</summary>
    public static string RuntimeRoot => System.IO.Path.GetFullPath(System.IO.Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));

    private static string Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } given)
            return Publish();
        return File.Exists(given) ? given : throw new FileNotFoundException($"{Variable} names '{given}', which does not exist: publish with eng/publish DIR and set it to DIR/tieline, or unset it.");
    }

    private static string Publish()
    {
        var root = Repository.Root;
        using var process = Process.Start(new ProcessStartInfo("bash", ["-c", "source eng/common.sh && need_sdk && publish_stale && printf %s \"$published\""])
        {
            WorkingDirectory = root,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var complaints = process.StandardError.ReadToEndAsync();
        var folder = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        var path = System.IO.Path.Combine(folder, "tieline");
        return process.ExitCode == 0 && File.Exists(path)
            ? path
            : throw new InvalidOperationException($"{Variable} is not set and publishing failed (exit code {process.ExitCode}): run ./test, or eng/publish DIR and set {Variable}=DIR/tieline.\n{complaints.Result}");
    }
}
