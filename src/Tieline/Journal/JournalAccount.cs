namespace Tieline.Journal;

/// <summary>Tells what the journal has of conversations and what became of it, without the writer's help. Not for several threads at once.</summary>
/// <remarks>The table of look-ups lacks the newest events (<see cref="ConversationIndex"/>): those are read once, and gone on with from page to page.</remarks>
/// <param name="destinations">Names of those that count; one that the journal does not know yet is owed nothing.</param>
internal sealed class JournalAccount(JournalReader reader, IReadOnlyCollection<string> destinations)
{
    /// <summary>With more than these in memory it is looked up anew what the table has by now.</summary>
    private const int MaxTail = 4 * ConversationIndex.Capacity;

    private readonly Dictionary<long, List<long>> _tail = [];
    private int _tailCount;
    private long _tailThrough = -1;
    private (long First, long Last) _days;
    private JournalPosition _removedThrough;

    /// <summary>As of <see cref="Open"/>.</summary>
    public IReadOnlyList<DestinationPlace> Destinations { get; private set; } = [];

    /// <summary>What was received up to then may have been removed by retention; null: nothing was.</summary>
    public DateTimeOffset? RemovedUntil { get; private set; }

    /// <summary>Opens the account as it is now; ask within one page, then dispose of it.</summary>
    public IDisposable Open()
    {
        var snapshot = reader.Snapshot();
        Destinations = [.. reader.ReadPlaces().Where(place => destinations.Contains(place.Name))];
        (_removedThrough, RemovedUntil) = reader.ReadRemoved();
        _days = reader.ReadLookUpDays();
        FollowTail();
        return snapshot;
    }

    /// <param name="since">Nothing of the conversation was accepted before then; null: unknown.</param>
    public IReadOnlyList<JournaledFact> Find(string conversation, DateTimeOffset? since)
    {
        var key = ConversationIndex.KeyOf(conversation);
        var positions = new SortedSet<long>();
        if (_tail.TryGetValue(key, out var newest))
            positions.UnionWith(newest);
        // A day to spare: two clocks.
        var first = since is { } time ? Math.Max(_days.First, ConversationIndex.DayOf(time.ToUnixTimeMilliseconds()) - 1) : _days.First;
        foreach (var day in reader.ReadLookUpDays(first))
            reader.ReadLookUps(day, key, positions);
        return reader.ReadFactsOf(conversation, positions);
    }

    public EntryFate FateOf(JournaledFact fact, DestinationPlace destination)
    {
        if (fact.Positions.Count == 0)
            return EntryFate.Waiting;
        var fates = fact.Positions.Select(position => FateAt(position, destination)).OfType<EntryFate>().ToList();
        // One copy that arrived is enough.
        foreach (var fate in (EntryFate[])[EntryFate.Delivered, EntryFate.Waiting, EntryFate.DeadLettered, EntryFate.Missing, EntryFate.Expired])
        {
            if (fates.Contains(fate))
                return fate;
        }

        return fates.Count > 0 ? EntryFate.NotDue : EntryFate.Expired;
    }

    /// <returns>Null for a copy that was made for another destination.</returns>
    private EntryFate? FateAt(JournalPosition position, DestinationPlace destination) => reader.ReadOutcome(destination.Number, position) switch
    {
        Outcomes.Delivered => EntryFate.Delivered,
        Outcomes.DeadLettered => EntryFate.DeadLettered,
        Outcomes.Skipped => null,
        Outcomes.Filtered => EntryFate.NotDue,
        Outcomes.Waiting => EntryFate.Waiting,
        Outcomes.Discarded => EntryFate.DeadLettered,
        _ when position <= destination.StartsAfter => EntryFate.NotDue,
        _ when position > destination.SettledThrough => EntryFate.Waiting,
        _ when position <= _removedThrough => EntryFate.Expired,
        _ => EntryFate.Missing,
    };

    private void FollowTail()
    {
        if (_tailThrough < 0 || _tailCount > MaxTail)
        {
            _tail.Clear();
            _tailCount = 0;
            _tailThrough = reader.ReadLookedUpThrough();
        }

        foreach (var (key, position, _, _) in reader.ReadSlots(_tailThrough))
        {
            if (!_tail.TryGetValue(key, out var positions))
                _tail[key] = positions = new List<long>(1);
            positions.Add(position);
            _tailCount++;
            _tailThrough = position;
        }
    }
}
