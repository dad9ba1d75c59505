using ArchUnitNET.Domain;
using ArchUnitNET.Fluent;
using ArchUnitNET.Loader;
using static ArchUnitNET.Fluent.ArchRuleDefinition;

namespace Tieline.Tests;

/// <summary>The disk is the only seam: the Genesys side and the delivering side do not know each other, and a folder names only those above it.</summary>
public sealed class FolderOrderTests
{
    private static readonly Architecture _tieline = new ArchLoader().LoadAssemblies(typeof(Secret).Assembly).Build();

    /// <summary>From top to bottom: each folder, and the folders it may name. Diagnostics and Http may be named by anyone.</summary>
    private static readonly (string Folder, string[] MayName)[] _folders =
    [
        ("Diagnostics", []),
        ("Http", []),
        ("Events", []),
        ("Sequencing", ["Events"]),
        ("Filtering", ["Events"]),
        ("Genesys", ["Events"]),
        ("Derivation", ["Events"]),
        ("Backfill", ["Events", "Sequencing"]),
        ("Storage", ["Events"]),
        ("Journal", ["Events", "Sequencing", "Backfill", "Storage"]),
        ("Audit", ["Events", "Storage", "Journal"]),
        ("Delivery", ["Events", "Filtering", "Journal"]),
        ("Forwarding", ["Events", "Storage", "Audit", "Delivery"]),
        ("Pipeline", ["Events", "Sequencing", "Filtering", "Genesys", "Derivation", "Backfill", "Storage", "Journal", "Audit", "Delivery"]),
    ];

    public static TheoryData<string, string> ForbiddenPairs()
    {
        var pairs = new TheoryData<string, string>();
        foreach (var (folder, mayName) in _folders)
        {
            foreach (var (other, _) in _folders)
            {
                if (other != folder && !mayName.Contains(other) && other is not ("Diagnostics" or "Http"))
                    pairs.Add(folder, other);
            }
        }

        return pairs;
    }

    [Theory]
    [MemberData(nameof(ForbiddenPairs))]
    public void A_folder_does_not_name(string folder, string other)
    {
        if (IsEmpty(folder) || IsEmpty(other))
            return;
        Types().That().ResideInNamespace($"Tieline.{folder}").Should().NotDependOnAny(Types().That().ResideInNamespace($"Tieline.{other}"))
            .Evaluate(_tieline).Where(result => !result.Passed).Select(result => result.Description).ShouldBeEmpty();
    }

    [Fact]
    public void Every_folder_has_its_place_in_the_order() =>
        _tieline.Types.Select(type => type.Namespace.FullName).Where(name => name.StartsWith("Tieline.", StringComparison.Ordinal)).Distinct()
            .ShouldBeSubsetOf(_folders.Select(folder => $"Tieline.{folder.Folder}"));

    [Fact]
    public void The_library_does_not_know_the_web_server() =>
        typeof(Secret).Assembly.GetReferencedAssemblies().ShouldAllBe(name => !name.Name!.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));

    [Fact]
    public void A_forbidden_name_would_be_found() =>
        Types().That().ResideInNamespace("Tieline.Journal").Should().NotDependOnAny(Types().That().ResideInNamespace("Tieline.Storage")).HasNoViolations(_tieline).ShouldBeFalse();

    private static bool IsEmpty(string folder) => !_tieline.Types.Any(type => type.Namespace.FullName == $"Tieline.{folder}");
}
