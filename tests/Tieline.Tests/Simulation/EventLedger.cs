using Microsoft.Data.Sqlite;
using Tieline.Journal;
using Tieline.Storage;

namespace Tieline.Tests.Simulation;

/// <summary>Keeps the books of every event at every destination by the journal's facts alone, and holds its tables against them after each commit.</summary>
internal sealed class EventLedger : IDisposable
{
    private const int BetweenBooks = 5;

    private readonly SqliteConnection _connection;
    private readonly Func<SqliteJournal> _journal;
    private readonly SqliteCommand _version;
    private readonly SqliteCommand _mark;
    private readonly SqliteCommand _facts;
    private readonly SqliteCommand _rows;
    private readonly Dictionary<string, SortedDictionary<long, State>> _books;
    private readonly Action<string> _note;
    private readonly Dictionary<State, int> _reached = [];
    private long _seen = -1;
    private long _removed;
    private int _commits;
    private long _fact;

    /// <param name="journal">As it runs now.</param>
    /// <param name="note">Told of each fact.</param>
    public EventLedger(string path, Func<SqliteJournal> journal, Action<string> note, params string[] destinations)
    {
        (_journal, _note) = (journal, note);
        _connection = Database.OpenForReading(path, JournalSchema.Migrations.Count);
        _version = Command("PRAGMA data_version");
        _mark = Command("SELECT next_position - 1, removed_through FROM mark");
        _facts = Command("SELECT number, count, kind, first_position, positions, destination, json_extract(detail, '$.of') FROM fact WHERE number > $0 ORDER BY number", takesValue: true);
        _rows = Command(
            """
            SELECT e.position, d.outcome, l.position IS NOT NULL, w.position IS NOT NULL FROM event e JOIN destination n ON n.name = $0
            LEFT JOIN delivery d ON d.destination = n.number AND d.position = e.position LEFT JOIN dead_letter l ON l.destination = n.number AND l.position = e.position
            LEFT JOIN waiting w ON w.destination = n.number AND w.position = e.position
            """,
            takesValue: true);
        _books = destinations.ToDictionary(name => name, _ => new SortedDictionary<long, State>(), StringComparer.Ordinal);
    }

    private enum State
    {
        Pending,
        Waiting,
        Delivered,
        Filtered,
        Dead,
        Discarded,
        Skipped,
    }

    /// <summary>How often an event came to each state, over all destinations.</summary>
    public Dictionary<string, int> Reached => _reached.ToDictionary(reached => reached.Key.ToString(), reached => reached.Value);

    /// <summary>Events that are neither delivered nor decided on.</summary>
    public int Left => _books.Values.Sum(book => book.Values.Count(state => state is State.Pending or State.Waiting));

    /// <summary>Does nothing while nothing has been committed.</summary>
    /// <param name="isThorough">Every row is looked at, as after every pass of retention and every few commits: that takes longer than all else.</param>
    public void Check(bool isThorough)
    {
        if ((long)_version.ExecuteScalar()! is var version && version == _seen && !isThorough)
            return;
        _seen = version;
        using var snapshot = _connection.BeginTransaction(deferred: true);
        Enter(snapshot);
        CheckFacts();
        var (accepted, removedThrough) = (0L, 0L);
        using (var mark = With(_mark, snapshot).ExecuteReader())
        {
            mark.Read();
            (accepted, removedThrough) = (mark.GetInt64(0), mark.GetInt64(1));
        }

        if (!isThorough && removedThrough == _removed && ++_commits % BetweenBooks != 0)
            return;
        _removed = removedThrough;
        foreach (var (name, book) in _books)
            CheckBook(name, book, snapshot, accepted, removedThrough);
    }

    public void Dispose()
    {
        foreach (var command in (SqliteCommand[])[_version, _mark, _facts, _rows])
            command.Dispose();
        _connection.Dispose();
    }

    /// <summary>Every fact above the audit head can still become its line.</summary>
    private void CheckFacts()
    {
        var journal = _journal();
        var head = journal.ReadHead()?.Fact ?? 0;
        var next = head + 1;
        foreach (var fact in journal.ReadFacts(head, int.MaxValue))
        {
            if (fact.Number != next++)
                throw new InvalidOperationException($"fact {next - 1} cannot become its line: {fact.Number} follows");
            if (fact.Lost is not null)
                throw new InvalidOperationException($"fact {fact.Number} ({fact.Action}) cannot become its line: {fact.Lost} ({fact.Detail?.ToJsonString()})");
        }

        var newest = journal.Read(reader => reader.ReadCounters()).NextFact;
        if (next != newest)
            throw new InvalidOperationException($"facts {next} to {newest - 1} cannot become their lines");
    }

