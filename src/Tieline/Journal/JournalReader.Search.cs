using Microsoft.Data.Sqlite;
using Tieline.Events;

namespace Tieline.Journal;

/// <summary>Finds events for people. Each call reads a bounded part of the journal, whatever its size, and tells how far it has come.</summary>
internal sealed partial class JournalReader
{
    /// <summary>Positions that one page looks through: some tens of milliseconds.</summary>
    public const int SearchedAtOnce = 50_000;

    /// <summary>Rows in a page, at most.</summary>
    public const int MaxFound = 200;

    /// <summary>Positions follow the time of receiving closely, not exactly.</summary>
    private static readonly TimeSpan _slack = TimeSpan.FromMinutes(1);

    private const string FoundColumns = "e.position, e.id, e.conversation, e.type, e.state, e.occurred_at, e.received_at, e.origin, e.media_type, e.queue_id, e.participants";

    private const string SearchWhere = """
        ($2 IS NULL OR e.id = $2) AND ($3 IS NULL OR e.type = $3) AND ($4 IS NULL OR e.state = $4) AND ($5 IS NULL OR e.queue_id = $5) AND ($6 IS NULL OR e.received_at >= $6) AND ($7 IS NULL OR e.received_at < $7)
            AND ($9 IS NULL OR CASE $9
                WHEN 1 THEN EXISTS (SELECT 1 FROM delivery d WHERE d.destination = $8 AND d.position = e.position AND d.outcome = 'delivered')
                WHEN 2 THEN EXISTS (SELECT 1 FROM dead_letter d WHERE d.destination = $8 AND d.position = e.position)
                ELSE e.position > (SELECT starts_after FROM destination WHERE number = $8) AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.destination = $8 AND d.position = e.position)
                    AND (e.position > (SELECT position FROM destination WHERE number = $8) OR EXISTS (SELECT 1 FROM waiting w WHERE w.position = e.position AND w.destination = $8)) END)
        """;

    /// <summary>Events that fit, newest first.</summary>
    /// <param name="before">Where the page before ended; null: from the newest.</param>
    public FoundEvents Search(EventSearch search, JournalPosition? before, int limit)
    {
        limit = Math.Min(limit, MaxFound);
        using var snapshot = Snapshot();
        if (search.Conversation is { } conversation)
            return SearchStory(conversation, search, before, limit);
        var (low, high) = Bounds(search, before);
        var found = new List<FoundEvent>();
        if (high < low)
            return new FoundEvents(found, null, null);
        var through = Math.Max(low, high - SearchedAtOnce + 1);
        using (var row = Query(
            $"SELECT {FoundColumns} FROM event e WHERE e.position BETWEEN $0 AND $1 AND {SearchWhere} ORDER BY e.position DESC LIMIT $10",
            [through, high, .. Values(search), limit]))
        {
            while (row.Read())
                found.Add(FoundOf(row));
        }

        if (found.Count == limit)
            return new FoundEvents(found, found[^1].Position.Value > low ? found[^1].Position : null, found[^1].ReceivedAt);
        return new FoundEvents(found, through > low ? new JournalPosition(through) : null, ReceivedAt(through));
    }

    private FoundEvents SearchStory(string conversation, EventSearch search, JournalPosition? before, int limit)
    {
        var found = ReadStory(conversation, int.MaxValue).Where(one => (before is null || one.Position < before) && search.Fits(one) && Stands(one, search)).OrderByDescending(one => one.Position).Take(limit + 1).ToList();
        return found.Count <= limit ? new FoundEvents(found, null, null) : new FoundEvents(found[..limit], found[limit - 1].Position, found[limit - 1].ReceivedAt);
    }

    private bool Stands(FoundEvent found, EventSearch search)
    {
        if (search is not { Status: { } status, Destination: { } destination })
            return true;
        var isDue = ReadPlaces().Any(place => place.Number == destination && found.Position > place.StartsAfter);
        return isDue && ReadOutcome(destination, found.Position) switch
        {
            Outcomes.Delivered => status == EventStatus.Delivered,
            Outcomes.DeadLettered => status == EventStatus.DeadLettered,
            null or Outcomes.Waiting => status == EventStatus.Waiting,
            _ => false,
        };
    }

    /// <summary>All that is kept of a conversation, by the time at which it happened.</summary>
    public IReadOnlyList<FoundEvent> ReadStory(string conversation, int limit)
    {
        var found = new Dictionary<long, FoundEvent>();
        var positions = new List<long>();
        foreach (var day in ReadLookUpDays(long.MinValue))
            ReadLookUps(day, ConversationIndex.KeyOf(conversation), positions);
        foreach (var position in positions)
        {
            using var row = Query($"SELECT {FoundColumns} FROM event e WHERE e.position = $0 AND e.conversation = $1", position, conversation);
            if (row.Read())
                found[position] = FoundOf(row);
        }

        // What is too new for the table of look-ups.
        using (var row = Query($"SELECT {FoundColumns} FROM event e WHERE e.position > $0 AND e.conversation = $1", ReadLookedUpThrough(), conversation))
        {
            while (row.Read())
                found[row.GetInt64(0)] = FoundOf(row);
        }

        return [.. found.Values.OrderBy(one => one.OccurredAt).ThenBy(one => one.Position).TakeLast(limit)];
    }

