using Microsoft.Data.Sqlite;

namespace Tieline.Benchmarks.EndToEnd;

/// <summary>The limits of storing: rows of 1 KB, WAL, synchronous=FULL, and nothing else.</summary>
internal static class RawJournal
{
    private const int Group = 512;

    /// <summary>In groups of 512, one after the other.</summary>
    public static double RowsPerSecond(int groups)
    {
        using var table = new Table();
        var clock = Clock.Start();
        for (var group = 0; group < groups; group++)
            table.Commit(Group);
        return groups * Group / clock.Seconds;
    }

    /// <summary>How long one row takes to be durable when one comes every 10 ms, as at 500 events a second of which 20 % pass.</summary>
    /// <returns>Milliseconds, sorted.</returns>
    public static async Task<List<double>> CommitsAsync(int count)
    {
        using var table = new Table();
        var took = new List<double>(count);
        for (var row = 0; row < count; row++)
        {
            await Clock.WaitAsync(0.01);
            var clock = Clock.Start();
            table.Commit(1);
            took.Add(clock.Seconds * 1_000);
        }

        took.Sort();
        return took;
    }

    private sealed class Table : IDisposable
    {
        private readonly string _path = Path.Combine(Path.GetTempPath(), $"tieline-bench-{Environment.ProcessId}.db");
        private readonly SqliteConnection _connection;
        private readonly SqliteCommand _insert;

        public Table()
        {
            _connection = new SqliteConnection($"Data Source={_path};Pooling=False");
            _connection.Open();
            Execute(_connection, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t(position INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;");
            _insert = _connection.CreateCommand();
            _insert.CommandText = "INSERT INTO t(body) VALUES ($0)";
            _insert.Parameters.AddWithValue("$0", new byte[1024]);
            _insert.Prepare();
        }

        public void Commit(int rows)
        {
            Execute(_connection, "BEGIN IMMEDIATE");
            for (var row = 0; row < rows; row++)
                _insert.ExecuteNonQuery();
            Execute(_connection, "COMMIT");
        }

        public void Dispose()
        {
            _insert.Dispose();
            _connection.Dispose();
            foreach (var file in (string[])[_path, _path + "-wal", _path + "-shm"])
                File.Delete(file);
        }
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // only ever called with text of our own
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
