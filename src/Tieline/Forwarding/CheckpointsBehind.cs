using Tieline.Audit;

namespace Tieline.Forwarding;

/// <summary>The checkpoints that were not forwarded yet, each given out once the line it signs is in the batch.</summary>
internal sealed class CheckpointsBehind : IDisposable
{
    private readonly LineReader? _lines;
    private byte[]? _next;

    /// <remarks>A power cut may have taken a checkpoint that was forwarded before it was durable, and a later one then stands in its place: all are sent again, which harms nobody.</remarks>
    public CheckpointsBehind(string path, BatchBuilder batch)
    {
        _lines = batch.Position.Checkpoints.Open(path);
        if (_lines is null)
        {
            batch.RestartCheckpoints();
            _lines = FilePlace.Start.Open(path);
        }

        Advance();
    }

    public void MoveTo(AuditFileName file, BatchBuilder batch)
    {
        while (_next is not null && !IsBeyond(_next, file, batch.Position.Lines))
        {
            batch.AddCheckpoint(_next);
            Advance();
        }
    }

    public void Dispose() => _lines?.Dispose();

    private void Advance() => _next = _lines is not null && _lines.TryRead(out var line) ? line.ToArray() : null;

    /// <summary>One that cannot be read waits for nothing: it is forwarded as it stands there.</summary>
    private static bool IsBeyond(byte[] line, AuditFileName file, long lines)
    {
        try
        {
            var head = SignedHead.Parse(line, 0);
            return head.File == file ? head.Lines > lines : AuditFileName.Compare(head.File, file) > 0;
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
