using Microsoft.Data.Sqlite;

namespace Tieline.Storage;

/// <summary>The SQLite file: how it is opened, checked and brought to the newest schema.</summary>
internal static class Database
{
    /// <summary>"TIEL": tells our files from other people's.</summary>
    public const int ApplicationId = 0x5449454C;

    private const int BusyTimeoutSeconds = 5;

    /// <summary>SQLite's codes for a file that is no database, and for one that is damaged.</summary>
    private static readonly int[] _damaged = [26, 11];

    /// <summary>Opens it for the one writer, makes it where there is none, and migrates it.</summary>
    /// <param name="migrations">The n-th brings version n-1 to n.</param>
    /// <exception cref="StorageException">It is not ours, too new, damaged or not to be opened. It has not been changed.</exception>
    public static SqliteConnection OpenForWriting(string path, IReadOnlyList<string> migrations)
    {
        var isNew = !File.Exists(path) || new FileInfo(path).Length == 0;
        var connection = Connect(path, SqliteOpenMode.ReadWriteCreate);
        try
        {
            if (isNew)
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            else
                Check(connection, path, migrations.Count);
            Execute(connection, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-16000; PRAGMA temp_store=MEMORY;");
            if (isNew)
                Execute(connection, $"PRAGMA application_id={ApplicationId};");
            Migrate(connection, migrations);
            return connection;
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw Explain(path, e);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <exception cref="StorageException">As for writing; also when there is no such file.</exception>
    public static SqliteConnection OpenForReading(string path, int version)
    {
        if (!File.Exists(path))
            throw new StorageException($"There is no journal at '{path}'. Has Tieline run with this data directory yet?");
        var connection = Connect(path, SqliteOpenMode.ReadWrite);
        try
        {
            Check(connection, path, version);
            Execute(connection, "PRAGMA query_only=ON; PRAGMA cache_size=-8000;");
            return connection;
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw Explain(path, e);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // only ever called with text of our own
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    public static long Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // only ever called with text of our own
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar() is long value ? value : 0;
    }

    private static SqliteConnection Connect(string path, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = mode,
            Pooling = false,
            DefaultTimeout = BusyTimeoutSeconds,
        }.ToString());
        try
        {
            connection.Open();
            return connection;
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw Explain(path, e);
        }
    }

    /// <summary>Reads only: a file that is not ours must stay as it was.</summary>
    private static void Check(SqliteConnection connection, string path, int newest)
    {
        var application = Scalar(connection, "PRAGMA application_id");
        if (application != ApplicationId)
            throw new StorageException($"'{path}' is an SQLite file, but not a Tieline journal (application_id {application}). It was left as it is: move it away, or choose another DataDirectory.");
        var version = Scalar(connection, "PRAGMA user_version");
        if (version > newest)
            throw new StorageException($"Journal '{path}' was made by a newer Tieline (schema {version}, this one knows {newest}). It was left as it is: run the newer version.");
        Scalar(connection, "SELECT count(*) FROM sqlite_schema");
    }

    private static void Migrate(SqliteConnection connection, IReadOnlyList<string> migrations)
    {
        for (var version = (int)Scalar(connection, "PRAGMA user_version"); version < migrations.Count; version++)
            Execute(connection, $"BEGIN IMMEDIATE; {migrations[version]} PRAGMA user_version={version + 1}; COMMIT;");
    }

    private static StorageException Explain(string path, SqliteException e) => new(
        _damaged.Contains(e.SqliteErrorCode)
            ? $"Journal '{path}' is damaged or is no SQLite file (SQLite {e.SqliteErrorCode}). It was left as it is: restore it from a backup, or move it away to start with an empty one."
            : $"Cannot open journal '{path}': {e.Message}", e);
}
