using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Tieline.TestKit;

namespace Tieline.Service.Tests.Web;

/// <summary>What others wrote is in the repository as they published it.</summary>
public sealed partial class VendoredFilesTests
{
    [Fact]
    public void Every_vendored_file_has_the_hash_that_is_on_record()
    {
        var recorded = Row().Matches(File.ReadAllText(Repository.FileNamed("docs/vendored.md"))).ToDictionary(row => row.Groups["file"].Value, row => row.Groups["hash"].Value);
        var files = Directory.GetFiles(Repository.FileNamed("src/Tieline.Service/wwwroot/lib"), "*", SearchOption.AllDirectories);
        files.ToDictionary(file => Path.GetFileName(file), file => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)))).ShouldBe(recorded, ignoreOrder: true);
    }

    [Fact]
    public void A_release_restores_what_is_locked_and_from_one_source()
    {
        File.ReadAllText(Repository.FileNamed("eng/publish")).ShouldContain("-p:RestoreLockedMode=true");
        File.ReadAllText(Repository.FileNamed("nuget.config")).ShouldContain("<packageSource key=\"nuget.org\">");
    }

    [GeneratedRegex(@"^\| `(?<file>[^`]+)` \| `(?<hash>[0-9a-f]{64})` \|$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Row();
}
