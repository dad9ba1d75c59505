using Tieline.Journal;

namespace Tieline.Pipeline;

/// <summary>Adds up what a reconciliation finds. Bounded: of the findings the first are kept. Not for several threads at once.</summary>
internal sealed class ReconcileTally(IEnumerable<string> destinations)
{
    /// <summary>So many findings are listed one by one: more than a person reads.</summary>
    public const int MaxFindings = 1_000;

    private readonly Fates _all = new();
    private readonly List<(string Name, Fates Fates)> _destinations = [.. destinations.Select(name => (name, new Fates()))];
    private readonly List<ReconcileFinding> _findings = [];
    private long _leftOut;

    public long Conversations { get; set; }

    public long Expected { get; set; }

    public long Repaired { get; set; }

    public long Extra { get; set; }

    public long Conflicting { get; set; }

    public long BeforeStart { get; set; }

    public long Unreadable { get; set; }

    public IReadOnlyList<ReconcileFinding> Findings => _findings;

    public long FindingsLeftOut => _leftOut;

    public ReconcileFigures Figures => _all.Figures with
    {
        Conversations = Conversations,
        Expected = Expected,
        Repaired = Repaired,
        Extra = Extra,
        Conflicting = Conflicting,
        BeforeStart = BeforeStart,
        Unreadable = Unreadable,
    };

    public IReadOnlyList<(string Name, ReconcileFigures Figures)> Destinations => [.. _destinations.Select(one => (one.Name, one.Fates.Figures))];

    /// <summary>What became of one expected event, as a whole.</summary>
    public void Count(EntryFate fate) => _all.Count(fate);

    /// <summary>What became of it at one destination.</summary>
    public void Count(string destination, EntryFate fate) => _destinations.Find(one => one.Name == destination).Fates?.Count(fate);

    /// <summary>The same became of it as a whole and at each.</summary>
    public void CountEverywhere(EntryFate fate)
    {
        _all.Count(fate);
        _destinations.ForEach(one => one.Fates.Count(fate));
    }

    public ReconcileFinding Add(ReconcileFinding finding)
    {
        if (_findings.Count < MaxFindings)
            _findings.Add(finding);
        else
            _leftOut++;
        return finding;
    }

    private sealed class Fates
    {
        private readonly long[] _counts = new long[Enum.GetValues<EntryFate>().Length];

        public ReconcileFigures Figures => new()
        {
            Delivered = _counts[(int)EntryFate.Delivered],
            Waiting = _counts[(int)EntryFate.Waiting],
            DeadLettered = _counts[(int)EntryFate.DeadLettered],
            Missing = _counts[(int)EntryFate.Missing],
            Expired = _counts[(int)EntryFate.Expired],
            NotDue = _counts[(int)EntryFate.NotDue],
        };

        public void Count(EntryFate fate) => _counts[(int)fate]++;
    }
}
