using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Tieline.Storage;

/// <summary>Tells errors of the disk that can pass by themselves from those that cannot, and gives both their true name.</summary>
internal static class DiskFault
{
    private const int Io = 10;
    private const int CannotOpen = 14;
    private const int Corrupt = 11;
    private const int NoSpace = 28;
    private const int ReadOnlyFileSystem = 30;
    private const int QuotaExceeded = 122;

    /// <summary>What SQLite makes of EIO while it reads, before it takes it for damage.</summary>
    private const int ReadFailed = Io | (33 << 8);

    /// <summary>Windows's code for a full disk, which .NET uses everywhere.</summary>
    private const int DiskFull = unchecked((int)0x80070070);

    /// <summary>By SQLite's extended code, or by the primary one.</summary>
    private static readonly Dictionary<int, (string Name, string Words)> _names = new()
    {
        [1] = ("SQLITE_ERROR", "SQLite refused a statement"),
        [5] = ("SQLITE_BUSY", "another program has locked the file"),
        [6] = ("SQLITE_LOCKED", "a table is locked"),
        [7] = ("SQLITE_NOMEM", "there is no memory left"),
        [8] = ("SQLITE_READONLY", "the file is read-only"),
        [Io] = ("SQLITE_IOERR", "the disk reports an error"),
        [Corrupt] = ("SQLITE_CORRUPT", "the file is damaged"),
        [13] = ("SQLITE_FULL", "the disk is full"),
        [CannotOpen] = ("SQLITE_CANTOPEN", "the file cannot be opened"),
        [15] = ("SQLITE_PROTOCOL", "other programs hold the file's locks"),
        [19] = ("SQLITE_CONSTRAINT", "the journal does not agree with itself"),
        [21] = ("SQLITE_MISUSE", "Tieline uses SQLite wrongly"),
        [26] = ("SQLITE_NOTADB", "the file is no database"),
        [266] = ("SQLITE_IOERR_READ", "a read fails"),
        [522] = ("SQLITE_IOERR_SHORT_READ", "a read is cut short"),
        [778] = ("SQLITE_IOERR_WRITE", "a write fails"),
        [1034] = ("SQLITE_IOERR_FSYNC", "a sync fails"),
        [1290] = ("SQLITE_IOERR_DIR_FSYNC", "a sync of the folder fails"),
        [1546] = ("SQLITE_IOERR_TRUNCATE", "the file cannot be cut"),
        [1802] = ("SQLITE_IOERR_FSTAT", "the file's size cannot be read"),
        [3850] = ("SQLITE_IOERR_LOCK", "the file cannot be locked"),
        [4618] = ("SQLITE_IOERR_SHMOPEN", "the shared-memory file cannot be opened"),
        [4874] = ("SQLITE_IOERR_SHMSIZE", "the shared-memory file cannot grow"),
        [5386] = ("SQLITE_IOERR_SHMMAP", "the shared-memory file cannot be mapped"),
        [ReadFailed] = ("SQLITE_IOERR_CORRUPTFS", "a read fails"),
    };

    /// <summary>Whether the same may succeed later, once the disk, its space or another program has changed.</summary>
    public static bool CanPass(SqliteException e) => e.SqliteErrorCode is 5 or 6 or 7 or 8 or Io or 13 or CannotOpen or 15;

    /// <summary>Whether the file is said to be damaged, or no database.</summary>
    public static bool IsDamage(SqliteException e) => e.SqliteErrorCode is Corrupt or 26;

    /// <inheritdoc cref="CanPass(SqliteException)"/>
    /// <remarks>What the operating system says of a file carries its error number; what a network says does not.</remarks>
    public static bool CanPass(Exception e) => e switch
    {
        SqliteException sqlite => CanPass(sqlite),
        UnauthorizedAccessException => true,
        IOException { HResult: DiskFull or (> 0 and < 4_096) } => true,
        StorageException { InnerException: { } inner } => CanPass(inner),
        _ => false,
    };

    /// <summary>In an operator's words: what fails, and SQLite's own name and number for it.</summary>
    /// <param name="errorNumber">The operating system's (<see cref="ErrorNumberOf"/>); 0 where there is none.</param>
    public static string Describe(SqliteException e, int errorNumber = 0)
    {
        var code = _names.ContainsKey(e.SqliteExtendedErrorCode) ? e.SqliteExtendedErrorCode : e.SqliteErrorCode;
        var known = _names.TryGetValue(code, out var name);
        var words = known ? name.Words : "SQLite fails";
        var system = errorNumber == 0 ? "" : $": {Marshal.GetPInvokeErrorMessage(errorNumber)}";
        var detail = known && CanPass(e) ? "" : $": {e.Message}";
        return $"{words}{system} (SQLite {e.SqliteErrorCode}{(e.SqliteExtendedErrorCode == e.SqliteErrorCode ? "" : $"/{e.SqliteExtendedErrorCode}")}{(known ? $", {name.Name}" : "")}{detail})";
    }

    /// <inheritdoc cref="Describe(SqliteException, int)"/>
    public static string Describe(Exception e) => e switch
    {
        SqliteException sqlite => Describe(sqlite),
        StorageException { InnerException: SqliteException sqlite } => Describe(sqlite),
        _ => e.Message,
    };

    /// <summary>What to do about it.</summary>
    public static string Advice(SqliteException e, int errorNumber = 0) => (e.SqliteErrorCode, errorNumber) switch
    {
        (13, _) or (_, NoSpace) or (_, QuotaExceeded) => "Make room on the disk of the data directory.",
        (8, _) or (CannotOpen, _) or (_, ReadOnlyFileSystem) => "Check that the data directory's file system is writable, and its permissions.",
        (5, _) or (6, _) or (15, _) => "End the other program.",
        (7, _) => "Give the process more memory.",
        _ => "Check the disk and the system's log.",
    };

    /// <summary>The operating system's number for the error that SQLite has just reported on this connection; 0 where the system had no part in it.</summary>
    public static int ErrorNumberOf(SqliteConnection connection, SqliteException e) =>
        e.SqliteErrorCode is Io or CannotOpen && connection.Handle is { } handle ? sqlite3_system_errno(handle) : 0;

    /// <summary>SQLite takes a read that the disk refuses for damage. Where the file cannot be read in fact, this gives the error that it should have been.</summary>
    /// <param name="path">The database.</param>
    public static SqliteException TrueError(SqliteException e, string path) =>
        e.SqliteErrorCode == Corrupt && !IsReadable(path) ? new SqliteException("the disk cannot be read", Io, ReadFailed) : e;

    /// <summary>Reads it all, as SQLite may have to.</summary>
    private static bool IsReadable(string path)
    {
        var buffer = new byte[256 * 1024];
        try
        {
            foreach (var file in (string[])[path, path + "-wal"])
            {
                if (!File.Exists(file))
                    continue;
                using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                for (long at = 0; RandomAccess.Read(handle, buffer, at) is var count and > 0; at += count)
                {
                }
            }

            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    [DllImport("e_sqlite3")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static extern int sqlite3_system_errno(sqlite3 database);
}
