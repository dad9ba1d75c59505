using System.Text;
using Microsoft.Data.Sqlite;
using Tieline.Storage;

namespace Tieline.Tests.Storage;

public sealed class RawStatementTests : IDisposable
{
    private readonly SqliteConnection _connection = new("Data Source=:memory:");

    public RawStatementTests()
    {
        _connection.Open();
        Database.Execute(_connection, "CREATE TABLE t(a ANY, b ANY, c ANY) STRICT; CREATE TABLE one(x INTEGER PRIMARY KEY, y TEXT NOT NULL) STRICT");
    }

    public void Dispose() => _connection.Dispose();

    [Fact]
    public void Every_type_arrives_as_it_is()
    {
        using var insert = new RawStatement(_connection, "INSERT INTO t VALUES (?, ?, ?)");
        insert.Bind(long.MinValue).Bind("Zoë \U0001F600").BindBlob([0, 1, 255]).Run();
        insert.Bind((long?)long.MaxValue).BindUtf8(Encoding.UTF8.GetBytes("[\"ü\"]")).Bind((long?)0).Run();
        Rows().ShouldBe(
        [
            "integer -9223372036854775808, text Zoë \U0001F600, blob 0001FF",
            "integer 9223372036854775807, text [\"ü\"], integer 0",
        ]);
    }

    [Fact]
    public void Null_is_null_and_empty_is_empty()
    {
        using var insert = new RawStatement(_connection, "INSERT INTO t VALUES (?, ?, ?)");
        insert.Bind((string?)null).Bind((long?)null).Bind("").Run();
        insert.BindUtf8([]).BindBlob([]).Bind(0).Run();
        Rows().ShouldBe(["null , null , text ", "text , blob , integer 0"]);
    }

    [Fact]
    public void Text_with_a_zero_in_it_is_whole()
    {
        using var insert = new RawStatement(_connection, "INSERT INTO t VALUES (?, ?, 0)");
        insert.Bind("a\0b").BindUtf8("a\0c"u8).Run();
        Database.Scalar(_connection, "SELECT length(CAST(a AS BLOB)) * 10 + length(CAST(b AS BLOB)) FROM t").ShouldBe(33);
        using var command = _connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM t WHERE a = $a";
        command.Parameters.AddWithValue("$a", "a\0b");
        command.ExecuteScalar().ShouldBe(1L);
    }

    [Fact]
    public void A_constraint_that_is_broken_throws_and_leaves_it_usable()
    {
        using var insert = new RawStatement(_connection, "INSERT INTO one VALUES (?, ?)");
        insert.Bind(1).Bind("a").Run();
        var error = Should.Throw<SqliteException>(() => insert.Bind(1).Bind("b").Run());
        (error.SqliteErrorCode, error.SqliteExtendedErrorCode).ShouldBe((19, 1555));
        error.Message.ShouldContain("one.x");
        Should.Throw<SqliteException>(() => insert.Bind(2).Bind((string?)null).Run()).Message.ShouldContain("one.y");
        insert.Bind(2).Bind("c").Run();
        Database.Scalar(_connection, "SELECT group_concat(x || y, '') = '1a2c' FROM one").ShouldBe(1);
    }

    [Fact]
    public void One_value_too_many_throws_and_leaves_it_usable()
    {
        using var insert = new RawStatement(_connection, "INSERT INTO one VALUES (?, ?)");
        Should.Throw<SqliteException>(() => insert.Bind(1).Bind("a").Bind(2)).SqliteErrorCode.ShouldBe(25);
        insert.Bind(1).Bind("b").Run();
        Database.Scalar(_connection, "SELECT count(*) FROM one WHERE y = 'b'").ShouldBe(1);
    }

    [Fact]
    public void An_error_is_over_with_the_transaction_that_is_rolled_back()
    {
        using var insert = new RawStatement(_connection, "INSERT INTO one VALUES (?, ?)");
        Database.Execute(_connection, "BEGIN");
        insert.Bind(1).Bind("a").Run();
        Should.Throw<SqliteException>(() => insert.Bind(1).Bind("b").Run());
        Database.Execute(_connection, "ROLLBACK");
        insert.Bind(1).Bind("c").Run();
        Database.Scalar(_connection, "SELECT count(*) FROM one WHERE y = 'c'").ShouldBe(1);
    }

    [Fact]
    public void Text_that_is_bound_may_change_before_it_runs()
    {
        using var insert = new RawStatement(_connection, "INSERT INTO t VALUES (?, ?, 0)");
        var bytes = "before"u8.ToArray();
        insert.BindUtf8(bytes).BindBlob(bytes);
        bytes.AsSpan().Fill((byte)'x');
        insert.Run();
        Database.Scalar(_connection, "SELECT a = 'before' AND b = CAST('before' AS BLOB) FROM t").ShouldBe(1);
    }

    [Fact]
    public void SQL_that_is_wrong_is_refused_at_once() =>
        Should.Throw<SqliteException>(() => new RawStatement(_connection, "INSERT INTO nowhere VALUES (?)")).Message.ShouldContain("nowhere");

    private List<string> Rows()
    {
        var rows = new List<string>();
        using var command = _connection.CreateCommand();
        command.CommandText =
            """
            SELECT typeof(a) || ' ' || coalesce(CASE typeof(a) WHEN 'blob' THEN hex(a) ELSE a END, '') || ', ' || typeof(b) || ' ' || coalesce(CASE typeof(b) WHEN 'blob' THEN hex(b) ELSE b END, '')
                || ', ' || typeof(c) || ' ' || coalesce(CASE typeof(c) WHEN 'blob' THEN hex(c) ELSE c END, '') FROM t ORDER BY rowid
            """;
        using var row = command.ExecuteReader();
        while (row.Read())
            rows.Add(row.GetString(0));
        return rows;
    }
}
