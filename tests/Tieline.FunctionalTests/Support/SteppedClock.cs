using System.Globalization;
using Tieline.TestKit;

namespace Tieline.FunctionalTests.Support;

/// <summary>Debian's libfaketime below one child process: its system clock is set while it runs, its monotonic clock and everybody else's go on.</summary>
internal sealed class SteppedClock : IDisposable
{
    private static readonly string? _library = Directory.Exists("/usr/lib")
        ? Directory.EnumerateDirectories("/usr/lib", "*-linux-gnu*").Select(folder => Path.Combine(folder, "faketime", "libfaketimeMT.so.1")).FirstOrDefault(File.Exists)
        : null;

    private readonly TempDirectory _folder = new();

    public SteppedClock() => Set(TimeSpan.Zero);

    public static bool IsInstalled => _library is not null;

    /// <summary>For the child's environment.</summary>
    public void ApplyTo(IDictionary<string, string?> environment)
    {
        environment["LD_PRELOAD"] = _library;
        environment["FAKETIME_TIMESTAMP_FILE"] = Offset;
        environment["FAKETIME_CACHE_DURATION"] = "1"; // seconds; without a cache each look at the clock reads the file, and there are thousands a second
        environment["FAKETIME_DONT_FAKE_MONOTONIC"] = "1";
        environment["DONT_FAKE_MONOTONIC"] = "1";
        environment["NO_FAKE_STAT"] = "1";
    }

    /// <summary>Sets the clock, within a second.</summary>
    /// <param name="off">From the true time.</param>
    public void Set(TimeSpan off)
    {
        var beside = Offset + ".new";
        File.WriteAllText(beside, string.Create(CultureInfo.InvariantCulture, $"{off.TotalSeconds:+0;-0;+0}"));
        File.Move(beside, Offset, overwrite: true);
    }

    public void Dispose() => _folder.Dispose();

    private string Offset => _folder.FileNamed("offset");
}
