namespace Tieline.Benchmarks.EndToEnd;

/// <summary>The executables that are compared: Tieline as users run it, and the yardstick.</summary>
internal sealed class Programs
{
    public const string Tieline = "Tieline";
    public const string Relay = "InMemoryRelay";

    private Programs(string tieline, string relay) => Contenders =
    [
        (Relay, rig => Task.FromResult(Contender.InMemoryRelay(relay, rig.Genesys, rig.Crm))),
        (Tieline, rig => Task.FromResult(Contender.Tieline(tieline, rig.Genesys, rig.Crm))),
    ];

    public IReadOnlyList<(string Name, Func<Rig, Task<Contender>> Start)> Contenders { get; }

    /// <summary>Tieline from <c>TIELINE_EXE</c> or where <c>./tieline</c> publishes it; the yardstick from its Release build.</summary>
    public static Programs Find()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Tieline.slnx")))
            root = root.Parent;
        if (root is null)
            throw new InvalidOperationException("Run this from within a clone: Tieline.slnx was not found above the program.");
        return new Programs(
            Existing(Environment.GetEnvironmentVariable("TIELINE_EXE") ?? Path.Combine(root.FullName, "artifacts/tieline/tieline"), "run ./tieline version once, which publishes it"),
            Existing(Path.Combine(root.FullName, "bench/baselines/InMemoryRelay/bin/Release/net10.0/InMemoryRelay"), "build bench in Release"));
    }

    private static string Existing(string path, string advice) => File.Exists(path) ? path : throw new InvalidOperationException($"'{path}' is missing: {advice}.");
}
