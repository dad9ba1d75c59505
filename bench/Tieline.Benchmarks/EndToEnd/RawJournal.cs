using Microsoft.Data.Sqlite;

namespace Tieline.Benchmarks.EndToEnd;

/// <summary>The limit of storing: rows of 1 KB in groups of 512, WAL, synchronous=FULL, and nothing else.</summary>
internal static class RawJournal
{
    private const int Group = 512;

    public static double RowsPerSecond(int groups)
    {
        var path = Path.Combine(Path.GetTempPath(), $"tieline-bench-{Environment.ProcessId}.db");
        try
        {
            using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
            connection.Open();
            Execute(connection, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t(position INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;");
            using var insert = connection.CreateCommand();
            insert.CommandText = "INSERT INTO t(body) VALUES ($0)";
            insert.Parameters.AddWithValue("$0", new byte[1024]);
            insert.Prepare();
            var clock = Clock.Start();
            for (var group = 0; group < groups; group++)
            {
                Execute(connection, "BEGIN IMMEDIATE");
                for (var row = 0; row < Group; row++)
                    insert.ExecuteNonQuery();
                Execute(connection, "COMMIT");
            }

            return groups * Group / clock.Seconds;
        }
        finally
        {
            foreach (var file in (string[])[path, path + "-wal", path + "-shm"])
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
