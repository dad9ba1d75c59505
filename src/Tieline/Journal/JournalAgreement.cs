using System.Globalization;
using Microsoft.Data.Sqlite;
using Tieline.Storage;

namespace Tieline.Journal;

/// <summary>Whether the journal's counters agree with its tables. One that lost the end of its write-ahead log to damage may have old counters beside new rows: SQLite itself finds nothing wrong with that.</summary>
internal static class JournalAgreement
{
    /// <summary>More rows than any write-ahead log holds. A row further beyond its counter was not written by a lost commit: it is damaged itself, and one absurd row keeps nobody from starting (<see cref="AbsurdRows"/>).</summary>
    private const long Window = 1_000_000;

    /// <summary>Look-ups in indexes, in every version of the schema: a counter, and what must lie below it.</summary>
    private static readonly (string Counter, string Last, string What)[] _counters =
    [
        ("next_position", "SELECT max(position) FROM event WHERE position < $end", "event"),
        ("next_fact", "SELECT max(number) FROM fact WHERE number < $end", "fact"),
        ("next_gap", "SELECT max(number) FROM gap WHERE number < $end", "gap"),
        ("next_fact", "SELECT fact FROM audit_head WHERE fact < $end", "fact of the audit log"),
        ("next_position", "SELECT max(position) FROM destination WHERE position < $end", "settled position of a destination"),
    ];

    /// <exception cref="StorageException">They do not agree: an event or fact would be written where another stands.</exception>
    public static void Check(SqliteConnection connection, string path)
    {
        foreach (var (counter, last, what) in _counters)
        {
            var next = Database.Scalar(connection, $"SELECT {counter} FROM mark");
            var end = (next > long.MaxValue - Window ? long.MaxValue : next + Window).ToString(CultureInfo.InvariantCulture);
            var highest = Database.Scalar(connection, last.Replace("$end", end, StringComparison.Ordinal));
            if (highest >= next)
            {
                throw new StorageException(
                    $"Journal '{path}' does not agree with itself: the next {what} would be {next}, but {highest} is there already. The end of its write-ahead log was probably lost to damage. "
                    + "It was left as it is: restore the data directory from a backup, journal and audit log from the same copy, and run 'tieline reconcile' for the time since.");
            }
        }
    }
}
