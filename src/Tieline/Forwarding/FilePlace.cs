using Tieline.Audit;

namespace Tieline.Forwarding;

/// <summary>A place after a line of a file, and what that line was: so that another file in its place is noticed.</summary>
/// <param name="Bytes">Before the place; 0 at the file's beginning.</param>
/// <param name="LineBytes">Of the line before the place, LF included; 0 at the beginning.</param>
/// <param name="LineHash">SHA-256 over that line without its LF, 64 hex digits; empty at the beginning.</param>
internal sealed record FilePlace(long Bytes, int LineBytes, string LineHash)
{
    public static FilePlace Start { get; } = new(0, 0, "");

    public FilePlace After(ReadOnlySpan<byte> line) => new(Bytes + line.Length + 1, line.Length + 1, AuditHash.Of(line).ToString());

    /// <summary>Opens the file here.</summary>
    /// <returns>Null where the line before this place is not the one it was, or gone.</returns>
    public LineReader? Open(string path)
    {
        if (!File.Exists(path) || new FileInfo(path).Length < Bytes)
            return null;
        var lines = new LineReader(path, Bytes - LineBytes);
        if (LineBytes == 0 || (lines.TryRead(out var line) && line.Length + 1 == LineBytes && AuditHash.Of(line).ToString() == LineHash))
            return lines;
        lines.Dispose();
        return null;
    }
}
