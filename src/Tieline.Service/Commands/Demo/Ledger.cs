namespace Tieline.Service.Commands.Demo;

/// <summary>Everything the simulator has told of its ledger, over its restarts, in order of sequence.</summary>
internal sealed class Ledger
{
    /// <summary>An event that no socket has taken by then, none will.</summary>
    private static readonly TimeSpan _settlesWithin = TimeSpan.FromSeconds(5);

    private readonly List<LedgerRow> _rows = [];
    private readonly Dictionary<string, string> _shared = new(StringComparer.Ordinal);
    private readonly List<(DateTimeOffset From, DateTimeOffset To)> _lost = [];

    /// <summary>Rows before this one are final.</summary>
    private int _settled;

    public IReadOnlyList<LedgerRow> Rows => _rows;

    public long LastSequence => _rows.Count == 0 ? 0 : _rows[^1].Sequence;

    /// <summary>When the last copy was asked for.</summary>
    public DateTimeOffset CopiedAt { get; private set; }

    /// <summary>From where the next copy has to start: the first row that a socket may still take.</summary>
    public long UnsettledFrom(DateTimeOffset now)
    {
        while (_settled < _rows.Count && (_rows[_settled].Written || now - _rows[_settled].Timestamp > _settlesWithin))
            _settled++;
        return _settled < _rows.Count ? _rows[_settled].Sequence : LastSequence + 1;
    }

    /// <param name="rows">Everything from <see cref="UnsettledFrom"/> on.</param>
    public void Take(IEnumerable<LedgerRow> rows, DateTimeOffset askedAt)
    {
        _rows.RemoveRange(_settled, _rows.Count - _settled);
        foreach (var row in rows)
            _rows.Add(row with { Type = Shared(row.Type)!, State = Shared(row.State), ConversationId = Shared(row.ConversationId) });
        CopiedAt = askedAt;
    }

    /// <summary>The simulator died: what it made since the last copy is known to nobody.</summary>
    public void Lost(DateTimeOffset diedAt)
    {
        _lost.Add((CopiedAt, diedAt));
        _settled = _rows.Count;
    }

    /// <summary>Whether an event that is in no row may have been made by a simulator that was killed before its ledger was copied.</summary>
    public bool MayHaveLost(DateTimeOffset timestamp) =>
        _lost.Exists(span => timestamp >= span.From - DemoDefaults.InFlight && timestamp <= span.To + DemoDefaults.InFlight);

    /// <summary>One copy of each conversation's id, however many events it has.</summary>
    private string? Shared(string? text)
    {
        if (text is null)
            return null;
        if (_shared.TryGetValue(text, out var shared))
            return shared;
        _shared.Add(text, text);
        return text;
    }
}
