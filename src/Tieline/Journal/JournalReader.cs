using System.Text;
using Microsoft.Data.Sqlite;
using Tieline.Backfill;
using Tieline.Diagnostics;
using Tieline.Events;
using Tieline.Sequencing;
using Tieline.Storage;

namespace Tieline.Journal;

/// <summary>Reads what is durable, over a connection of its own. Not for several threads at once; make one for each who reads.</summary>
internal sealed partial class JournalReader(string path) : IDisposable
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
        using var row = Query("SELECT number, epoch, first_sequence, last_sequence, missing, reason, from_time, to_time, seen_at, confirmed_at, state, problem FROM gap WHERE state <> 'filled' ORDER BY number");
        while (row.Read())
        {
            var missing = SequenceRange.TryParseList(row.GetString(4), out var ranges) ? ranges : [];
            var gap = new Gap(
                row.GetInt64(0), row.GetInt64(1), GapReasonNames.Parse(row.GetString(5)), missing, Time(row, 6), Time(row, 7), Time(row, 8)!.Value, Long(row, 2), Long(row, 3));
            if (Time(row, 9) is { } confirmedAt)
                gap.Confirm(confirmedAt);
            gap.IsAnswered = row.GetString(10) switch
            {
                "seen" or "open" => false,
                "filling" => row.IsDBNull(11), // half an answer is none
                _ => true,
            };
            gaps.Add(gap);
        }

        return gaps;
    }

    /// <summary>Gaps that are being filled or will be, oldest first.</summary>
    public IReadOnlyList<GapFill> ReadFills() => ReadFills("state IN ('open', 'filling')");

    /// <summary>Gaps that touch a span of time, closed ones too, oldest first.</summary>
    public IReadOnlyList<GapFill> ReadFills(DateTimeOffset from, DateTimeOffset to) => ReadFills(
        "state <> 'seen' AND coalesce(from_time, to_time) < $1 AND coalesce(to_time, from_time) >= $0", from.ToUnixTimeMilliseconds(), to.ToUnixTimeMilliseconds());

    /// <summary>All gaps, closed ones too, oldest first.</summary>
    public IReadOnlyList<GapFill> ReadAllFills() => ReadFills("state <> 'seen'");

    /// <summary>Gaps behind one, closed ones too, in order.</summary>
    public IReadOnlyList<GapFill> ReadFillsBehind(long number, int limit) => ReadFills("state <> 'seen' AND number > $0 AND number <= coalesce((SELECT number FROM gap WHERE state <> 'seen' AND number > $0 ORDER BY number LIMIT 1 OFFSET $1), 9223372036854775807)", number, (long)limit - 1);

    /// <summary>One gap; null where there is none, or it may still mend itself.</summary>
    public GapFill? ReadFill(long number) => ReadFills("state <> 'seen' AND number = $0", number) is [var fill] ? fill : null;

    /// <summary>A hundred years: more is nonsense.</summary>
    private const long MaxServiceMs = 100L * 366 * 86_400_000;

    private List<GapFill> ReadFills(string where, params ReadOnlySpan<object> values)
    {
        var fills = new List<GapFill>();
        using var row = Query(
            $"SELECT number, reason, from_time, to_time, max(seen_at, confirmed_at), state, asks, iif(state = 'open', coalesce(next_ask_at, seen_at), next_ask_at), recovered, known, problem, filled_at, first_sequence, in_service_ms, not_asked FROM gap WHERE {where} ORDER BY number", values);
        while (row.Read())
        {
            fills.Add(new GapFill(
                row.GetInt64(0), GapReasonNames.Parse(row.GetString(1)), Time(row, 2), Time(row, 3), Time(row, 4)!.Value, GapStateNames.Parse(row.GetString(5)), Int(row, 6),
                Time(row, 7), row.GetInt64(8), row.GetInt64(9), row.IsDBNull(10) ? null : row.GetString(10), Time(row, 11))
            {
                HasNumbers = !row.IsDBNull(12),
                InService = TimeSpan.FromMilliseconds(Math.Clamp(row.GetInt64(13), 0, MaxServiceMs)),
                NotAsked = row.IsDBNull(14) ? null : row.GetString(14),
            });
        }

        return fills;
    }

    /// <summary>By reason and state, how many gaps there are.</summary>
    public IReadOnlyList<(string Reason, string State, long Count)> ReadGapCounts()
    {
        var counts = new List<(string, string, long)>();
        using var row = Query("SELECT reason, state, count(*) FROM gap WHERE state <> 'seen' GROUP BY reason, state");
        while (row.Read())
            counts.Add((row.GetString(0), row.GetString(1), row.GetInt64(2)));
        return counts;
    }

    /// <summary>The time of the first event there ever was: nothing from before it is fetched. Null before it.</summary>
    public DateTimeOffset? ReadSince()
    {
        using var row = Query("SELECT since FROM mark");
        return row.Read() ? Time(row, 0) : null;
    }

    /// <summary>Conversations that are known from snapshots, those heard of last first.</summary>
    public IReadOnlyList<string> ReadConversationIds()
    {
        var ids = new List<string>();
        using var row = Query("SELECT id FROM conversation ORDER BY ask_at DESC");
        while (row.Read())
            ids.Add(row.GetString(0));
        return ids;
    }

    /// <returns>As it was saved; null where it is not known.</returns>
    public byte[]? ReadConversation(string id)
    {
        using var row = Query("SELECT state FROM conversation WHERE id = $0", id);
        return row.Read() ? row.GetFieldValue<byte[]>(0) : null;
    }

    /// <summary>Conversations of which nothing has been heard for too long, the longest first.</summary>
    public IReadOnlyList<SilentConversation> ReadSilent(DateTimeOffset now, int limit)
    {
        var silent = new List<SilentConversation>();
        using var row = Query("SELECT id, refusals FROM conversation WHERE ask_at <= $0 ORDER BY ask_at LIMIT $1", now.ToUnixTimeMilliseconds(), limit);
        while (row.Read())
            silent.Add(new SilentConversation(row.GetString(0), (int)Math.Clamp(row.GetInt64(1), 0, int.MaxValue)));
        return silent;
    }

    /// <summary>Whether a conversation is to be asked about only after that.</summary>
    public bool HasSilentAfter(DateTimeOffset time)
    {
        using var row = Query("SELECT 1 FROM conversation WHERE ask_at > $0 LIMIT 1", time.ToUnixTimeMilliseconds());
        return row.Read();
    }

    /// <summary>Conversations of which something came out of its turn: live events of theirs are looked up. The newest of them first.</summary>
    public IReadOnlyList<string> ReadRecovered(int limit)
    {
        var conversations = new List<string>();
        using (var held = Query("SELECT conversation FROM held WHERE origin <> 0 ORDER BY arrival DESC LIMIT $0", limit))
        {
            while (held.Read())
                conversations.Add(held.GetString(0));
        }

        using var row = Query("SELECT conversation FROM event INDEXED BY event_recovered WHERE origin <> 0 ORDER BY position DESC LIMIT $0", limit - conversations.Count);
        while (row.Read())
            conversations.Add(row.GetString(0));
        return conversations;
    }

    /// <summary>The newest ids, oldest of them first: held ones, which are newest, last.</summary>
    public IReadOnlyList<EventId> ReadRecentIds(int limit)
    {
        var ids = new List<EventId>();
        using (var row = Query("SELECT id FROM event ORDER BY position DESC LIMIT $0", limit))
        {
            while (row.Read())
                ids.Add(Id(row, 0));
        }

        ids.Reverse();
        using var held = Query("SELECT id FROM held ORDER BY arrival");
        while (held.Read())
            ids.Add(Id(held, 0));
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

    /// <inheritdoc cref="IJournal.ReadHeldUntil"/>
    public DateTimeOffset? ReadHeldUntil(DestinationNumber destination)
    {
        using var row = Query("SELECT held_until FROM destination WHERE number = $0", destination.Value);
        return row.Read() ? Time(row, 0) : null;
    }

    /// <summary>The destinations that somebody has paused.</summary>
    public IReadOnlyDictionary<DestinationNumber, DestinationPause> ReadPauses()
    {
        var pauses = new Dictionary<DestinationNumber, DestinationPause>();
        using var row = Query("SELECT number, paused_at, paused_by, pause_reason FROM destination WHERE paused_at IS NOT NULL");
        while (row.Read())
            pauses[new DestinationNumber(row.GetInt64(0))] = new DestinationPause(Time(row, 1)!.Value, Text(row, 2), Text(row, 3));
        return pauses;
    }

    /// <summary>The next entries that this destination has not settled, in order.</summary>
    public IReadOnlyList<JournalEntry> ReadEntries(DestinationNumber destination, JournalPosition after, int limit)
    {
        var entries = new List<JournalEntry>();
        using var row = Query(
            $"""
            SELECT {EntryColumns}
            FROM event e LEFT JOIN retry r ON r.destination = $0 AND r.position = e.position
            WHERE e.position > $1 AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.destination = $0 AND d.position = e.position)
            ORDER BY e.position LIMIT $2
            """,
            destination.Value, after.Value, limit);
        while (row.Read())
        {
            // A damaged page may lead to one that was read already; who goes by positions must not be led round in circles.
            if (EntryOf(row) is var entry && entry.Position > after)
                entries.Add(entry);
            after = entries.Count > 0 ? entries[^1].Position : after;
        }

        return entries;
    }

    /// <inheritdoc cref="IFactSource.ReadHead"/>
    public AuditHead? ReadHead()
    {
        using var row = Query("SELECT fact, hash, checkpoint, checkpoint_hash, checkpoint_key FROM audit_head");
        if (!row.Read())
            return null;
        var checkpoint = row.IsDBNull(2) || row.IsDBNull(3) || row.IsDBNull(4) ? null : new AuditCheckpoint(row.GetInt64(2), row.GetString(3), row.GetString(4));
        return new AuditHead(row.GetInt64(0), row.GetString(1), checkpoint);
    }

    /// <summary>Below which nothing is needed any more: settled by each of these, and written to the audit log. As of now; the writer asks again what may have changed when it removes.</summary>
    /// <param name="destinations">Those in use; one that is no longer configured keeps what it has not been delivered, until that is discarded.</param>
    public Removable ReadRemovable(IReadOnlyCollection<DestinationNumber> destinations)
    {
        if (destinations.Count == 0 || ReadHead() is not { } head)
            return default;
        using var snapshot = Snapshot();
        var seen = ReadCounters().NextFact - 1;
        var removable = Math.Min(destinations.Min(destination => ReadSettledThrough(destination).Value), ReadBacklogStart());
        // A row that the audit log has reached in its middle is still needed as a whole.
        using var row = Query(
            """
            SELECT first_position, positions FROM fact
            WHERE number >= coalesce((SELECT max(number) FROM fact WHERE number <= $0), 0) AND number + count - 1 > $0 AND (first_position IS NOT NULL OR positions IS NOT NULL)
            """,
            head.Fact);
        while (row.Read())
            removable = Math.Min(removable, LowestOf(row) - 1);
        return new Removable(new JournalPosition(removable), seen);
    }

    /// <summary>The lowest position that a fact names. One that is broken names none: its line will say so.</summary>
    /// <param name="row"><c>first_position</c> and <c>positions</c>.</param>
    public static long LowestOf(SqliteDataReader row) =>
        Long(row, 0) ?? (PositionList.TryFirst(row.GetFieldValue<byte[]>(1), out var first) ? first : long.MaxValue);

    /// <summary>What tells this journal, and its copies, from any other; null where it has lost that.</summary>
    public string? ReadId()
    {
        using var row = Query("SELECT id FROM journal");
        return row.Read() && row.GetString(0) is { Length: 32 } id && id.All(char.IsAsciiHexDigitLower) ? id : null;
    }

    /// <summary>The fingerprint of the key that identities were hashed under; null before the first.</summary>
    public string? ReadIdentityKey()
    {
        using var row = Query("SELECT identity_key FROM journal");
        return row.Read() && !row.IsDBNull(0) ? row.GetString(0) : null;
    }

    /// <summary>The last position received before then, dead letters aside; <see cref="JournalPosition.Start"/> where there is none. Positions follow the time of receiving closely, not exactly: the first younger one ends the span.</summary>
    /// <param name="now">What was received later than now was received by a clock that was ahead: it is as old as what stands beside it.</param>
    public JournalPosition ReadLastBefore(DateTimeOffset time, int scan, DateTimeOffset now)
    {
        using var row = Query(
            $"SELECT position, received_at FROM event e WHERE {JournalStatements.Free} AND received_at <= $1 ORDER BY position LIMIT $0", scan, now.ToUnixTimeMilliseconds());
        var last = JournalPosition.Start;
        while (row.Read() && row.GetInt64(1) < time.ToUnixTimeMilliseconds())
            last = new JournalPosition(row.GetInt64(0));
        return last;
    }

    /// <summary>What has waited longest for a hole before it; null where nothing does.</summary>
    public long? ReadFirstHeld()
    {
        using var row = Query("SELECT arrival FROM held ORDER BY arrival LIMIT 1");
        return row.Read() ? row.GetInt64(0) : null;
    }

    /// <summary>Bytes in use: pages that hold something.</summary>
    public long ReadBytes() =>
        (Database.Scalar(_connection, "PRAGMA page_count") - Database.Scalar(_connection, "PRAGMA freelist_count")) * Database.Scalar(_connection, "PRAGMA page_size");

    /// <summary>Moves what can be moved from the write-ahead log into the file; nobody waits for it.</summary>
    /// <returns>Pages that were moved; -1 where nothing is to be done.</returns>
    public long Checkpoint()
    {
        using var row = Query("PRAGMA wal_checkpoint(PASSIVE)");
        return row.Read() ? row.GetInt64(2) : -1;
    }

    /// <summary>Gaps that are confirmed and not closed.</summary>
    public long ReadOpenGapCount() => Database.Scalar(_connection, "SELECT count(*) FROM gap WHERE state IN ('open', 'filling') AND (reason <> 'start' OR problem IS NOT NULL)");

    /// <summary>Events that wait for a hole before them.</summary>
    public long ReadHeldCount() => Database.Scalar(_connection, "SELECT count(*) FROM held");

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

    private static DateTimeOffset? Time(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : EventTime.OfStored(row.GetInt64(column));

    /// <summary>The nearest number that there is room for.</summary>
    internal static int Int(SqliteDataReader row, int column) => (int)Math.Clamp(row.GetInt64(column), int.MinValue, int.MaxValue);

    private static int? IntOrNull(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : Int(row, column);

    private static EventId Id(SqliteDataReader row, int column) => new RawRow(row).Id(column);

    private static string Text(SqliteDataReader row, int column) => row.IsDBNull(column) ? "" : row.GetString(column);
}
