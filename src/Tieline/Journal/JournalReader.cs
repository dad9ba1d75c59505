using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Tieline.Events;
using Tieline.Sequencing;
using Tieline.Storage;

namespace Tieline.Journal;

/// <summary>Reads what is durable, over a connection of its own. Not for several threads at once; make one for each who reads.</summary>
internal sealed class JournalReader(string path) : IDisposable
{
    private readonly SqliteConnection _connection = Database.OpenForReading(path, JournalSchema.Migrations.Count);
    private readonly Dictionary<string, SqliteCommand> _commands = new(StringComparer.Ordinal);

    public JournalCounters ReadCounters()
    {
        using var row = Query("SELECT epoch, sequence, occurred_at, next_position, next_fact, next_gap FROM mark");
        row.Read();
        return new JournalCounters(new Mark(row.GetInt64(0), Long(row, 1), Time(row, 2)), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5));
    }

    /// <summary>Every gap that is not filled, oldest first.</summary>
    public IReadOnlyList<Gap> ReadOpenGaps()
    {
        var gaps = new List<Gap>();
        using var row = Query("SELECT number, epoch, first_sequence, last_sequence, missing, reason, from_time, to_time, seen_at, confirmed_at FROM gap WHERE state <> 'filled' ORDER BY number");
        while (row.Read())
        {
            var missing = row.GetString(4).Split(',', StringSplitOptions.RemoveEmptyEntries).Select(SequenceRange.Parse);
            var gap = new Gap(
                row.GetInt64(0), row.GetInt64(1), Enum.Parse<GapReason>(row.GetString(5), ignoreCase: true), missing, Time(row, 6), Time(row, 7), Time(row, 8)!.Value, Long(row, 2), Long(row, 3));
            if (Time(row, 9) is { } confirmedAt)
                gap.Confirm(confirmedAt);
            gaps.Add(gap);
        }

        return gaps;
    }

    /// <summary>The newest ids, oldest of them first: held ones, which are newest, last.</summary>
    public IReadOnlyList<EventId> ReadRecentIds(int limit)
    {
        var ids = new List<EventId>();
        using (var row = Query("SELECT id FROM event ORDER BY position DESC LIMIT $0", limit))
        {
            while (row.Read())
                ids.Add(EventId.Read(row.GetFieldValue<byte[]>(0)));
        }

        ids.Reverse();
        using var held = Query("SELECT id FROM held ORDER BY arrival");
        while (held.Read())
            ids.Add(EventId.Read(held.GetFieldValue<byte[]>(0)));
        return ids;
    }

    /// <summary>Everything of this destination up to here is settled.</summary>
    public JournalPosition ReadSettledThrough(DestinationNumber destination) =>
        new((long)Command("SELECT position FROM destination WHERE number = $0", destination.Value).ExecuteScalar()!);

    /// <summary>The destinations that the journal knows, by name.</summary>
    public IReadOnlyDictionary<string, DestinationNumber> ReadDestinations()
    {
        var known = new Dictionary<string, DestinationNumber>(StringComparer.Ordinal);
        using var row = Query("SELECT number, name FROM destination");
        while (row.Read())
            known[row.GetString(1)] = new DestinationNumber(row.GetInt64(0));
        return known;
    }

    /// <summary>The next entries that this destination has not settled, in order.</summary>
    public IReadOnlyList<JournalEntry> ReadEntries(DestinationNumber destination, JournalPosition after, int limit)
    {
        var entries = new List<JournalEntry>();
        using var row = Query(
            """
            SELECT e.position, e.id, e.conversation, e.type, e.state, e.occurred_at, e.participants, e.origin, e.received_at, r.attempts, r.waited_ms
            FROM event e LEFT JOIN retry r ON r.destination = $0 AND r.position = e.position
            WHERE e.position > $1 AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.destination = $0 AND d.position = e.position)
            ORDER BY e.position LIMIT $2
            """,
            destination.Value, after.Value, limit);
        while (row.Read())
        {
            entries.Add(new JournalEntry(
                new JournalPosition(row.GetInt64(0)), EventId.Read(row.GetFieldValue<byte[]>(1)), row.GetString(2), row.GetString(3), row.IsDBNull(4) ? null : row.GetString(4), Time(row, 5)!.Value,
                Encoding.UTF8.GetBytes(row.GetString(6)), (EventOrigin)row.GetInt64(7), Time(row, 8)!.Value, row.IsDBNull(9) ? 0 : row.GetInt32(9),
                TimeSpan.FromMilliseconds(row.IsDBNull(10) ? 0 : row.GetInt64(10))));
        }

        return entries;
    }

    /// <inheritdoc cref="IFactSource.ReadFacts"/>
    public IReadOnlyList<AuditFact> ReadFacts(long after, int limit)
    {
        var facts = new List<AuditFact>();
        using var row = Query(
            "SELECT number, count, kind, at, first_position, positions, destination, detail FROM fact WHERE number >= coalesce((SELECT max(number) FROM fact WHERE number <= $0), 0) ORDER BY number",
            after + 1);
        while (facts.Count < limit && row.Read())
        {
            var fact = new FactRow(
                row.GetInt64(0), row.GetInt64(1), row.GetString(2), Time(row, 3)!.Value, Long(row, 4), row.IsDBNull(5) ? null : row.GetFieldValue<byte[]>(5),
                row.IsDBNull(6) ? null : row.GetString(6), row.IsDBNull(7) ? null : row.GetString(7));
            Expand(fact, after, limit - facts.Count, facts);
        }

        return facts;
    }

    /// <inheritdoc cref="IFactSource.ReadHead"/>
    public AuditHead? ReadHead()
    {
        using var row = Query("SELECT fact, hash FROM audit_head");
        return row.Read() ? new AuditHead(row.GetInt64(0), row.GetString(1)) : null;
    }

    /// <summary>The last position below which nothing is needed any more: settled by each of these, and written to the audit log.</summary>
    /// <param name="destinations">Those in use: one that is no longer configured would keep everything for ever.</param>
    public JournalPosition ReadRemovable(IReadOnlyCollection<DestinationNumber> destinations)
    {
        if (destinations.Count == 0 || ReadHead() is not { } head)
            return JournalPosition.Start;
        var removable = destinations.Min(destination => ReadSettledThrough(destination).Value);
        // A row that the audit log has reached in its middle is still needed as a whole.
        using var row = Query(
            """
            SELECT first_position, positions FROM fact
            WHERE number >= coalesce((SELECT max(number) FROM fact WHERE number <= $0), 0) AND number + count - 1 > $0 AND kind IN ('accepted', 'delivered')
            """,
            head.Fact);
        while (row.Read())
            removable = Math.Min(removable, (Long(row, 0) ?? PositionList.Unpack(row.GetFieldValue<byte[]>(1))[0]) - 1);
        return new JournalPosition(removable);
    }

    /// <summary>The last position received before then, dead letters aside; <see cref="JournalPosition.Start"/> where there is none. Positions follow the time of receiving closely, not exactly: the first younger one ends the span.</summary>
    public JournalPosition ReadLastBefore(DateTimeOffset time, int scan)
    {
        using var row = Query(
            "SELECT position, received_at FROM event e WHERE NOT EXISTS (SELECT 1 FROM dead_letter d WHERE d.position = e.position) ORDER BY position LIMIT $0", scan);
        var last = JournalPosition.Start;
        while (row.Read() && row.GetInt64(1) < time.ToUnixTimeMilliseconds())
            last = new JournalPosition(row.GetInt64(0));
        return last;
    }

    /// <summary>Bytes in use: pages that hold something.</summary>
    public long ReadBytes() =>
        (Database.Scalar(_connection, "PRAGMA page_count") - Database.Scalar(_connection, "PRAGMA freelist_count")) * Database.Scalar(_connection, "PRAGMA page_size");

    /// <summary>Gaps that are confirmed and not filled.</summary>
    public long ReadOpenGapCount() => Database.Scalar(_connection, "SELECT count(*) FROM gap WHERE state = 'open'");

    /// <summary>Entries set aside and not decided on.</summary>
    public long ReadDeadLetterCount() => Database.Scalar(_connection, "SELECT count(*) FROM dead_letter");

    /// <summary>Entries this destination has settled, ever since retention last removed some.</summary>
    public long ReadSettledAbove(DestinationNumber destination, JournalPosition after) =>
        (long)Command("SELECT count(*) FROM delivery WHERE destination = $0 AND position > $1", destination.Value, after.Value).ExecuteScalar()!;

    public void Dispose()
    {
        foreach (var command in _commands.Values)
            command.Dispose();
        _connection.Dispose();
    }

    private void Expand(FactRow row, long after, int limit, List<AuditFact> facts)
    {
        var skip = Math.Max(0, after + 1 - row.Number);
        if (skip >= row.Count || limit <= 0)
            return;
        if (row.Positions is null && row.FirstPosition is null)
        {
            facts.Add(new AuditFact(row.Number, row.At, null, null, null, null, null, row.Kind, row.Destination, Parse(row.Detail)));
            return;
        }

        if (row.Positions is null)
        {
            var first = row.FirstPosition!.Value;
            Read(row, row.Number, first, Query(EventSql + "WHERE position >= $0 AND position < $1 ORDER BY position LIMIT $2", first + skip, first + row.Count, limit), facts);
            return;
        }

        var positions = PositionList.Unpack(row.Positions);
        if (positions.Count > 1 && positions[^1] - positions[0] < (long)positions.Count * DenseSpan)
        {
            ReadDense(row, positions, (int)skip, limit, facts);
            return;
        }

        for (var index = (int)skip; index < positions.Count && limit-- > 0; index++)
            Read(row, row.Number + index, positions[index], Query(EventSql + "WHERE position = $0", positions[index]), facts);
    }

    /// <summary>A list this dense is read as one range rather than one by one.</summary>
    private const int DenseSpan = 8;

    private void ReadDense(FactRow fact, IReadOnlyList<long> positions, int skip, int limit, List<AuditFact> facts)
    {
        var index = skip;
        using var row = Query(EventSql + "WHERE position BETWEEN $0 AND $1 ORDER BY position", positions[skip], positions[^1]);
        while (limit > 0 && row.Read())
        {
            var position = row.GetInt64(5);
            while (index < positions.Count && positions[index] < position)
                index++;
            if (index < positions.Count && positions[index] == position)
            {
                facts.Add(FactOf(fact, fact.Number + index, row));
                limit--;
            }
        }
    }

    private const string EventSql = "SELECT sequence, conversation, type, payload_hash, id, position FROM event ";

    /// <param name="number">The fact about the event at <paramref name="position"/>; those behind it follow, though retention may have taken some events.</param>
    private static void Read(FactRow fact, long number, long position, SqliteDataReader row, List<AuditFact> facts)
    {
        using (row)
        {
            while (row.Read())
                facts.Add(FactOf(fact, number + row.GetInt64(5) - position, row));
        }
    }

    private static AuditFact FactOf(FactRow fact, long number, SqliteDataReader row) => new(
        number, fact.At, Long(row, 0), row.GetString(1), row.GetString(2), unchecked((ulong)row.GetInt64(3)), EventId.Read(row.GetFieldValue<byte[]>(4)), fact.Kind, fact.Destination, Parse(fact.Detail));

    private static JsonObject? Parse(string? detail) => detail is null ? null : JsonNode.Parse(detail)!.AsObject();

    private SqliteDataReader Query(string sql, params ReadOnlySpan<object> values) => Command(sql, values).ExecuteReader();

    private SqliteCommand Command(string sql, params ReadOnlySpan<object> values)
    {
        if (!_commands.TryGetValue(sql, out var command))
        {
            command = _connection.CreateCommand();
#pragma warning disable CA2100 // only ever called with text of our own
            command.CommandText = sql;
#pragma warning restore CA2100
            for (var index = 0; index < values.Length; index++)
                command.Parameters.Add(new SqliteParameter { ParameterName = $"${index}" });
            _commands.Add(sql, command);
        }

        for (var index = 0; index < values.Length; index++)
            command.Parameters[index].Value = values[index];
        return command;
    }

    private static long? Long(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    private static DateTimeOffset? Time(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(column));

    private sealed record FactRow(long Number, long Count, string Kind, DateTimeOffset At, long? FirstPosition, byte[]? Positions, string? Destination, string? Detail);
}
