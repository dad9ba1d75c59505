using Microsoft.Data.Sqlite;

namespace Tieline.Journal;

/// <summary>The writer's statements about who may come in: tokens, and sessions that have ended. Each is run once a decision of a person, so none is prepared beforehand.</summary>
internal sealed class AccessStatements(SqliteConnection connection)
{
    /// <returns>False where there is one of that name: it stays as it is.</returns>
    public bool Add(NamedToken token) => Execute(
        "INSERT INTO token(name, role, hash, created_at, created_by, expires_at) VALUES ($0, $1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        token.Name, token.Role, token.Hash, token.CreatedAt.ToUnixTimeMilliseconds(), token.CreatedBy, token.ExpiresAt?.ToUnixTimeMilliseconds()) > 0;

    /// <returns>False where there is none of that name.</returns>
    public bool Remove(string name) => Execute("DELETE FROM token WHERE name = $0", name) > 0;

    /// <summary>A session has ended before its time. Those whose time has come are forgotten: no cookie of theirs is taken any more.</summary>
    public void End(string session, long until, long now)
    {
        Execute("DELETE FROM ended_session WHERE until < $0", now);
        Execute("INSERT INTO ended_session(id, until) VALUES ($0, $1) ON CONFLICT DO NOTHING", session, until);
    }

    private int Execute(string sql, params object?[] values)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // only ever called with text of our own
        command.CommandText = sql;
#pragma warning restore CA2100
        for (var index = 0; index < values.Length; index++)
            command.Parameters.AddWithValue($"${index}", values[index] ?? DBNull.Value);
        return command.ExecuteNonQuery();
    }
}
