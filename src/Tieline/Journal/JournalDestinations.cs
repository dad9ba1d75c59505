using Microsoft.Data.Sqlite;

namespace Tieline.Journal;

/// <summary>Which destinations the journal has, and which of them are in use.</summary>
internal static class JournalDestinations
{
    /// <summary>Retention took what one had not been given while it was away: nobody owes it that any more.</summary>
    private const string Back = """
        UPDATE destination SET ends_after = NULL, position = max(position, removed_through), starts_after = iif(position < removed_through, removed_through, starts_after)
        FROM mark WHERE name = $name AND ends_after IS NOT NULL
        """;

    private const string Add = """
        INSERT INTO destination(name, position, starts_after) SELECT $name, after, after FROM (SELECT iif($since IS NULL, next_position - 1,
            max(removed_through, coalesce((SELECT min(position) FROM event WHERE position > removed_through AND received_at >= $since), next_position) - 1)) AS after FROM mark)
        """;

    /// <summary>Copies that were made for another destination are none of it, as they are none of those that were there.</summary>
    private const string PassCopies = """
        INSERT INTO delivery(destination, position, outcome, status, attempts, settled_at)
        SELECT n.number, f.first_position, 'skipped', NULL, 0, $now FROM destination n, fact f
        WHERE n.name = $name AND f.kind = 'replayed' AND f.first_position > n.starts_after AND CASE WHEN json_valid(f.detail) THEN json_extract(f.detail, '$.of') END IS NOT NULL
        """;

    /// <summary>From here on nothing is its; where nothing is left to deliver it holds nothing up.</summary>
    private const string Remove = """
        UPDATE destination SET ends_after = next_position - 1 FROM mark WHERE ends_after IS NULL AND name NOT IN (SELECT value FROM json_each($names));
        UPDATE destination SET position = ends_after WHERE position < ends_after AND NOT EXISTS (SELECT 1 FROM event e WHERE e.position > destination.position AND e.position <= ends_after
            AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.destination = number AND d.position = e.position));
        """;

    /// <summary>In a transaction of its own.</summary>
    /// <inheritdoc cref="Configure(SqliteConnection, SqliteTransaction, IReadOnlyCollection{string}, IReadOnlyDictionary{string, StartPoint}, DateTimeOffset)"/>
    public static void Configure(SqliteConnection connection, IReadOnlyCollection<string> names, IReadOnlyDictionary<string, StartPoint> starts, DateTimeOffset now)
    {
        using var transaction = connection.BeginTransaction();
        Configure(connection, transaction, names, starts, now);
        transaction.Commit();
    }

    /// <param name="transaction">Null: one that was begun by a statement. All that stands before it is in the tables, the mark too.</param>
    /// <param name="names">Those that are configured.</param>
    /// <param name="starts">Where a new one begins; one that is not in it: from now.</param>
    public static void Configure(
        SqliteConnection connection, SqliteTransaction? transaction, IReadOnlyCollection<string> names, IReadOnlyDictionary<string, StartPoint> starts, DateTimeOffset now)
    {
        var known = Known(connection, transaction);
        foreach (var name in names)
        {
            if (known.ContainsKey(name))
            {
                connection.Execute(Back, ("$name", name));
                continue;
            }

            connection.Execute(Add, ("$name", name), ("$since", starts.GetValueOrDefault(name).Since?.ToUnixTimeMilliseconds()));
            connection.Execute(PassCopies, ("$name", name), ("$now", now.ToUnixTimeMilliseconds()));
        }

        connection.Execute(Remove, ("$names", System.Text.Json.JsonSerializer.Serialize(names)));
    }

    /// <inheritdoc cref="Configure(SqliteConnection, SqliteTransaction, IReadOnlyCollection{string}, IReadOnlyDictionary{string, StartPoint}, DateTimeOffset)"/>
    /// <returns>All that the journal knows, also those that are no longer configured.</returns>
    public static Dictionary<string, DestinationNumber> Known(SqliteConnection connection, SqliteTransaction? transaction)
    {
        using var command = connection.CreateCommand();
        (command.Transaction, command.CommandText) = (transaction, "SELECT name, number FROM destination");
        using var row = command.ExecuteReader();
        var known = new Dictionary<string, DestinationNumber>(StringComparer.Ordinal);
        while (row.Read())
            known[row.GetString(0)] = new DestinationNumber(row.GetInt64(1));
        return known;
    }
}