    private void Enter(SqliteTransaction snapshot)
    {
        using var row = With(_facts, snapshot, _fact).ExecuteReader();
        while (row.Read())
        {
            var (number, count, kind) = (row.GetInt64(0), row.GetInt64(1), row.GetString(2));
            if (number != _fact + 1)
                throw new InvalidOperationException($"fact {number} follows {_fact}");
            _fact = number + count - 1;
            long[] positions = !row.IsDBNull(4) ? [.. PositionList.Unpack(row.GetFieldValue<byte[]>(4))] : row.IsDBNull(3) ? [] : [.. Enumerable.Range(0, (int)count).Select(index => row.GetInt64(3) + index)];
            _note($"    fact {number}: {kind} {string.Join(',', positions)} {(row.IsDBNull(5) ? "" : row.GetString(5))}");
            var isCopy = kind == "replayed" && !row.IsDBNull(6);
            foreach (var position in positions)
                Enter(kind, position, row.IsDBNull(5) ? null : row.GetString(5), isCopy);
        }
    }

    private void Enter(string kind, long position, string? destination, bool isCopy)
    {
        if (kind == "accepted" || isCopy)
        {
            foreach (var (name, book) in _books)
                book.Add(position, Reach(isCopy && name != destination ? State.Skipped : State.Pending));
            return;
        }

        var entries = _books[destination!];
        var before = entries[position];
        entries[position] = Reach((kind, before) switch
        {
            ("delivered", State.Pending or State.Waiting) => State.Delivered,
            ("filtered", State.Pending) => State.Filtered,
            ("dead-lettered", State.Pending or State.Waiting) => State.Dead,
            ("replayed", State.Dead) => State.Waiting,
            ("discarded", State.Dead) => State.Discarded,
            _ => throw new InvalidOperationException($"position {position} is '{kind}' at {destination} after it was {before}"),
        });
    }

    private State Reach(State state)
    {
        _reached[state] = _reached.GetValueOrDefault(state) + 1;
        return state;
    }

    /// <summary>Accepted = pending + waiting + delivered + filtered + dead + discarded (+ passed over copies), each with the rows that its state needs.</summary>
    private void CheckBook(string name, SortedDictionary<long, State> book, SqliteTransaction snapshot, long accepted, long removedThrough)
    {
        if (accepted != book.Count)
            throw new InvalidOperationException($"{accepted} positions, but {book.Count} are accounted for at {name}");
        var there = new Dictionary<long, (string? Outcome, bool IsDead, bool Waits)>();
        using (var row = With(_rows, snapshot, name).ExecuteReader())
        {
            while (row.Read())
                there.Add(row.GetInt64(0), (row.IsDBNull(1) ? null : row.GetString(1), row.GetBoolean(2), row.GetBoolean(3)));
        }

        foreach (var (position, state) in book)
        {
            var isThere = there.TryGetValue(position, out var rows);
            var isRight = state switch
            {
                State.Pending => isThere && !rows.IsDead && (rows.Outcome is null ? !rows.Waits : rows.Outcome == "waiting" && rows.Waits),
                State.Waiting => isThere && rows is { IsDead: false, Outcome: "waiting", Waits: true },
                State.Dead => isThere && rows is { IsDead: true, Outcome: "dead-lettered", Waits: false },
                // Its row goes with retention's pass, though the event stays as another destination's dead letter.
                _ => !isThere || (rows is { IsDead: false, Waits: false } && (rows.Outcome is null ? position <= removedThrough : string.Equals(rows.Outcome, state.ToString(), StringComparison.OrdinalIgnoreCase))),
            };
            if (!isRight)
                throw new InvalidOperationException($"position {position} is {state} at {name}, but the journal has {(isThere ? rows.ToString() : "no event")} of it");
        }
    }

    private static SqliteCommand With(SqliteCommand command, SqliteTransaction snapshot, object? value = null)
    {
        command.Transaction = snapshot;
        if (value is not null)
            command.Parameters[0].Value = value;
        return command;
    }

    private SqliteCommand Command(string sql, bool takesValue = false)
    {
        var command = _connection.CreateCommand();
#pragma warning disable CA2100 // only ever called with text of our own
        command.CommandText = sql;
#pragma warning restore CA2100
        if (takesValue)
            command.Parameters.Add(new SqliteParameter { ParameterName = "$0" });
        return command;
    }
}
