using Microsoft.Data.Sqlite;
using Tieline.Events;

namespace Tieline.Journal;

/// <summary>What is set aside, and what waits behind it.</summary>
internal sealed partial class JournalReader
{
    private const string DeadLetterFrom = "FROM dead_letter d JOIN event e ON e.position = d.position JOIN destination n ON n.number = d.destination";

    private const string DeadLetterWhere = """
        ($0 IS NULL OR n.name = $0) AND ($1 IS NULL OR d.cause = $1) AND ($2 IS NULL OR d.status = $2) AND ($3 IS NULL OR d.at >= $3) AND ($4 IS NULL OR d.at < $4)
            AND ($5 IS NULL OR d.conversation = $5) AND ($6 IS NULL OR EXISTS (SELECT 1 FROM event i WHERE i.position = d.position AND i.id = $6)) AND ($7 IS NULL OR d.position = $7)
        """;

    private const string DeadLetterColumns = "n.name, d.position, e.id, e.conversation, e.type, e.state, e.occurred_at, d.status, d.reason, d.attempts, d.at, d.cause, d.cause_text, d.destination";

    /// <summary>Dead letters behind a place, in order.</summary>
    public IReadOnlyList<(DeadLetter Letter, DeadLetterCursor Cursor)> ReadDeadLetters(DeadLetterQuery query, DeadLetterCursor after, int limit)
    {
        var letters = new List<(DeadLetter, DeadLetterCursor)>();
        using var row = Query(
            $"SELECT {DeadLetterColumns} {DeadLetterFrom} WHERE (d.position > $8 OR (d.position = $8 AND d.destination > $9)) AND {DeadLetterWhere} ORDER BY d.position, d.destination LIMIT $10",
            [.. Values(query), after.Position.Value, after.Destination.Value, limit]);
        while (row.Read())
        {
            var letter = new DeadLetter(
                row.GetString(0), new JournalPosition(row.GetInt64(1)), Id(row, 2), row.GetString(3), row.GetString(4), row.IsDBNull(5) ? null : row.GetString(5),
                Time(row, 6)!.Value, IntOrNull(row, 7), row.GetString(8), Int(row, 9), Time(row, 10)!.Value, CauseOf(row, 11));
            letters.Add((letter, new DeadLetterCursor(letter.Position, new DestinationNumber(row.GetInt64(13)))));
        }

        return letters;
    }

    /// <summary>Dead letters by their causes, the biggest group first.</summary>
    public IReadOnlyList<DeadLetterGroup> ReadDeadLetterGroups(DeadLetterQuery query)
    {
        var groups = new List<DeadLetterGroup>();
        // The event of the oldest only: with one look-up a letter, thousands would have to be read from all over the journal.
        using var row = Query(
            $"""
            SELECT n.name, d.status, g.count, g.first, g.last, e.id, d.position, d.cause, d.cause_text
            FROM (SELECT d.destination, count(*) AS count, min(d.at) AS first, max(d.at) AS last, min(d.position) AS oldest FROM dead_letter d JOIN destination n ON n.number = d.destination WHERE {DeadLetterWhere} GROUP BY d.destination, d.cause) g
            JOIN dead_letter d ON d.destination = g.destination AND d.position = g.oldest JOIN event e ON e.position = d.position JOIN destination n ON n.number = d.destination
            ORDER BY g.count DESC, d.position
            """,
            Values(query));
        while (row.Read())
        {
            groups.Add(new DeadLetterGroup(
                row.GetString(0), CauseOf(row, 7), IntOrNull(row, 1), row.GetInt64(2), Time(row, 3)!.Value, Time(row, 4)!.Value, Id(row, 5),
                new JournalPosition(row.GetInt64(6))));
        }

        return groups;
    }

    /// <summary>Failed attempts that are kept of an entry, in order.</summary>
    public IReadOnlyList<AttemptRecord> ReadAttempts(DestinationNumber destination, JournalPosition position)
    {
        var attempts = new List<AttemptRecord>();
        using var row = Query("SELECT number, at, outcome, status, duration_ms, answer FROM attempt WHERE destination = $0 AND position = $1 ORDER BY number", destination.Value, position.Value);
        while (row.Read())
        {
            attempts.Add(new AttemptRecord(
                Int(row, 0), Time(row, 1)!.Value, row.GetString(2), IntOrNull(row, 3), TimeSpan.FromMilliseconds(Math.Clamp(row.GetInt64(4), 0, MaxWaited)), row.IsDBNull(5) ? null : row.GetString(5)));
        }

        return attempts;
    }

    /// <summary>What stands at a position; null where nothing does.</summary>
    public JournalEntry? ReadEntry(JournalPosition position)
    {
        using var row = Query($"SELECT {EventColumns}, NULL, NULL FROM event e WHERE e.position = $0", position.Value);
        return row.Read() ? EntryOf(row) : null;
    }

    /// <summary>By destination and class of status (<c>4xx</c>, <c>5xx</c>, <c>none</c>), how many are set aside.</summary>
    public IReadOnlyList<(string Destination, string StatusClass, long Count)> ReadDeadLetterCounts()
    {
        var counts = new List<(string, string, long)>();
        using var row = Query(
            "SELECT n.name, iif(d.status IS NULL, 'none', (d.status / 100) || 'xx'), count(*) FROM dead_letter d JOIN destination n ON n.number = d.destination GROUP BY 1, 2");
        while (row.Read())
            counts.Add((row.GetString(0), row.GetString(1), row.GetInt64(2)));
        return counts;
    }