    /// <summary>From when a conversation's first event was received to when its last was settled, or decided on; null where none is kept.</summary>
    /// <returns>No end where something waits still.</returns>
    public (DateTimeOffset From, DateTimeOffset? To)? ReadStorySpan(string conversation)
    {
        using var snapshot = Snapshot();
        var story = ReadStory(conversation, int.MaxValue);
        if (story.Count == 0)
            return null;
        DateTimeOffset? to = story.Max(one => one.ReceivedAt);
        foreach (var place in ReadPlaces())
        {
            foreach (var one in story.Where(one => one.Position > place.StartsAfter))
            {
                var settled = ReadSettled(place.Number, one.Position);
                if (settled is null or { Outcome: Outcomes.Waiting })
                    to = null;
                else if (settled.At > to)
                    to = settled.At;
            }
        }

        return (story.Min(one => one.ReceivedAt), to);
    }

    /// <summary>What stands behind a position, oldest first: for who watches.</summary>
    public IReadOnlyList<FoundEvent> ReadNewest(JournalPosition after, int limit)
    {
        var found = new List<FoundEvent>();
        using var row = Query($"SELECT {FoundColumns} FROM event e WHERE e.position > $0 ORDER BY e.position DESC LIMIT $1", after.Value, limit);
        while (row.Read())
            found.Add(FoundOf(row));
        found.Reverse();
        return found;
    }

    /// <summary>One event; null where it is not kept any more.</summary>
    public FoundEvent? ReadFound(JournalPosition position)
    {
        using var row = Query($"SELECT {FoundColumns} FROM event e WHERE e.position = $0", position.Value);
        return row.Read() ? FoundOf(row) : null;
    }

    /// <summary>How a destination settled an entry; null where it has not.</summary>
    public SettledAs? ReadSettled(DestinationNumber destination, JournalPosition position)
    {
        using var row = Query("SELECT outcome, status, attempts, settled_at FROM delivery WHERE destination = $0 AND position = $1", destination.Value, position.Value);
        return row.Read() ? new SettledAs(row.GetString(0), IntOrNull(row, 1), Int(row, 2), Time(row, 3)!.Value) : null;
    }

    private (long Low, long High) Bounds(EventSearch search, JournalPosition? before)
    {
        using var row = Query("SELECT (SELECT min(position) FROM event), (SELECT max(position) FROM event)");
        if (!row.Read() || row.IsDBNull(0))
            return (1, 0);
        var (low, high) = (row.GetInt64(0), Math.Min(row.GetInt64(1), before?.Value - 1 ?? long.MaxValue));
        if (search.From is { } from)
            low = FirstReceived(from - _slack, low, high);
        if (search.To is { } to)
            high = Math.Min(high, FirstReceived(to + _slack, low, high));
        return (low, high);
    }

    /// <summary>By halves: some thirty look-ups in ten million.</summary>
    private long FirstReceived(DateTimeOffset time, long low, long high)
    {
        while (low < high)
        {
            var middle = low + (long)(unchecked((ulong)(high - low)) / 2); // whatever positions a damaged page holds
            if (ReceivedAt(middle) is { } at && at < time)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    /// <summary>Of the event there, or the next one.</summary>
    private DateTimeOffset? ReceivedAt(long position)
    {
        using var row = Query("SELECT received_at FROM event WHERE position >= $0 ORDER BY position LIMIT 1", position);
        return row.Read() ? Time(row, 0) : null;
    }

    private static object[] Values(EventSearch search)
    {
        byte[]? id = null;
        if (search.Id is { } given)
        {
            id = new byte[EventId.Size];
            given.Write(id);
        }

        return [.. ((object?[])
            [id, search.Type, search.State, search.Queue, search.From?.ToUnixTimeMilliseconds(), search.To?.ToUnixTimeMilliseconds(), search.Destination?.Value, (long?)search.Status]).Select(value => value ?? DBNull.Value)];
    }

    private static FoundEvent FoundOf(SqliteDataReader row) => new(
        new JournalPosition(row.GetInt64(0)), Id(row, 1), row.GetString(2), row.GetString(3), row.IsDBNull(4) ? null : row.GetString(4), Time(row, 5)!.Value, Time(row, 6)!.Value,
        (EventOrigin)row.GetInt64(7), row.IsDBNull(8) ? null : row.GetString(8), row.IsDBNull(9) ? null : row.GetString(9))
    {
        ParticipantsJson = row.GetString(10),
    };
}
