using Microsoft.Data.Sqlite;
using Tieline.Storage;

namespace Tieline.Journal;

/// <summary>Whether the journal's counters agree with its tables. One that lost the end of its write-ahead log to damage may have old counters beside new rows: SQLite itself finds nothing wrong with that.</summary>
internal static class JournalAgreement
{
    /// <summary>Look-ups at the ends of indexes, in every version of the schema: a counter, and what must lie below it.</summary>
    private static readonly (string Counter, string Last, string What)[] _counters =
    [
        ("next_position", "SELECT max(position) FROM event", "event"),
        ("next_fact", "SELECT number + count - 1 FROM fact ORDER BY number DESC LIMIT 1", "fact"),
        ("next_gap", "SELECT max(number) FROM gap", "gap"),
        ("next_fact", "SELECT fact FROM audit_head", "fact of the audit log"),
        ("next_position", "SELECT max(position) FROM destination", "settled position of a destination"),
    ];

    /// <exception cref="StorageException">They do not agree: an event or fact would be written where another stands.</exception>
    public static void Check(SqliteConnection connection, string path)
    {
        foreach (var (counter, last, what) in _counters)
        {
            var (next, highest) = (Database.Scalar(connection, $"SELECT {counter} FROM mark"), Database.Scalar(connection, last));
            if (highest >= next)
            {
                throw new StorageException(
                    $"Journal '{path}' does not agree with itself: the next {what} would be {next}, but {highest} is there already. The end of its write-ahead log was probably lost to damage. "
                    + "It was left as it is: restore the data directory from a backup, journal and audit log from the same copy, and run 'tieline reconcile' for the time since.");
            }
        }
    }
}
