using System.Globalization;

namespace Tieline.Storage;

/// <summary>Whether nobody but its owner (and root) can have put something into a data directory, or can from now on. docs/adr/0055.</summary>
/// <remarks>Who can write there can plant a <c>console-token</c> of their own, or a symbolic link that Tieline writes through. Once the folders are found to be the owner's alone, nobody else can
/// exchange a file between this look and its use: so files are opened by name afterwards.</remarks>
internal static class FolderTrust
{
    private const UnixFileMode OthersWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
    private const UnixFileMode OthersEnter = UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private static readonly string[] _folders = ["keys", "keys/console", "audit"];

    /// <param name="path">The data directory; it exists. It may itself be a symbolic link: that is the operator's choice.</param>
    /// <param name="user">Whose it must be; null: anybody's, for who only reads.</param>
    /// <returns>What is wrong and what to do, in a sentence or two; null when nothing is.</returns>
    /// <exception cref="IOException">It cannot be looked at; so with <see cref="UnauthorizedAccessException"/>.</exception>
    public static string? Find(string path, uint? user)
    {
        if (OperatingSystem.IsWindows())
            return null;
        if (FindInFolder(path, FileFacts.Of(path, follow: true), user) is { } problem)
            return problem;
        foreach (var name in _folders)
        {
            var folder = Path.Combine(path, name);
            if (FileFacts.TryOf(folder, follow: false) is { } facts && (FindLink(folder, facts) ?? FindInFolder(folder, facts, user)) is { } inside)
                return inside;
        }

        return null;
    }

    private static string? FindInFolder(string folder, FileFacts facts, uint? user)
    {
        if (!facts.IsDirectory)
            return $"'{folder}' is no directory.";
        if (FindOwner(folder, facts, user) is { } stranger)
            return stranger;
        if ((facts.Mode & OthersWrite) != UnixFileMode.None)
            return $"Others can write to '{folder}' (mode {Octal(facts.Mode)}), and may have put files there. Look at what is in it, then run: chmod 700 '{folder}'";
        var isOpen = (facts.Mode & OthersEnter) != UnixFileMode.None;
        foreach (var file in Directory.EnumerateFileSystemEntries(folder))
        {
            if (FileFacts.TryOf(file, follow: false) is not { } one)
                continue; // gone meanwhile
            if (FindLink(file, one) is { } link)
                return link;
            if (one.IsDirectory)
                continue;
            if (FindOwner(file, one, user) is { } other)
                return other;
            if (isOpen && (one.Mode & OthersWrite) != UnixFileMode.None)
                return $"Others can write to '{file}' (mode {Octal(one.Mode)}). Look at it, then run: chmod 600 '{file}'";
        }

        return null;
    }

    private static string? FindLink(string path, FileFacts facts) =>
        facts.IsLink ? $"'{path}' is a symbolic link, and Tieline writes through none in its data directory. Put the file or folder itself there." : null;

    /// <summary>What is root's can only root have put there.</summary>
    private static string? FindOwner(string path, FileFacts facts, uint? user) => facts.Owner is { } owner && user is { } own && owner != own && owner != 0
        ? string.Create(CultureInfo.InvariantCulture, $"'{path}' belongs to user {owner}, and Tieline runs as user {own}. Run it as user {owner}; or, if the content is yours, run: chown -R {own} '{path}'")
        : null;

    private static string Octal(UnixFileMode mode) => Convert.ToString((int)mode, 8);
}