    /// <summary>By destination, how many events wait behind a dead letter of their conversation, or go out again.</summary>
    public IReadOnlyList<(string Destination, long Count)> ReadWaitingCounts()
    {
        var counts = new List<(string, long)>();
        using var row = Query("SELECT n.name, count(*) FROM waiting w JOIN destination n ON n.number = w.destination GROUP BY 1");
        while (row.Read())
            counts.Add((row.GetString(0), row.GetInt64(1)));
        return counts;
    }

    /// <summary>How many wait at a destination and are behind no dead letter: they are on their way.</summary>
    public long ReadReleasedCount(DestinationNumber destination) => (long)Command(
        "SELECT count(*) FROM waiting w WHERE w.destination = $0 AND NOT EXISTS (SELECT 1 FROM dead_letter d WHERE d.destination = $0 AND d.conversation = w.conversation AND d.position < w.position)",
        destination.Value).ExecuteScalar()!;

    /// <summary>How many of a conversation wait behind this place.</summary>
    public long ReadWaitingBehind(DestinationNumber destination, string conversation, JournalPosition position) => (long)Command(
        "SELECT count(*) FROM waiting WHERE destination = $0 AND conversation = $1 AND position > $2", destination.Value, conversation, position.Value).ExecuteScalar()!;

    /// <inheritdoc cref="IJournal.ReadWaitingConversations"/>
    public IReadOnlyList<string> ReadWaitingConversations(DestinationNumber destination, bool past)
    {
        var conversations = new List<string>();
        using var row = Query("SELECT conversation FROM waiting WHERE destination = $0 UNION SELECT conversation FROM dead_letter WHERE destination = $0 AND NOT $1", destination.Value, past ? 1L : 0L);
        while (row.Read())
            conversations.Add(row.GetString(0));
        return conversations;
    }

    /// <inheritdoc cref="IJournal.ReadWaiting"/>
    public IReadOnlyList<JournalEntry> ReadWaiting(DestinationNumber destination, string conversation, bool past, int limit)
    {
        var entries = new List<JournalEntry>();
        using var row = Query(
            $"""
            SELECT {EntryColumns}
            FROM waiting w JOIN event e ON e.position = w.position LEFT JOIN retry r ON r.destination = $0 AND r.position = e.position
            WHERE w.destination = $0 AND w.conversation = $1
                AND ($2 OR w.position < coalesce((SELECT min(position) FROM dead_letter WHERE destination = $0 AND conversation = $1), 9223372036854775807))
            ORDER BY w.position LIMIT $3
            """,
            destination.Value, conversation, past ? 1L : 0L, limit);
        while (row.Read())
        {
            // Whoever asked goes by the conversation that waits: an entry that says it is of another must not be taken for that one's.
            var entry = EntryOf(row);
            entries.Add(entry with { HasWaited = true, ConversationId = conversation, Damage = entry.Damage ?? (entry.ConversationId == conversation ? null : StoredEvent.IsOfAnother) });
        }

        return entries;
    }

    /// <inheritdoc cref="IJournal.IsWaitedFor"/>
    public bool IsWaitedFor(DestinationNumber destination, string conversation, bool past)
    {
        using var row = Query(
            "SELECT 1 WHERE EXISTS (SELECT 1 FROM waiting WHERE destination = $0 AND conversation = $1) OR (NOT $2 AND EXISTS (SELECT 1 FROM dead_letter WHERE destination = $0 AND conversation = $1))",
            destination.Value, conversation, past ? 1L : 0L);
        return row.Read();
    }

    /// <summary>What a destination has accepted of what was received in a span, behind a place, in order.</summary>
    public IReadOnlyList<JournalPosition> ReadDelivered(DestinationNumber destination, DateTimeOffset from, DateTimeOffset to, JournalPosition after, JournalPosition through, int limit)
    {
        var positions = new List<JournalPosition>();
        using var row = Query(
            """
            SELECT e.position FROM event e JOIN delivery d ON d.destination = $0 AND d.position = e.position
            WHERE e.position > $3 AND e.position <= $4 AND e.received_at >= $1 AND e.received_at < $2 AND d.outcome = 'delivered' ORDER BY e.position LIMIT $5
            """,
            destination.Value, from.ToUnixTimeMilliseconds(), to.ToUnixTimeMilliseconds(), after.Value, through.Value, limit);
        while (row.Read())
            positions.Add(new JournalPosition(row.GetInt64(0)));
        return positions;
    }

    private static object[] Values(DeadLetterQuery query)
    {
        byte[]? id = null;
        if (query.Id is { } given)
        {
            id = new byte[EventId.Size];
            given.Write(id);
        }

        return [.. ((object?[])
            [query.Destination, query.Cause, query.Status, query.From?.ToUnixTimeMilliseconds(), query.To?.ToUnixTimeMilliseconds(), query.Conversation, id, query.Position?.Value]).Select(value => value ?? DBNull.Value)];
    }

    private static DeadLetterCause CauseOf(SqliteDataReader row, int column) => row.IsDBNull(column) ? new("", "") : new(row.GetString(column), Text(row, column + 1));
}
