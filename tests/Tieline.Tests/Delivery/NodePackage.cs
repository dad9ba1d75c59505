using Tieline.TestKit;

namespace Tieline.Tests.Delivery;

/// <summary>A package of npm's in a folder of its own, and scripts run beside it: what receivers use, asked whether it takes what is sent. Skips the test where Node or the registry is not to be had.</summary>
internal sealed class NodePackage : IDisposable
{
    private readonly TempDirectory _directory = new();

    /// <param name="package">With its version: <c>standardwebhooks@1.1.1</c>.</param>
    public static async Task<NodePackage> InstallAsync(string package)
    {
        var installed = new NodePackage();
        var (_, problem) = await OtherProgram.RunAsync(
            "npm", installed._directory.Path, ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--no-save", package], TestContext.Current.CancellationToken);
        if (problem is not null)
        {
            installed.Dispose();
            Assert.Skip($"npm cannot install {package} here: {problem}");
        }

        return installed;
    }

    /// <summary>The script fails the test by throwing; it has the arguments in <c>process.argv</c> from 2 on.</summary>
    public async Task RunAsync(string script, params string[] arguments)
    {
        var file = _directory.FileNamed("script.cjs");
        await File.WriteAllTextAsync(file, script, TestContext.Current.CancellationToken);
        (await OtherProgram.RunAsync("node", _directory.Path, [file, .. arguments], TestContext.Current.CancellationToken)).Problem.ShouldBeNull();
    }

    public void Dispose() => _directory.Dispose();
}
