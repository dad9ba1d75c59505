using Tieline.Audit;

namespace Tieline.Forwarding;

/// <summary>Reads what follows a position from the audit log's own files. Keeps nothing between two calls: files may be cut, repaired and rotated meanwhile.</summary>
internal sealed class ForwardReader(string directory, int maxLines = ForwardDefaults.BatchLines, int maxBytes = ForwardDefaults.BatchBytes)
{
    /// <param name="durable">Lines after it are left alone.</param>
    /// <returns>Lines in the log's order, each checkpoint behind the line it signs; none where there is nothing new.</returns>
    /// <exception cref="ForwardException">The log does not have what was forwarded last, or lacks the end of a file that another follows.</exception>
    public ForwardBatch Read(ForwardPosition from, AuditPosition durable)
    {
        var batch = new BatchBuilder(from, maxLines, maxBytes);
        using var checkpoints = new CheckpointsBehind(Path.Combine(directory, SignedHeads.FileName), batch);
        var names = AuditFileName.List(directory);
        if (from.File is not null && names.All(name => name.ToString() != from.File))
            throw Changed(from.File);
        foreach (var name in names.SkipWhile(name => from.File is not null && name.ToString() != from.File))
        {
            if (batch.IsFull || durable.File is not { } last || AuditFileName.Compare(name, last) > 0)
                break;
            ReadFile(name, name == last ? durable.Length : null, batch, checkpoints);
        }

        return batch.Build();
    }

    /// <param name="end">Null: all of it, since it is closed.</param>
    private void ReadFile(AuditFileName name, long? end, BatchBuilder batch, CheckpointsBehind checkpoints)
    {
        var file = name.ToString();
        if (batch.Position.File != file)
            batch.Begin(file);
        using var lines = batch.Position.Place.Open(Path.Combine(directory, file)) ?? throw Changed(file);
        checkpoints.MoveTo(name, batch);
        while (!batch.IsFull && !(batch.Position.Place.Bytes >= end) && lines.TryRead(out var line))
        {
            batch.AddLine(line);
            checkpoints.MoveTo(name, batch);
        }

        if (end is null && !batch.IsFull && lines.Rest.Length > 0)
            throw new ForwardException($"the audit log's file '{file}' has no end, though another follows: it was altered. Run 'tieline audit verify', and put it back from a copy");
    }

    private static ForwardException Changed(string file) => new(
        $"the audit log no longer has the line that was forwarded last, in '{file}': it was altered, moved, or put back from an older copy. "
        + $"Run 'tieline audit verify'; delete '{ForwardPosition.FileName}' in the data directory to send the whole log again");
}
