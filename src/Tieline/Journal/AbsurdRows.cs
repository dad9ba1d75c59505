using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Tieline.Backfill;
using Tieline.Events;
using Tieline.Sequencing;

namespace Tieline.Journal;

/// <summary>Sets aside what nobody could handle, before anything else reads it: one absurd row must not keep the others from being used. In the small tables only; who reads the large ones copes.</summary>
/// <remarks>Nothing is thrown away: a row that goes, or is altered, stands in the table <c>set_aside</c> as it was.</remarks>
internal static class AbsurdRows
{
    /// <summary>Rows that are kept: enough to see what happened.</summary>
    private const int Kept = 1_000;

    private const int MaxText = 4_096;

    /// <summary>A gap may reach beyond the mark, but no further than this.</summary>
    private const long MaxAhead = 1_000_000_000;

    private const string NoSuchEvent = "NOT EXISTS (SELECT 1 FROM event e WHERE e.position = t.position) OR NOT EXISTS (SELECT 1 FROM destination n WHERE n.number = t.destination)";

    private static readonly (string Table, string Where, string Reason, string Change)[] _rules =
    [
        ("waiting", NoSuchEvent, "it points at no event, or at no destination", "DELETE FROM waiting AS t WHERE {0}"),
        ("dead_letter", NoSuchEvent, "it points at no event, or at no destination", "DELETE FROM dead_letter AS t WHERE {0}"),
        ("audit_head", "fact NOT BETWEEN 0 AND (SELECT next_fact - 1 FROM mark)", "no such fact has been written; what the audit log has reached is read from its files", "DELETE FROM audit_head AS t WHERE {0}"),
        ("audit_head", "checkpoint NOT BETWEEN 1 AND 1000000000000 OR length(checkpoint_hash) <> 64 OR length(checkpoint_key) <> 16", "no checkpoint has such a number, hash or key; it is read from the audit log's files",
            "UPDATE audit_head AS t SET checkpoint = NULL, checkpoint_hash = NULL, checkpoint_key = NULL WHERE {0}"),
        ("conversation", $"length(id) NOT BETWEEN 1 AND 512 OR ask_at NOT BETWEEN {First} AND {Last}", "it has no possible id or time", "DELETE FROM conversation AS t WHERE {0}"),
        ("held", "epoch NOT BETWEEN 0 AND (SELECT epoch FROM mark) + 1000", "it is of a numbering that there is not, so nothing would ever let it go. Run `tieline reconcile --repair`", "DELETE FROM held AS t WHERE {0}"),
        ("destination", "starts_after NOT BETWEEN 0 AND (SELECT next_position - 1 FROM mark)", "it starts where there is no event; now it starts where it stands",
            "UPDATE destination AS t SET starts_after = min(max(position, 0), (SELECT next_position - 1 FROM mark)) WHERE {0}"),
        ("destination", "position NOT BETWEEN 0 AND (SELECT next_position - 1 FROM mark)", "it stands where there is no event; what nothing says was settled goes out again",
            "UPDATE destination AS t SET position = max(starts_after, (SELECT removed_through FROM mark)) WHERE {0}"),
    ];

    private static string First => EventTime.FirstStored.ToString(CultureInfo.InvariantCulture);

    private static string Last => EventTime.LastStored.ToString(CultureInfo.InvariantCulture);

    /// <returns>What was set aside, for the log.</returns>
    public static IReadOnlyList<AbsurdRow> SetAside(SqliteConnection connection, DateTimeOffset now)
    {
        var found = new List<AbsurdRow>();
        using var transaction = connection.BeginTransaction();
        foreach (var (table, where, reason, change) in _rules)
        {
            var rows = Read(connection, transaction, $"SELECT * FROM {table} t WHERE {where}", _ => reason, table);
            if (rows.Count == 0)
                continue;
            connection.Execute(string.Format(CultureInfo.InvariantCulture, change, where));
            found.AddRange(rows);
        }

        found.AddRange(SetGapsAside(connection, transaction, now));
        foreach (var row in found.TakeLast(Kept))
        {
            connection.Execute("INSERT INTO set_aside(at, source, reason, row) VALUES ($at, $source, $reason, $row)",
                ("$at", now.ToUnixTimeMilliseconds()), ("$source", row.Table), ("$reason", row.Reason), ("$row", row.Row));
        }

        if (found.Count > 0)
            connection.Execute("DELETE FROM set_aside WHERE number <= (SELECT max(number) FROM set_aside) - $kept", ("$kept", Kept));
        transaction.Commit();
        return found;
    }

