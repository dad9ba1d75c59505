using Microsoft.Data.Sqlite;
using Tieline.Events;
using Tieline.Sequencing;

namespace Tieline.Journal;

/// <summary>The writer's prepared statements: SQL in, nothing decided.</summary>
internal sealed class JournalStatements(SqliteConnection connection) : IDisposable
{
    private const string Columns = "id, epoch, sequence, conversation, type, state, occurred_at, media_type, queue_id, participants, origin, received_at, payload_hash";

    private readonly SqliteCommand _begin = Prepare(connection, "BEGIN IMMEDIATE");
    private readonly SqliteCommand _commit = Prepare(connection, "COMMIT");
    private readonly SqliteCommand _rollback = Prepare(connection, "ROLLBACK");
    private readonly SqliteCommand _append = Prepare(connection, $"INSERT INTO event(position, {Columns}) VALUES ($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)", 14);
    private readonly SqliteCommand _hold = Prepare(connection, $"INSERT INTO held({Columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)", 14, first: 1);
    private readonly SqliteCommand _countHeld = Prepare(connection, "SELECT count(*) FROM held WHERE epoch < $0 OR (epoch = $0 AND sequence <= $1)", 2);
    private readonly SqliteCommand _release = Prepare(
        connection,
        $"""
        INSERT INTO event(position, {Columns})
        SELECT $2 + row_number() OVER (ORDER BY epoch, occurred_at, sequence, arrival) - 1, {Columns} FROM held WHERE epoch < $0 OR (epoch = $0 AND sequence <= $1)
        """,
        3);

    private readonly SqliteCommand _clearHeld = Prepare(connection, "DELETE FROM held WHERE epoch < $0 OR (epoch = $0 AND sequence <= $1)", 2);
    private readonly SqliteCommand _mark = Prepare(connection, "UPDATE mark SET epoch = $0, sequence = $1, occurred_at = $2, next_position = $3, next_fact = $4, next_gap = $5", 6);
    private readonly SqliteCommand _gap = Prepare(
        connection,
        """
        INSERT INTO gap(number, epoch, first_sequence, last_sequence, missing, reason, state, from_time, to_time, seen_at, confirmed_at, filled_at)
        VALUES ($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        ON CONFLICT (number) DO UPDATE SET missing = excluded.missing, state = excluded.state, confirmed_at = excluded.confirmed_at, filled_at = excluded.filled_at
        """,
        12);

    private readonly SqliteCommand _forgetGap = Prepare(connection, "DELETE FROM gap WHERE number = $0", 1);
    private readonly SqliteCommand _deliver = Prepare(connection, "INSERT INTO delivery(destination, position, outcome, status, attempts, settled_at) VALUES ($0, $1, $2, $3, $4, $5) ON CONFLICT DO NOTHING", 6);
    private readonly SqliteCommand _settledThrough = Prepare(connection, "UPDATE destination SET position = $1 WHERE number = $0 AND position < $1", 2);
    private readonly SqliteCommand _retry = Prepare(
        connection, "INSERT INTO retry(destination, position, attempts, waited_ms) VALUES ($0, $1, $2, $3) ON CONFLICT DO UPDATE SET attempts = excluded.attempts, waited_ms = excluded.waited_ms", 4);

    private readonly SqliteCommand _forgetRetry = Prepare(connection, "DELETE FROM retry WHERE destination = $0 AND position = $1", 2);
    private readonly SqliteCommand _deadLetter = Prepare(connection, "INSERT INTO dead_letter(destination, position, status, reason, attempts, at) VALUES ($0, $1, $2, $3, $4, $5)", 6);
    private readonly SqliteCommand _fact = Prepare(connection, "INSERT INTO fact(number, count, kind, at, first_position, positions, destination, detail) VALUES ($0, $1, $2, $3, $4, $5, $6, $7)", 8);
    private readonly SqliteCommand _head = Prepare(connection, "INSERT INTO audit_head(one, fact, hash) VALUES (1, $0, $1) ON CONFLICT DO UPDATE SET fact = excluded.fact, hash = excluded.hash", 2);
    private readonly SqliteCommand _lastToRemove = Prepare(
        connection,
        "SELECT max(position) FROM (SELECT position FROM event e WHERE position <= $0 AND NOT EXISTS (SELECT 1 FROM dead_letter d WHERE d.position = e.position) ORDER BY position LIMIT $1)",
        2);

    private readonly SqliteCommand _removeEvents = Prepare(
        connection, "DELETE FROM event WHERE position <= $0 AND NOT EXISTS (SELECT 1 FROM dead_letter d WHERE d.position = event.position)", 1);

    private readonly SqliteCommand _removeDeliveries = Prepare(connection, "DELETE FROM delivery WHERE destination = $0 AND position <= $1 AND outcome = 'delivered'", 2);
    private readonly SqliteCommand _removeFacts = Prepare(connection, "DELETE FROM fact WHERE number + count - 1 <= (SELECT fact FROM audit_head) AND at < $0", 1);

    public void Begin() => _begin.ExecuteNonQuery();

    public void Commit() => _commit.ExecuteNonQuery();

    public void Rollback() => _rollback.ExecuteNonQuery();

    public void Append(JournalPosition position, ConversationEvent e, long epoch, string participants)
    {
        _append.Parameters[0].Value = position.Value;
        Bind(_append, 1, e, epoch, participants);
        _append.ExecuteNonQuery();
    }

    public void Hold(ConversationEvent e, long epoch, string participants)
    {
        Bind(_hold, 0, e, epoch, participants);
        _hold.ExecuteNonQuery();
    }

