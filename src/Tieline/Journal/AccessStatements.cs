using Microsoft.Data.Sqlite;

namespace Tieline.Journal;

/// <summary>The writer's statements about who may come in: tokens, and sessions that have ended. Each is run once a decision of a person, so none is prepared beforehand.</summary>
internal sealed class AccessStatements(SqliteConnection connection)
{
    /// <returns>False where there is one of that name: it stays as it is.</returns>
    public bool Add(NamedToken token) => connection.Execute(
        "INSERT INTO token(name, role, hash, created_at, created_by, expires_at) VALUES ($name, $role, $hash, $created, $by, $expires) ON CONFLICT DO NOTHING",
        ("$name", token.Name), ("$role", token.Role), ("$hash", token.Hash), ("$created", token.CreatedAt.ToUnixTimeMilliseconds()), ("$by", token.CreatedBy), ("$expires", token.ExpiresAt?.ToUnixTimeMilliseconds())) > 0;

    /// <returns>False where there is none of that name.</returns>
    public bool Remove(string name) => connection.Execute("DELETE FROM token WHERE name = $name", ("$name", name)) > 0;

    /// <summary>A session has ended before its time. Those whose time has come are forgotten: no cookie of theirs is taken any more.</summary>
    public void End(string session, long until, long now)
    {
        connection.Execute("DELETE FROM ended_session WHERE until < $now", ("$now", now));
        connection.Execute("INSERT INTO ended_session(id, until) VALUES ($id, $until) ON CONFLICT DO NOTHING", ("$id", session), ("$until", until));
    }
}
