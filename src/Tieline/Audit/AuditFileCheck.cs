namespace Tieline.Audit;

/// <summary>Whether the path still has the file that lines go to. Another program may rename, replace, cut or remove it, and a writer's open file tells nothing of that. docs/adr/0047.</summary>
internal static class AuditFileCheck
{
    /// <param name="path">The file that lines go to.</param>
    /// <param name="length">Bytes that were written to it, so far.</param>
    /// <param name="end">Bytes of it up to the end of its last durable line; 0: it has none.</param>
    /// <param name="hash">That line's.</param>
    /// <param name="mayBeLonger">What a failed write left may follow.</param>
    /// <exception cref="AuditBrokenException">Somebody else was at it. Nothing was changed.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static void Check(string path, long length, long end, AuditHash hash, bool mayBeLonger)
    {
        if (Find(path, length, end, hash, mayBeLonger) is { } found)
            throw AuditBrokenException.Moved(path, found);
    }

    /// <returns>What is wrong, in a clause; null when nothing is.</returns>
    private static string? Find(string path, long length, long end, AuditHash hash, bool mayBeLonger)
    {
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var there = RandomAccess.GetLength(file);
            if (there < length || (there > length && !mayBeLonger))
                return $"it has {there} bytes, and {length} were written";
            return end == 0 || EndsIn(file, end, hash) ? null : "the line that was written last is not in it";
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return "it is gone";
        }
    }

    /// <summary>Each line ends in its hash, and its hash in <c>"}</c> and LF: zeros of a file that was cut under its writer are none.</summary>
    private static bool EndsIn(Microsoft.Win32.SafeHandles.SafeFileHandle file, long end, AuditHash hash)
    {
        const int AfterHash = 3;
        Span<byte> read = stackalloc byte[AuditHash.HexLength];
        var at = end - AfterHash - AuditHash.HexLength;
        return at >= 0 && RandomAccess.Read(file, read, at) == read.Length && AuditHash.TryParse(read, out var there) && there == hash;
    }
}
