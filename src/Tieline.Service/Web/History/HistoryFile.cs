using System.Globalization;
using Microsoft.Data.Sqlite;
using Tieline.Storage;

namespace Tieline.Service.Web.History;

/// <summary>The samples of the last day, in a file of their own: what the charts show survives a restart, and a damaged one costs nothing but the charts.</summary>
internal sealed class HistoryFile : IDisposable
{
    public const string FileName = "history.db";

    /// <summary>Samples are kept for so long.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    private const int Version = 1;
    private const int Columns = 13;

    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _add;
    private readonly SqliteCommand _read;
    private readonly Lock _gate = new();

    private HistoryFile(SqliteConnection connection)
    {
        _connection = connection;
        _add = connection.CreateCommand();
        _add.CommandText = $"DELETE FROM sample WHERE at < $at - {Kept.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture)}; INSERT OR REPLACE INTO sample VALUES ($at{string.Concat(Enumerable.Range(0, Columns).Select(i => $", $v{i}"))})";
        _add.Parameters.Add(new SqliteParameter { ParameterName = "$at" });
        for (var i = 0; i < Columns; i++)
            _add.Parameters.Add(new SqliteParameter { ParameterName = $"$v{i}" });
        _read = connection.CreateCommand();
        _read.CommandText = "SELECT * FROM sample WHERE at > $after ORDER BY at";
        _read.Parameters.Add(new SqliteParameter { ParameterName = "$after" });
    }

    /// <summary>Opens it; one that cannot be read is begun anew.</summary>
    /// <exception cref="SqliteException">Nor can a new one be made.</exception>
    public static HistoryFile Open(string path)
    {
        try
        {
            return OpenOnce(path);
        }
        catch (SqliteException)
        {
            foreach (var file in (string[])[path, path + "-wal", path + "-shm"])
                File.Delete(file);
            return OpenOnce(path);
        }
    }

    /// <summary>Adds one, and lets go of those that are too old.</summary>
    public void Add(HistorySample sample)
    {
        lock (_gate)
        {
            _add.Parameters[0].Value = sample.At.ToUnixTimeMilliseconds();
            foreach (var (i, value) in sample.Values.Index())
                _add.Parameters[i + 1].Value = double.IsFinite(value) ? value : DBNull.Value;
            _add.ExecuteNonQuery();
        }
    }

    /// <summary>Those after a moment, in order.</summary>
    public IReadOnlyList<HistorySample> Read(DateTimeOffset after)
    {
        lock (_gate)
        {
            _read.Parameters[0].Value = after.ToUnixTimeMilliseconds();
            var samples = new List<HistorySample>();
            using var row = _read.ExecuteReader();
            while (row.Read())
                samples.Add(HistorySample.Of(DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(0)), [.. Enumerable.Range(1, Columns).Select(i => row.IsDBNull(i) ? double.NaN : row.GetDouble(i))]));
            return samples;
        }
    }

    public void Dispose()
    {
        _add.Dispose();
        _read.Dispose();
        _connection.Dispose();
    }

    private static HistoryFile OpenOnce(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        try
        {
            connection.Open();
            OwnerOnly.Restrict(path);
            // NORMAL: a power cut may take the last samples; nobody waits for the disk. The cache stays small, for it is read seldom.
            Execute(connection, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-256; PRAGMA wal_autocheckpoint=200;");
            using var version = connection.CreateCommand();
            version.CommandText = "PRAGMA user_version";
            // Another version's samples are not worth a migration.
            if ((long)version.ExecuteScalar()! != Version)
                Execute(connection, $"BEGIN; DROP TABLE IF EXISTS sample; CREATE TABLE sample(at INTEGER PRIMARY KEY{string.Concat(Enumerable.Range(0, Columns).Select(i => $", v{i} REAL"))}) STRICT; PRAGMA user_version={Version}; COMMIT;");
            return new HistoryFile(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
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