    /// <summary>A gap stays listed, as one that could not be closed; only one that bears a number that is not given yet goes.</summary>
    private static List<AbsurdRow> SetGapsAside(SqliteConnection connection, SqliteTransaction transaction, DateTimeOffset now)
    {
        long nextGap, epoch;
        long? sequence;
        using (var mark = Command(connection, transaction, "SELECT next_gap, epoch, sequence FROM mark"))
        using (var row = mark.ExecuteReader())
        {
            if (!row.Read())
                return [];
            (nextGap, epoch, sequence) = (row.GetInt64(0), row.GetInt64(1), row.IsDBNull(2) ? null : row.GetInt64(2));
        }

        var found = Read(connection, transaction, $"SELECT * FROM gap WHERE number < 1 OR number >= {nextGap.ToString(CultureInfo.InvariantCulture)}", _ => "its number has not been given", "gap");
        connection.Execute("DELETE FROM gap WHERE number < 1 OR number >= $next", ("$next", nextGap));
        foreach (var gap in Read(connection, transaction, "SELECT * FROM gap", row => ProblemOf(row, epoch, sequence), "gap"))
        {
            found.Add(gap);
            connection.Execute(
                $"""
                UPDATE gap SET state = 'abandoned', missing = '', first_sequence = NULL, last_sequence = NULL, next_ask_at = NULL, problem = $problem, filled_at = $now, asks = 0, recovered = 0, known = 0,
                    in_service_ms = 0, reason = iif(reason IN ({string.Join(", ", Enum.GetValues<GapReason>().Select(reason => $"'{GapReasonNames.Of(reason)}'"))}), reason, 'damaged'),
                    from_time = iif(from_time BETWEEN {First} AND {Last}, from_time, NULL), to_time = iif(to_time BETWEEN {First} AND {Last}, to_time, NULL),
                    seen_at = iif(seen_at BETWEEN {First} AND {Last}, seen_at, $now), confirmed_at = iif(confirmed_at BETWEEN {First} AND {Last}, confirmed_at, $now)
                WHERE number = $number
                """,
                ("$problem", $"its record cannot be used: {gap.Reason}"), ("$now", now.ToUnixTimeMilliseconds()), ("$number", gap.Key));
            if (JsonNode.Parse(gap.Row)?["state"]?.ToString() != GapStateNames.Of(GapState.Abandoned))
                TellAbandoned(connection, transaction, gap.Key, now);
        }

        return found;
    }

    /// <summary>A gap that is given up has its line in the audit log, whoever gave it up.</summary>
    private static void TellAbandoned(SqliteConnection connection, SqliteTransaction transaction, long number, DateTimeOffset now)
    {
        var detail = new JsonObject { ["gap"] = number };
        using (var find = Command(connection, transaction, "SELECT reason, from_time, to_time, problem FROM gap WHERE number = $number"))
        {
            find.Parameters.AddWithValue("$number", number);
            using var row = find.ExecuteReader();
            if (!row.Read())
                return;
            detail["reason"] = row.GetString(0);
            foreach (var (name, column) in ((string, int)[])[("from", 1), ("to", 2)])
            {
                if (!row.IsDBNull(column))
                    detail[name] = EventTime.ToText(DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(column)));
            }

            (detail["asks"], detail["recovered"], detail["known"], detail["problem"]) = (0, 0, 0, row.GetString(3));
        }

