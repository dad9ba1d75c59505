using Microsoft.Data.Sqlite;
using Tieline.Backfill;
using Tieline.Events;
using Tieline.Sequencing;
using Tieline.Storage;

namespace Tieline.Journal;

/// <summary>The writer's prepared statements: SQL in, nothing decided.</summary>
internal sealed class JournalStatements(PreparedStatements connection) : IDisposable
{
    private const string Columns = "id, epoch, sequence, conversation, type, state, occurred_at, media_type, queue_id, participants, origin, received_at, payload_hash, checksum";

    /// <summary>Nobody has yet to decide on this event, and it waits behind no other.</summary>
    public const string Free = "NOT EXISTS (SELECT 1 FROM dead_letter d WHERE d.position = e.position) AND NOT EXISTS (SELECT 1 FROM waiting w WHERE w.position = e.position)";

    private readonly StoredEvent _stored = new();
    private readonly SqliteCommand _begin = Prepare(connection, "BEGIN IMMEDIATE");
    private readonly SqliteCommand _commit = Prepare(connection, "COMMIT");
    private readonly SqliteCommand _rollback = Prepare(connection, "ROLLBACK");
    private readonly RawStatement _append = new(connection, $"INSERT INTO event(position, {Columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    private readonly RawStatement _hold = new(connection, $"INSERT INTO held({Columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");

    /// <summary>Up to a number of an epoch; and what was fetched for the time up to there, which has no number.</summary>
    private const string Releasable = "epoch < $0 OR (epoch = $0 AND (sequence <= $1 OR (sequence IS NULL AND occurred_at <= $2)))";

    private readonly SqliteCommand _releasableTime = Prepare(connection, "SELECT max(occurred_at) FROM held WHERE epoch < $0 OR (epoch = $0 AND sequence <= $1)", 2);
    private readonly SqliteCommand _release = Prepare(
        connection,
        $"""
        INSERT INTO event(position, {Columns})
        SELECT $3 + row_number() OVER (ORDER BY epoch, occurred_at, sequence, arrival) - 1, {Columns} FROM held WHERE {Releasable}
        RETURNING position, conversation, received_at / 86400000
        """,
        4);

    private readonly SqliteCommand _clearHeld = Prepare(connection, $"DELETE FROM held WHERE {Releasable}", 3);
    private readonly SqliteCommand _mark = Prepare(
        connection, "UPDATE mark SET epoch = $0, sequence = $1, occurred_at = $2, next_position = $3, next_fact = $4, next_gap = $5, since = coalesce(since, $6)", 7);
    private readonly SqliteCommand _gap = Prepare(
        connection,
        """
        INSERT INTO gap(number, epoch, first_sequence, last_sequence, missing, reason, state, from_time, to_time, seen_at, confirmed_at, filled_at)
        VALUES ($0, $1, $2, $3, $4, $5, coalesce($6, 'seen'), $7, $8, $9, $10, $11)
        ON CONFLICT (number) DO UPDATE SET first_sequence = excluded.first_sequence, last_sequence = excluded.last_sequence, missing = excluded.missing, state = coalesce($6, state),
            to_time = excluded.to_time, seen_at = excluded.seen_at, confirmed_at = excluded.confirmed_at, filled_at = iif($6 IS NULL, filled_at, excluded.filled_at),
            next_ask_at = iif($6 IS NULL, next_ask_at, NULL), problem = iif($6 IS NULL, problem, NULL), in_service_ms = iif($6 IS NULL, in_service_ms, 0)
        WHERE $6 IS NOT 'filled' OR state <> 'filled'
        """,
        12);

    private readonly SqliteCommand _fill = Prepare(
        connection,
        """
        UPDATE gap SET state = $1, asks = $2, next_ask_at = $3, recovered = $4, known = $5, problem = $6, filled_at = $7, in_service_ms = $9, not_asked = $10
        WHERE number = $0 AND state <> 'filled' AND min(max(seen_at, confirmed_at, -62135596800000), 253402300799999) = $8
        """,
        11);

    private readonly SqliteCommand _saveConversation = Prepare(
        connection,
        "INSERT INTO conversation(id, ask_at, state) VALUES ($0, $1, $2) ON CONFLICT (id) DO UPDATE SET ask_at = excluded.ask_at, state = excluded.state",
        3);

    private readonly SqliteCommand _putOffConversation = Prepare(connection, "UPDATE conversation SET ask_at = $1, refusals = $2 WHERE id = $0", 3);
    private readonly SqliteCommand _moveAsks = Prepare(connection, "UPDATE conversation SET ask_at = min(ask_at, $1 - $0) + $0 WHERE $0 <> 0 OR ask_at > $1", 2);
    private readonly SqliteCommand _forgetConversation = Prepare(connection, "DELETE FROM conversation WHERE id = $0", 1);
    private readonly SqliteCommand _lookUp = Prepare(connection, "SELECT position FROM lookup WHERE day = $0 AND conversation = $1", 2);
    private readonly SqliteCommand _nextDay = Prepare(connection, "SELECT min(day) FROM lookup WHERE day > $0", 1);
    private readonly SqliteCommand _known = Prepare(connection, $"SELECT {JournalReader.KnownColumns} FROM event e WHERE position = $0 AND conversation = $1", 2);
    private readonly SqliteCommand _knownHeld = Prepare(connection, $"SELECT {JournalReader.KnownColumns} FROM held e WHERE conversation = $0", 1);
    private readonly SqliteCommand _anyHeld = Prepare(connection, "SELECT 1 FROM held LIMIT 1");
    private readonly RawStatement _index = new(connection, "INSERT INTO lookup(day, conversation, position) VALUES (?, ?, ?) ON CONFLICT DO NOTHING");
    /// <summary>Whether something is held; null: not known in this transaction.</summary>
    private bool? _mayHold;

    private readonly SqliteCommand _indexedThrough = Prepare(connection, "UPDATE mark SET looked_up_through = $0", 1);

    /// <summary>Of days that nothing is left of but dead letters, which keep theirs.</summary>
    private readonly SqliteCommand _removeLookUps = Prepare(
        connection,
        $"""
        DELETE FROM lookup WHERE (day, conversation, position) IN (
            SELECT day, conversation, position FROM lookup l
            WHERE day < coalesce((SELECT received_at / 86400000 FROM event e WHERE {Free} ORDER BY position LIMIT 1), 9223372036854775807)
                AND NOT EXISTS (SELECT 1 FROM event e WHERE e.position = l.position)
            LIMIT $0)
        """,
        1);

    private readonly SqliteCommand _copy = Prepare(
        connection,
        """
        INSERT INTO event(position, id, epoch, sequence, conversation, type, state, occurred_at, media_type, queue_id, participants, origin, received_at, payload_hash, checksum)
        SELECT $1, id, epoch, sequence, conversation, type, state, occurred_at, media_type, queue_id, participants, origin, $2, payload_hash, checksum FROM event WHERE position = $0
        RETURNING conversation
        """,
        3);

    private readonly SqliteCommand _forgetGap = Prepare(connection, "DELETE FROM gap WHERE number = $0", 1);
    private readonly RawStatement _deliver = new(connection, "INSERT INTO delivery(destination, position, outcome, status, attempts, settled_at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");
    private readonly SqliteCommand _redeliver = Prepare(
        connection, "UPDATE delivery SET outcome = $2, status = $3, attempts = $4, settled_at = $5 WHERE destination = $0 AND position = $1", 6);

    private readonly SqliteCommand _wait = Prepare(connection, "INSERT INTO waiting(destination, conversation, position) VALUES ($0, $1, $2) ON CONFLICT DO NOTHING", 3);
    private readonly SqliteCommand _waitBehind = Prepare(
        connection, "INSERT INTO waiting(destination, conversation, position) SELECT $0, conversation, position FROM event WHERE position = $1 ON CONFLICT DO NOTHING", 2);

    private readonly SqliteCommand _endWait = Prepare(
        connection, "DELETE FROM waiting INDEXED BY waiting_position WHERE destination = $0 AND position = $1", 2);

    private readonly SqliteCommand _attempt = Prepare(
        connection,
        """
        INSERT INTO attempt(destination, position, number, at, outcome, status, duration_ms, answer) VALUES ($0, $1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT DO UPDATE SET at = excluded.at, outcome = excluded.outcome, status = excluded.status, duration_ms = excluded.duration_ms, answer = excluded.answer
        """,
        8);

    private readonly SqliteCommand _trimAttempts = Prepare(connection, "DELETE FROM attempt WHERE destination = $0 AND position = $1 AND number > $2 AND number <= $3", 4);
    private readonly SqliteCommand _forgetAttempts = Prepare(connection, "DELETE FROM attempt WHERE destination = $0 AND position = $1", 2);
    private readonly SqliteCommand _resolve = Prepare(connection, "DELETE FROM dead_letter WHERE destination = $0 AND position = $1 RETURNING conversation", 2);
    private readonly SqliteCommand _pause = Prepare(connection, "UPDATE destination SET paused_at = $1, paused_by = $2, pause_reason = $3 WHERE number = $0 AND paused_at IS NULL", 4);
    private readonly SqliteCommand _holdDestination = Prepare(connection, "UPDATE destination SET held_until = $1 WHERE number = $0", 2);
    private readonly SqliteCommand _resume = Prepare(connection, "UPDATE destination SET paused_at = NULL, paused_by = NULL, pause_reason = NULL WHERE number = $0 AND paused_at IS NOT NULL", 1);
    private readonly SqliteCommand _settledThrough = Prepare(connection, "UPDATE destination SET position = $1 WHERE number = $0 AND position < $1", 2);
    private readonly SqliteCommand _retry = Prepare(
        connection, "INSERT INTO retry(destination, position, attempts, waited_ms) VALUES ($0, $1, $2, $3) ON CONFLICT DO UPDATE SET attempts = excluded.attempts, waited_ms = excluded.waited_ms", 4);

    private readonly RawStatement _forgetRetry = new(connection, "DELETE FROM retry WHERE destination = ? AND position = ?");
    private readonly SqliteCommand _deadLetter = Prepare(
        connection,
        "INSERT INTO dead_letter(destination, position, status, reason, attempts, at, conversation, cause, cause_text) SELECT $0, $1, $2, $3, $4, $5, conversation, $6, $7 FROM event WHERE position = $1 "
        + "ON CONFLICT DO UPDATE SET status = excluded.status, reason = excluded.reason, attempts = excluded.attempts, at = excluded.at, cause = excluded.cause, cause_text = excluded.cause_text",
        8);

    private readonly SqliteCommand[] _discardBacklog =
    [
        Prepare(connection, "UPDATE delivery SET outcome = 'discarded', settled_at = $1 WHERE destination = $0 AND position IN (SELECT position FROM waiting WHERE destination = $0)", 2),
        Prepare(connection, "DELETE FROM waiting WHERE destination = $0 AND $1", 2),
        Prepare(connection, "DELETE FROM retry WHERE destination = $0 AND $1", 2),
        Prepare(connection, "DELETE FROM attempt WHERE destination = $0 AND $1 AND position NOT IN (SELECT position FROM dead_letter WHERE destination = $0)", 2),
        Prepare(connection, "UPDATE destination SET position = ends_after, starts_after = ends_after WHERE number = $0 AND $1 AND position < ends_after", 2),
    ];

    private readonly SqliteCommand _fact = Prepare(connection, "INSERT INTO fact(number, count, kind, at, first_position, positions, destination, detail) VALUES ($0, $1, $2, $3, $4, $5, $6, $7)", 8);
    private readonly SqliteCommand _identityKey = Prepare(connection, "UPDATE journal SET identity_key = $0", 1);
    private readonly SqliteCommand _head = Prepare(connection, JournalSchema.SetHead, 5);

    /// <summary>Facts that the audit log may not have yet, and what they name.</summary>
    private readonly SqliteCommand _namedBy = Prepare(
        connection,
        """
        SELECT first_position, positions FROM fact
        WHERE number >= coalesce((SELECT max(number) FROM fact WHERE number <= max($0, coalesce((SELECT fact FROM audit_head), 0))), 0) AND number + count - 1 > max($0, coalesce((SELECT fact FROM audit_head), 0))
            AND (first_position IS NOT NULL OR positions IS NOT NULL)
        """,
        1);

    /// <summary>Nor above what a destination has settled that is in use only since that was looked up, nor what one that is no longer configured has not been given.</summary>
    private readonly SqliteCommand _lastToRemove = Prepare(
        connection,
        $"""
        SELECT max(position) FROM (SELECT position FROM event e WHERE position <= min($0, coalesce((SELECT min(position) FROM destination WHERE ends_after IS NULL OR position < ends_after), $0)) AND {Free}
        ORDER BY position LIMIT $1)
        """,
        2);

    /// <summary>What is gone must be told from what was never there: before it goes.</summary>
    private readonly SqliteCommand _removed = Prepare(
        connection,
        $"""
        UPDATE mark SET removed_through = max(removed_through, $0), removed_until = max(coalesce(removed_until, 0), (SELECT max(received_at) FROM event e
            WHERE position <= $0 AND {Free}))
        """,
        1);

    private readonly SqliteCommand _removeEvents = Prepare(
        connection, $"DELETE FROM event AS e WHERE position <= $0 AND {Free}", 1);

    private readonly SqliteCommand _removeDeliveries = Prepare(connection, "DELETE FROM delivery WHERE destination = $0 AND position <= $1 AND outcome IN ('delivered', 'filtered', 'skipped', 'discarded')", 2);
    private readonly SqliteCommand _removeFacts = Prepare(connection, "DELETE FROM fact WHERE number + count - 1 <= (SELECT fact FROM audit_head) AND at < $0", 1);

    public JournalStatements(SqliteConnection connection)
        : this(new PreparedStatements(connection))
    {
    }

    public void Begin()
    {
        _mayHold = null;
        _begin.ExecuteNonQuery();
    }

    public void Commit() => _commit.ExecuteNonQuery();

    public void Rollback() => _rollback.ExecuteNonQuery();

    /// <param name="participants">JSON, UTF-8.</param>
    public void Append(JournalPosition position, ConversationEvent e, long epoch, ReadOnlySpan<byte> participants) => Run(_append.Bind(position.Value), e, epoch, participants);

    /// <inheritdoc cref="Append"/>
    public void Hold(ConversationEvent e, long epoch, ReadOnlySpan<byte> participants)
    {
        _mayHold = true;
        Run(_hold, e, epoch, participants);
    }

    /// <returns>Which conversation's events now stand at which positions, from <paramref name="first"/> on, and the days on which they were received.</returns>
    public IReadOnlyList<(long Position, string Conversation, long Day)> Release(long epoch, long through, JournalPosition first)
    {
        var time = through == long.MaxValue ? long.MaxValue : With(_releasableTime, epoch, through).ExecuteScalar() as long? ?? long.MinValue;
        var released = new List<(long, string, long)>();
        using (var row = With(_release, epoch, through, time, first.Value).ExecuteReader())
        {
            while (row.Read())
                released.Add((row.GetInt64(0), row.GetString(1), row.GetInt64(2)));
        }

        if (released.Count > 0)
            With(_clearHeld, epoch, through, time).ExecuteNonQuery();
        _mayHold = null;
        return released;
    }

    /// <summary>The days of the table of look-ups.</summary>
    public IReadOnlyList<long> Days()
    {
        var days = new List<long>();
        for (var day = DayAfter(-1); day is not null; day = DayAfter(day.Value))
            days.Add(day.Value);
        return days;
    }

    /// <summary>Whether the table of look-ups has an event of this conversation, or one of it is held.</summary>
    public bool MayHave(string conversation, long key, IReadOnlyList<long> days)
    {
        foreach (var day in days)
        {
            if (With(_lookUp, day, key).ExecuteScalar() is not null)
                return true;
        }

        _mayHold ??= _anyHeld.ExecuteScalar() is not null;
        return _mayHold.Value && With(_knownHeld, conversation).ExecuteScalar() is not null;
    }

    /// <summary>What the journal has of a conversation, at these positions, at those in the table, and among the held.</summary>
    public IReadOnlyList<KnownFact> Known(string conversation, long key, List<long> positions)
    {
        var known = new List<KnownFact>();
        foreach (var day in Days())
        {
            using var row = With(_lookUp, day, key).ExecuteReader();
            while (row.Read())
                positions.Add(row.GetInt64(0));
        }

        foreach (var position in positions.Distinct())
        {
            using var row = With(_known, position, conversation).ExecuteReader();
            Read(row, known);
        }

        using (var row = With(_knownHeld, conversation).ExecuteReader())
            Read(row, known);
        return known;
    }

    /// <summary>Puts an event where <see cref="Known"/> finds it.</summary>
    public void Index(ConversationIndex.Slot slot) => _index.Bind(slot.Day).Bind(slot.Key).Bind(slot.Position).Run();

    public void IndexedThrough(long position) => With(_indexedThrough, position).ExecuteNonQuery();

    /// <param name="since">The earliest time that this group knows of the stream; heeded only where none was known before.</param>
    public void Mark(Mark mark, long nextPosition, long nextFact, long nextGap, DateTimeOffset? since) => With(
        _mark, mark.Epoch, mark.Sequence, mark.OccurredAt?.ToUnixTimeMilliseconds(), nextPosition, nextFact, nextGap, since?.ToUnixTimeMilliseconds()).ExecuteNonQuery();

    /// <param name="state">Null: as it is.</param>
    /// <returns>False if it is filled, and was before.</returns>
    public bool Gap(Gap gap, string? state, DateTimeOffset? filledAt) => With(
        _gap, gap.Number, gap.Epoch, gap.First, gap.Last, string.Join(',', gap.Missing), GapReasonNames.Of(gap.Reason), state, gap.From?.ToUnixTimeMilliseconds(), gap.To?.ToUnixTimeMilliseconds(),
        gap.SeenAt.ToUnixTimeMilliseconds(), gap.ConfirmedAt?.ToUnixTimeMilliseconds(), filledAt?.ToUnixTimeMilliseconds()).ExecuteNonQuery() > 0;

    /// <returns>False if the gap has been filled meanwhile, or has turned out to be bigger: then this is about something else.</returns>
    public bool Fill(GapFill fill) => With(
        _fill, fill.Number, GapStateNames.Of(fill.State), fill.Asks, fill.NextAskAt?.ToUnixTimeMilliseconds(), fill.Recovered, fill.Known, fill.Problem, fill.ClosedAt?.ToUnixTimeMilliseconds(),
        fill.Since.ToUnixTimeMilliseconds(), (long)fill.InService.TotalMilliseconds, fill.NotAsked).ExecuteNonQuery() > 0;

    public void Save(SavedConversation conversation)
    {
        if (conversation.State is { } state)
            With(_saveConversation, conversation.Id, conversation.AskAt.ToUnixTimeMilliseconds(), state).ExecuteNonQuery();
        else
            With(_forgetConversation, conversation.Id).ExecuteNonQuery();
    }

    public void PutOff(string conversation, DateTimeOffset askAt, int refusals) => With(_putOffConversation, conversation, askAt.ToUnixTimeMilliseconds(), refusals).ExecuteNonQuery();

    public void MoveAsks(TimeSpan by, DateTimeOffset latest) => With(_moveAsks, (long)by.TotalMilliseconds, latest.ToUnixTimeMilliseconds()).ExecuteNonQuery();

    public void ForgetGap(long number) => With(_forgetGap, number).ExecuteNonQuery();

    /// <summary>An entry has come to its end at a destination, or waits there (<see cref="Settlement.Waits"/>).</summary>
    public void Deliver(Settlement settlement, long at)
    {
        var outcome = settlement.Waits ? Outcomes.Waiting : settlement.DeadLetterReason is null ? Outcomes.Delivered : Outcomes.DeadLettered;
        var (destination, position) = (settlement.Destination.Value, settlement.Position.Value);
        var requests = settlement.Attempts - (settlement.IsInBatch ? 1 : 0);
        if (settlement.HadWaited)
        {
            With(_redeliver, destination, position, outcome, settlement.Status, requests, at).ExecuteNonQuery();
            With(_endWait, destination, position).ExecuteNonQuery();
        }
        else
        {
            _deliver.Bind(destination).Bind(position).Bind(outcome).Bind(settlement.Status).Bind(requests).Bind(at).Run();
        }

        if (settlement.Waits)
            With(_waitBehind, destination, position).ExecuteNonQuery();
        else
            _forgetRetry.Bind(destination).Bind(position).Run();
        if (settlement.Attempt is { } attempt)
            Attempt(destination, position, attempt);
        else if (settlement.Attempts > 1 || settlement.HadWaited)
            With(_forgetAttempts, destination, position).ExecuteNonQuery();
    }

    /// <summary>It is no dead letter any more.</summary>
    /// <returns>Its conversation; null where it was none.</returns>
    public string? Resolve(DestinationNumber destination, JournalPosition position) => With(_resolve, destination.Value, position.Value).ExecuteScalar() as string;

    /// <summary>It goes out again when its turn comes.</summary>
    public void Wait(DestinationNumber destination, string conversation, JournalPosition position, long at)
    {
        With(_redeliver, destination.Value, position.Value, Outcomes.Waiting, null, 0, at).ExecuteNonQuery();
        With(_wait, destination.Value, conversation, position.Value).ExecuteNonQuery();
        With(_forgetAttempts, destination.Value, position.Value).ExecuteNonQuery();
    }

    public void Discard(DestinationNumber destination, JournalPosition position, long at)
    {
        With(_redeliver, destination.Value, position.Value, Outcomes.Discarded, null, 0, at).ExecuteNonQuery();
        With(_forgetAttempts, destination.Value, position.Value).ExecuteNonQuery();
    }

    /// <summary>Puts an event at a further position, as received at this time: how long it waits is counted from then.</summary>
    /// <returns>Its conversation; null where there is no such event.</returns>
    public string? Copy(JournalPosition from, JournalPosition to, long at) => With(_copy, from.Value, to.Value, at).ExecuteScalar() as string;

    /// <summary>It is settled at this destination without a request.</summary>
    public void Settle(DestinationNumber destination, JournalPosition position, string outcome, long at) =>
        _deliver.Bind(destination.Value).Bind(position.Value).Bind(outcome).Bind((int?)null).Bind(0).Bind(at).Run();

    /// <summary>Nothing but dead letters is left of what a destination had when it was taken out of the configuration.</summary>
    public void DiscardBacklog(DestinationNumber destination, long at)
    {
        foreach (var statement in _discardBacklog)
            With(statement, destination.Value, at).ExecuteNonQuery();
    }

    public void Hold(DestinationNumber destination, long? until) => With(_holdDestination, destination.Value, until).ExecuteNonQuery();

    /// <returns>False where it is paused already.</returns>
    public bool Pause(DestinationNumber destination, long at, string by, string reason) => With(_pause, destination.Value, at, by, reason).ExecuteNonQuery() > 0;

    /// <returns>False where it is not paused.</returns>
    public bool Resume(DestinationNumber destination) => With(_resume, destination.Value).ExecuteNonQuery() > 0;

    /// <inheritdoc cref="JournalDestinations.Configure(SqliteConnection, SqliteTransaction, IReadOnlyCollection{string}, IReadOnlyDictionary{string, StartPoint}, DateTimeOffset)"/>
    /// <returns>All that the journal knows then.</returns>
    public IReadOnlyDictionary<string, DestinationNumber> Configure(IReadOnlyCollection<string> names, IReadOnlyDictionary<string, StartPoint> starts, DateTimeOffset now)
    {
        JournalDestinations.Configure(connection, null, names, starts, now);
        return JournalDestinations.Known(connection, null);
    }

    public void SettledThrough(DestinationNumber destination, JournalPosition position) => With(_settledThrough, destination.Value, position.Value).ExecuteNonQuery();

    public void DeadLetter(Settlement settlement, DeadLetterCause cause, long at) => With(
        _deadLetter, settlement.Destination.Value, settlement.Position.Value, settlement.Status, settlement.DeadLetterReason, settlement.Attempts, at, cause.Key, cause.Text).ExecuteNonQuery();

    public void Retry(RetryRecord record)
    {
        With(_retry, record.Destination.Value, record.Position.Value, record.Attempts, (long)record.Waited.TotalMilliseconds).ExecuteNonQuery();
        if (record.Attempt is { } attempt)
            Attempt(record.Destination.Value, record.Position.Value, attempt);
    }

    public void Fact(long number, long count, string kind, long at, long? firstPosition, byte[]? positions, string? destination, string? detail) =>
        With(_fact, number, count, kind, at, firstPosition, positions, destination, detail).ExecuteNonQuery();

    public void IdentityKey(string fingerprint) => With(_identityKey, fingerprint).ExecuteNonQuery();

    /// <summary>About who may come in.</summary>
    public AccessStatements Access { get; } = new(connection.Connection);

    public void Head(AuditHead head) => With(_head, head.Fact, head.Hash, head.Checkpoint?.Number, head.Checkpoint?.Hash, head.Checkpoint?.Key).ExecuteNonQuery();

    /// <summary>Removes settled events, oldest first; what has become a dead letter stays until a person decides.</summary>
    /// <param name="factsBefore">Facts older than this go too, once they are in the audit log.</param>
    /// <param name="factsSeen">Facts up to this number need nothing up to <paramref name="through"/>; those above it are asked here.</param>
    public int Remove(JournalPosition through, int atMost, IEnumerable<DestinationNumber> destinations, long factsBefore, long factsSeen)
    {
        With(_removeFacts, factsBefore).ExecuteNonQuery();
        if (With(_lastToRemove, Math.Min(through.Value, LowestNamed(factsSeen) - 1), atMost).ExecuteScalar() is not long last)
            return 0;
        With(_removed, last).ExecuteNonQuery();
        foreach (var destination in destinations)
            With(_removeDeliveries, destination.Value, last).ExecuteNonQuery();
        var removed = With(_removeEvents, last).ExecuteNonQuery();
        With(_removeLookUps, atMost * 2).ExecuteNonQuery();
        return removed;
    }

    public void Dispose() => connection.Dispose();

    private void Attempt(long destination, long position, AttemptRecord attempt)
    {
        With(_attempt, destination, position, attempt.Number, attempt.At.ToUnixTimeMilliseconds(), attempt.Outcome, attempt.Status, (long)attempt.Duration.TotalMilliseconds, attempt.Answer).ExecuteNonQuery();
        if (attempt.Number > AttemptRecord.First + AttemptRecord.Last)
            With(_trimAttempts, destination, position, AttemptRecord.First, attempt.Number - AttemptRecord.Last).ExecuteNonQuery();
    }

    /// <summary>The lowest position of an event that a fact above this number, and not yet in the audit log, is about.</summary>
    private long LowestNamed(long factsSeen)
    {
        var lowest = long.MaxValue;
        using var row = With(_namedBy, factsSeen).ExecuteReader();
        while (row.Read())
            lowest = Math.Min(lowest, JournalReader.LowestOf(row));
        return lowest;
    }

    private long? DayAfter(long day) => With(_nextDay, day).ExecuteScalar() as long?;

    private void Read(SqliteDataReader row, List<KnownFact> known)
    {
        while (row.Read())
        {
            if (JournalReader.KnownOf(row, _stored) is { } fact)
                known.Add(fact);
        }
    }

    private void Run(RawStatement insert, ConversationEvent e, long epoch, ReadOnlySpan<byte> participants)
    {
        Span<byte> id = stackalloc byte[EventId.Size];
        e.Id.Write(id);
        insert
            .BindBlob(id)
            .Bind(epoch)
            .Bind(e.Sequence)
            .Bind(e.ConversationId)
            .Bind(e.Type)
            .Bind(e.State)
            .Bind(e.OccurredAt.ToUnixTimeMilliseconds())
            .Bind(e.MediaType)
            .Bind(e.QueueId)
            .BindUtf8(participants)
            .Bind((long)e.Origin)
            .Bind(e.ReceivedAt.ToUnixTimeMilliseconds())
            .Bind(unchecked((long)e.PayloadHash))
            .Bind(_stored.ChecksumOf(id, e, epoch, participants))
            .Run();
    }

    private static SqliteCommand With(SqliteCommand command, params ReadOnlySpan<object?> values)
    {
        for (var index = 0; index < values.Length; index++)
            command.Parameters[index].Value = values[index] ?? DBNull.Value;
        return command;
    }

    private static SqliteCommand Prepare(PreparedStatements statements, string sql, int parameters = 0)
    {
        var command = statements.Add(statements.Connection.CreateCommand());
#pragma warning disable CA2100 // only ever called with text of our own
        command.CommandText = sql;
#pragma warning restore CA2100
        for (var index = 0; index < parameters; index++)
            command.Parameters.Add(new SqliteParameter { ParameterName = $"${index}" });
        command.Prepare();
        return command;
    }
}
