using Microsoft.Data.Sqlite;

namespace Tieline.Storage;

/// <summary>Statements prepared on a connection: each is known from when it is made, so none is forgotten when they are disposed of.</summary>
internal sealed class PreparedStatements(SqliteConnection connection) : IDisposable
{
    private readonly List<IDisposable> _all = [];

    public SqliteConnection Connection => connection;

    public static implicit operator SqliteConnection(PreparedStatements statements) => statements.Connection;

    public T Add<T>(T statement)
        where T : IDisposable
    {
        _all.Add(statement);
        return statement;
    }

    public void Dispose()
    {
        foreach (var statement in _all)
            statement.Dispose();
        _all.Clear();
    }
}