        connection.Execute(
            "INSERT INTO fact(number, count, kind, at, detail) SELECT next_fact, 1, 'gap-abandoned', $now, $detail FROM mark",
            ("$now", now.ToUnixTimeMilliseconds()), ("$detail", detail.ToJsonString()));
        connection.Execute("UPDATE mark SET next_fact = next_fact + 1");
    }

    private static string? ProblemOf(SqliteDataReader row, long epoch, long? sequence)
    {
        if (!GapStateNames.IsStored(row.GetString(row.GetOrdinal("state"))))
            return "there is no such state";
        if (!GapReasonNames.TryParse(row.GetString(row.GetOrdinal("reason")), out _))
            return "there is no such reason";
        foreach (var name in (string[])["from_time", "to_time", "seen_at", "confirmed_at", "filled_at", "next_ask_at"])
        {
            if (row.GetOrdinal(name) is var column && !row.IsDBNull(column) && !EventTime.CanBeStored(row.GetInt64(column)))
                return $"{name} is no possible time";
        }

        if (Enumerable.Any<string>(["asks", "recovered", "known", "in_service_ms"], name => row.GetInt64(row.GetOrdinal(name)) < 0) || row.GetInt64(row.GetOrdinal("asks")) > int.MaxValue)
            return "a count of it is impossible";
        if (!SequenceRange.TryParseList(row.GetString(row.GetOrdinal("missing")), out var missing))
            return "its missing numbers are no ranges";
        var (first, last) = (row.GetOrdinal("first_sequence"), row.GetOrdinal("last_sequence"));
        if (row.IsDBNull(first) != row.IsDBNull(last) || (missing.Count > 0 && row.IsDBNull(first)))
            return "its missing numbers do not agree with its span";
        if (row.IsDBNull(first))
            return null;
        var (from, to) = (row.GetInt64(first), row.GetInt64(last));
        var limit = row.GetInt64(row.GetOrdinal("epoch")) == epoch && sequence is { } mark ? Math.Min(mark, long.MaxValue - MaxAhead) + MaxAhead : long.MaxValue - MaxAhead;
        return from < 0 || to < from || to > limit || missing.Any(range => range.First < 0 || range.Last > limit) ? "its missing numbers are impossible" : null;
    }

    private static List<AbsurdRow> Read(SqliteConnection connection, SqliteTransaction transaction, string sql, Func<SqliteDataReader, string?> problemOf, string table)
    {
        var rows = new List<AbsurdRow>();
        using var command = Command(connection, transaction, sql);
        using var row = command.ExecuteReader();
        while (row.Read())
        {
            if (problemOf(row) is { } problem)
                rows.Add(new AbsurdRow(table, row.GetFieldType(0) == typeof(long) ? row.GetInt64(0) : 0, problem, Text(row)));
        }

        return rows;
    }

    private static string Text(SqliteDataReader row)
    {
        var json = new JsonObject();
        for (var column = 0; column < row.FieldCount; column++)
        {
            json[row.GetName(column)] = row.GetValue(column) switch
            {
                DBNull => null,
                long number => number,
                byte[] bytes => Convert.ToHexStringLower(bytes.AsSpan(0, Math.Min(bytes.Length, MaxText))),
                var other => Convert.ToString(other, CultureInfo.InvariantCulture) is { } text && text.Length > MaxText ? text[..MaxText] : other.ToString(),
            };
        }

        return json.ToJsonString();
    }

    private static SqliteCommand Command(SqliteConnection connection, SqliteTransaction transaction, string sql)
    {
        var command = connection.CreateCommand();
        command.Transaction = transaction;
#pragma warning disable CA2100 // only ever called with text of our own
        command.CommandText = sql;
#pragma warning restore CA2100
        return command;
    }
}

/// <param name="Key">The row's first column, where that is a number.</param>
/// <param name="Row">As JSON.</param>
internal sealed record AbsurdRow(string Table, long Key, string Reason, string Row);
