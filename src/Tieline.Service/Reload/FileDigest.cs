using System.Security.Cryptography;
using System.Text;

namespace Tieline.Service.Reload;

/// <summary>Tells whether files hold something else than before. By what they hold: an editor that puts a new file in the old one's place, a link that is turned, a mount without inotify all look the same.</summary>
internal static class FileDigest
{
    /// <summary>What is read from there is gone once it was read: a pipe, as in <c>--config &lt;(…)</c>.</summary>
    private static readonly string[] _streams = ["/dev/", "/proc/"];

    /// <summary>Of what they hold now. One that is not there, or cannot be read, counts as that. Never throws for what the disk does.</summary>
    /// <param name="paths">Full paths.</param>
    public static string Of(IEnumerable<string> paths)
    {
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var path in paths.Where(path => !Array.Exists(_streams, folder => path.StartsWith(folder, StringComparison.Ordinal))))
        {
            all.AppendData(Encoding.UTF8.GetBytes(path));
            all.AppendData(ContentOf(path));
        }

        return Convert.ToHexStringLower(all.GetHashAndReset());
    }

    private static byte[] ContentOf(string path)
    {
        try
        {
            return SHA256.HashData(File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Encoding.UTF8.GetBytes(e.GetType().Name);
        }
    }
}
