using Tieline.Audit;

namespace Tieline.Forwarding;

/// <summary>A batch that is being filled, and the position that moves with it.</summary>
internal sealed class BatchBuilder(ForwardPosition from, int maxLines, int maxBytes)
{
    private readonly List<ForwardRecord> _records = [];
    private long _bytes;

    public ForwardPosition Position { get; private set; } = from;

    public bool IsFull => _records.Count >= maxLines || _bytes >= maxBytes;

    public void Begin(string file) => Position = Position with { File = file, Lines = 0, Place = FilePlace.Start };

    public void AddLine(ReadOnlySpan<byte> line)
    {
        var record = ForwardRecord.OfLog(line);
        Add(record);
        Position = Position with { Lines = Position.Lines + 1, Place = Position.Place.After(line), Fact = record.Fact ?? Position.Fact };
    }

    public void AddCheckpoint(ReadOnlySpan<byte> line)
    {
        Add(ForwardRecord.OfCheckpoint(line));
        Position = Position with { Checkpoints = Position.Checkpoints.After(line) };
    }

    /// <summary>The checkpoints are read from their beginning again.</summary>
    public void RestartCheckpoints() => Position = Position with { Checkpoints = FilePlace.Start };

    public ForwardBatch Build() => new(_records, Position, IsFull);

    private void Add(ForwardRecord record)
    {
        _records.Add(record);
        _bytes += record.Line.Length;
    }
}
