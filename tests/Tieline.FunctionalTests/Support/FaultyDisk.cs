using System.Diagnostics;
using System.Text;
using Tieline.TestKit;

namespace Tieline.FunctionalTests.Support;

/// <summary>A library below SQLite and .NET that makes calls on files fail, fall short or take long on demand: <c>tests/native/faults.c</c>, built here by gcc.</summary>
internal sealed class FaultyDisk : IDisposable
{
    public const int IoError = 5;
    public const int NoSpace = 28;
    public const int ReadOnly = 30;

    private const int ControlBytes = 4_096;
    private static readonly Lazy<string?> _library = new(Build);

    private readonly TempDirectory _folder = new();

    public FaultyDisk()
    {
        File.WriteAllBytes(Control, new byte[ControlBytes]);
        Command = new Dictionary<string, string> { ["LD_PRELOAD"] = _library.Value!, ["TIELINE_FAULTS"] = Control };
    }

    /// <summary>Whether gcc is there to build it.</summary>
    public static bool IsPossible => _library.Value is not null;

    /// <summary>The environment of a process that has this disk.</summary>
    public IReadOnlyDictionary<string, string> Command { get; }

    private string Control => _folder.FileNamed("control");

    /// <summary>From now on.</summary>
    /// <param name="rules">As <c>faults.c</c> reads them: the call, a pattern of the path, and the fault. None: the disk is well.</param>
    public void Set(params string[] rules)
    {
        var text = new byte[ControlBytes];
        Encoding.ASCII.GetBytes(string.Join('\n', rules) + (rules.Length == 0 ? "" : "\n"), text);
        using var file = File.OpenHandle(Control, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        RandomAccess.Write(file, text, 0);
    }

    public void Dispose() => _folder.Dispose();

    private static string? Build()
    {
        var library = Path.Combine(AppContext.BaseDirectory, "faults.so");
        try
        {
            using var gcc = Process.Start(new ProcessStartInfo("gcc", ["-shared", "-fPIC", "-O1", "-o", library, Path.Combine(Repository.Root, "tests", "native", "faults.c"), "-ldl"]) { UseShellExecute = false })!;
            gcc.WaitForExit();
            return gcc.ExitCode == 0 ? library : throw new InvalidOperationException("tests/native/faults.c does not build; see gcc's words above.");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null; // there is no gcc
        }
    }
}