    /// <returns>How many events now stand at the positions from <paramref name="first"/> on.</returns>
    public long Release(long epoch, long through, JournalPosition first)
    {
        var count = (long)With(_countHeld, epoch, through).ExecuteScalar()!;
        if (count == 0)
            return 0;
        With(_release, epoch, through, first.Value).ExecuteNonQuery();
        With(_clearHeld, epoch, through).ExecuteNonQuery();
        return count;
    }

    public void Mark(Mark mark, long nextPosition, long nextFact, long nextGap) =>
        With(_mark, mark.Epoch, mark.Sequence, mark.OccurredAt?.ToUnixTimeMilliseconds(), nextPosition, nextFact, nextGap).ExecuteNonQuery();

    public void Gap(Gap gap, string state, DateTimeOffset? filledAt) => With(
        _gap, gap.Number, gap.Epoch, gap.First, gap.Last, string.Join(',', gap.Missing), GapReasonNames.Of(gap.Reason), state, gap.From?.ToUnixTimeMilliseconds(), gap.To?.ToUnixTimeMilliseconds(),
        gap.SeenAt.ToUnixTimeMilliseconds(), gap.ConfirmedAt?.ToUnixTimeMilliseconds(), filledAt?.ToUnixTimeMilliseconds()).ExecuteNonQuery();

    public void ForgetGap(long number) => With(_forgetGap, number).ExecuteNonQuery();

    public void Deliver(Settlement settlement, long at)
    {
        With(_deliver, settlement.Destination.Value, settlement.Position.Value, settlement.DeadLetterReason is null ? "delivered" : "dead-lettered",
            settlement.Status, settlement.Attempts, at).ExecuteNonQuery();
        With(_forgetRetry, settlement.Destination.Value, settlement.Position.Value).ExecuteNonQuery();
    }

    public void SettledThrough(DestinationNumber destination, JournalPosition position) => With(_settledThrough, destination.Value, position.Value).ExecuteNonQuery();

    public void DeadLetter(Settlement settlement, long at) =>
        With(_deadLetter, settlement.Destination.Value, settlement.Position.Value, settlement.Status, settlement.DeadLetterReason, settlement.Attempts, at).ExecuteNonQuery();

    public void Retry(RetryRecord record) =>
        With(_retry, record.Destination.Value, record.Position.Value, record.Attempts, (long)record.Waited.TotalMilliseconds).ExecuteNonQuery();

    public void Fact(long number, long count, string kind, long at, long? firstPosition, byte[]? positions, string? destination, string? detail) =>
        With(_fact, number, count, kind, at, firstPosition, positions, destination, detail).ExecuteNonQuery();

    public void Head(AuditHead head) => With(_head, head.Fact, head.Hash).ExecuteNonQuery();

    /// <summary>Removes settled events, oldest first; what has become a dead letter stays until a person decides.</summary>
    /// <param name="factsBefore">Facts older than this go too, once they are in the audit log.</param>
    public int Remove(JournalPosition through, int atMost, IEnumerable<DestinationNumber> destinations, long factsBefore)
    {
        With(_removeFacts, factsBefore).ExecuteNonQuery();
        if (With(_lastToRemove, through.Value, atMost).ExecuteScalar() is not long last)
            return 0;
        foreach (var destination in destinations)
            With(_removeDeliveries, destination.Value, last).ExecuteNonQuery();
        return With(_removeEvents, last).ExecuteNonQuery();
    }

    public void Dispose()
    {
        foreach (var command in (SqliteCommand[])
            [_begin, _commit, _rollback, _append, _hold, _countHeld, _release, _clearHeld, _mark, _gap, _forgetGap, _deliver, _settledThrough, _retry, _forgetRetry, _deadLetter, _fact, _head,
            _lastToRemove, _removeEvents, _removeDeliveries, _removeFacts])
            command.Dispose();
    }

    private static void Bind(SqliteCommand command, int from, ConversationEvent e, long epoch, string participants)
    {
        var values = command.Parameters;
        values[from].Value = e.Id.ToBytes();
        values[from + 1].Value = epoch;
        values[from + 2].Value = (object?)e.Sequence ?? DBNull.Value;
        values[from + 3].Value = e.ConversationId;
        values[from + 4].Value = e.Type;
        values[from + 5].Value = (object?)e.State ?? DBNull.Value;
        values[from + 6].Value = e.OccurredAt.ToUnixTimeMilliseconds();
        values[from + 7].Value = (object?)e.MediaType ?? DBNull.Value;
        values[from + 8].Value = (object?)e.QueueId ?? DBNull.Value;
        values[from + 9].Value = participants;
        values[from + 10].Value = (long)e.Origin;
        values[from + 11].Value = e.ReceivedAt.ToUnixTimeMilliseconds();
        values[from + 12].Value = unchecked((long)e.PayloadHash);
    }

    private static SqliteCommand With(SqliteCommand command, params ReadOnlySpan<object?> values)
    {
        for (var index = 0; index < values.Length; index++)
            command.Parameters[index].Value = values[index] ?? DBNull.Value;
        return command;
    }

    private static SqliteCommand Prepare(SqliteConnection connection, string sql, int parameters = 0, int first = 0)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // only ever called with text of our own
        command.CommandText = sql;
#pragma warning restore CA2100
        for (var index = first; index < parameters; index++)
            command.Parameters.Add(new SqliteParameter { ParameterName = $"${index}" });
        command.Prepare();
        return command;
    }
}
