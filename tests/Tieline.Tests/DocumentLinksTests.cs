using System.Text;
using System.Text.RegularExpressions;
using Tieline.TestKit;

namespace Tieline.Tests;

/// <summary>Every link of our pages to a file or heading of ours leads somewhere.</summary>
public sealed partial class DocumentLinksTests
{
    private static readonly string[] _folders = ["bench", "deploy", "docs", "samples", "src", "tools"];

    [Fact]
    public void Every_link_to_a_file_or_heading_of_ours_leads_somewhere()
    {
        var pages = Pages().ToList();
        pages.Count.ShouldBeGreaterThan(100);
        pages.SelectMany(page => Links(File.ReadAllText(page)).Where(link => !LeadsSomewhere(page, link)).Select(link => $"{Path.GetRelativePath(Repository.Root, page)}: {link}")).ShouldBeEmpty();
    }

    private static IEnumerable<string> Pages() => Directory.EnumerateFiles(Repository.Root, "*.md")
        .Concat(_folders.SelectMany(folder => Directory.EnumerateFiles(Repository.FileNamed(folder), "*.md", SearchOption.AllDirectories)))
        .Where(page => !page.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"));

    private static IEnumerable<string> Links(string text) => Link().Matches(Code().Replace(text, ""))
        .Select(match => match.Groups["target"].Value)
        .Where(link => !link.Contains("://", StringComparison.Ordinal) && !link.StartsWith("mailto:", StringComparison.Ordinal));

    private static bool LeadsSomewhere(string page, string link)
    {
        var (file, anchor) = link.Split('#', 2) is [var before, var after] ? (before, after) : (link, null);
        var target = file.Length == 0 ? page : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(page)!, file));
        return anchor is null || !target.EndsWith(".md", StringComparison.Ordinal) ? Path.Exists(target) : File.Exists(target) && Headings(target).Contains(anchor);
    }

    /// <summary>As GitHub names them: lower case, words joined by hyphens, without marks.</summary>
    private static IEnumerable<string> Headings(string page) => File.ReadLines(page)
        .Where(line => line.StartsWith('#'))
        .Select(line => Mark().Replace(line.TrimStart('#').Trim().ToLowerInvariant().Normalize(NormalizationForm.FormC), "").Replace(' ', '-'));

    [GeneratedRegex(@"```.*?```", RegexOptions.Singleline, 1_000)]
    private static partial Regex Code();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Link();

    [GeneratedRegex(@"[^\p{L}\p{N}\- _]", RegexOptions.None, 1_000)]
    private static partial Regex Mark();
}
