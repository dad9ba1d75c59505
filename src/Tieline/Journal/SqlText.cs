using Microsoft.Data.Sqlite;

namespace Tieline.Journal;

/// <summary>Statements that are run too rarely to be prepared.</summary>
internal static class SqlText
{
    /// <summary>Runs a statement in the connection's transaction, if it has one.</summary>
    /// <param name="sql">Text of our own; what comes from elsewhere is a value.</param>
    /// <param name="values">Parameters by name; null is NULL.</param>
    /// <returns>Rows changed.</returns>
    public static int Execute(this SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // only ever called with text of our own
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var (name, value) in values)
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        return command.ExecuteNonQuery();
    }
}
