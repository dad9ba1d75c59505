using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Tieline.Storage;

/// <summary>A prepared statement without ADO.NET's boxes and its search for each parameter's name: for the few that run for every event. Values are bound in the order of the SQL's <c>?</c>. Not for several threads at once.</summary>
internal sealed class RawStatement : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;
    private int _bound;

    public RawStatement(SqliteConnection connection, string sql)
    {
        _database = connection.Handle!;
        Check(raw.sqlite3_prepare_v3(_database, sql, raw.SQLITE_PREPARE_PERSISTENT, out _statement));
    }

    /// <param name="statements">Disposes of it with the others.</param>
    public RawStatement(PreparedStatements statements, string sql)
        : this(statements.Connection, sql) => statements.Add(this);

    public RawStatement Bind(long value) => Bound(raw.sqlite3_bind_int64(_statement, ++_bound, value));

    public RawStatement Bind(long? value) => value is { } number ? Bind(number) : Bound(raw.sqlite3_bind_null(_statement, ++_bound));

    public RawStatement Bind(string? text) => text is null ? Bound(raw.sqlite3_bind_null(_statement, ++_bound)) : Bound(raw.sqlite3_bind_text(_statement, ++_bound, text));

    public RawStatement BindUtf8(ReadOnlySpan<byte> text) => Bound(raw.sqlite3_bind_text(_statement, ++_bound, text));

    public RawStatement BindBlob(ReadOnlySpan<byte> bytes) => Bound(raw.sqlite3_bind_blob(_statement, ++_bound, bytes));

    /// <summary>Runs it, and makes it ready for the next values.</summary>
    /// <exception cref="SqliteException">SQLite refused.</exception>
    public void Run()
    {
        var code = raw.sqlite3_step(_statement);
        raw.sqlite3_reset(_statement);
        _bound = 0;
        if (code != raw.SQLITE_DONE)
            Check(code);
    }

    public void Dispose() => _statement.Dispose();

    private RawStatement Bound(int code)
    {
        if (code != raw.SQLITE_OK)
        {
            _bound = 0;
            Check(code);
        }

        return this;
    }

    private void Check(int code) => SqliteException.ThrowExceptionForRC(code, _database);
}
