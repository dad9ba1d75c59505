namespace Tieline.Service.Commands.Demo;

/// <summary>Everything the simulator has told of its ledger, over its restarts, in order of sequence.</summary>
internal sealed class Ledger
{
    private readonly List<LedgerRow> _rows = [];
    private readonly List<(DateTimeOffset From, DateTimeOffset To)> _lost = [];

    public IReadOnlyList<LedgerRow> Rows => _rows;

    public long LastSequence => _rows.Count == 0 ? 0 : _rows[^1].Sequence;

    /// <summary>Rows that may still change: the first that no socket had taken, and all behind it, are asked for again.</summary>
    public void Replace(int from, IEnumerable<LedgerRow> rows)
    {
        _rows.RemoveRange(from, _rows.Count - from);
        _rows.AddRange(rows);
    }

    /// <summary>The simulator died: what it made since the last copy is known to nobody.</summary>
    /// <param name="copiedAt">When the last copy was made.</param>
    public void Lost(DateTimeOffset copiedAt, DateTimeOffset diedAt) => _lost.Add((copiedAt, diedAt));

    /// <summary>Whether an event that is in no row may have been made by a simulator that was killed before its ledger was copied.</summary>
    public bool MayHaveLost(DateTimeOffset timestamp) =>
        _lost.Exists(span => timestamp >= span.From - DemoDefaults.InFlight && timestamp <= span.To + DemoDefaults.InFlight);
}
