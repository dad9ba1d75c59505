using CsCheck;
using Microsoft.Data.Sqlite;
using Tieline.Journal;
using Tieline.Storage;
using Tieline.TestKit;

namespace Tieline.Tests.Storage;

/// <summary>What <see cref="Database.GrowLog"/> puts behind the last commit is never taken for one.</summary>
public sealed class GrownLogTests : IDisposable
{
    private const int Megabyte = 1024 * 1024;
    private static readonly string[] _schema = ["CREATE TABLE t(x INTEGER PRIMARY KEY, y TEXT);"];

    private readonly TempDirectory _temp = new();

    private string File => _temp.FileNamed(JournalSchema.FileName);

    private string Log => File + "-wal";

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void It_takes_its_place_once_and_no_more_than_that()
    {
        using var connection = Open();
        Database.GrowLog(File);
        var length = new FileInfo(Log).Length;
        length.ShouldBe(24 * Megabyte);
        Insert(connection, 1, 200);
        Database.GrowLog(File);
        new FileInfo(Log).Length.ShouldBe(length);
        // Further than the log is long: SQLite starts it anew instead of making it longer.
        for (var round = 0; round < 12; round++)
            Insert(connection, 1_000 + (round * 1_000), 1_000, size: 3_000);
        new FileInfo(Log).Length.ShouldBeLessThan(2 * length);
        Database.Scalar(connection, "SELECT count(*) FROM t").ShouldBe(12_200);
    }

    [Fact]
    public void Commits_before_and_behind_its_growth_are_read_back_after_a_crash()
    {
        using var connection = Open();
        Insert(connection, 1, 50);
        Database.GrowLog(File);
        Check(50);
        for (var round = 1; round <= 20; round++)
        {
            Insert(connection, round * 100, 50);
            Check(50 * (round + 1));
        }
    }

    [Fact]
    public void After_a_checkpoint_the_older_commits_behind_the_newest_are_not_read_again()
    {
        using var connection = Open();
        Database.GrowLog(File);
        Insert(connection, 1, 5_000);
        Database.Execute(connection, "PRAGMA wal_checkpoint(RESTART)");
        Database.Execute(connection, "DELETE FROM t WHERE x > 10");
        Check(10);
    }

    [Fact]
    public void Garbage_behind_the_last_commit_is_taken_no_notice_of()
    {
        using var connection = Open();
        Insert(connection, 1, 50);
        var end = (int)new FileInfo(Log).Length;
        Database.GrowLog(File);
        Gen.Select(Gen.Int[0, 4_000], Gen.Byte.Array[1, 9_000]).Sample(
            (apart, garbage) => Check(50, log =>
            {
                garbage.CopyTo(log, end + apart);
                return log;
            }),
            iter: 40, threads: 1);
        // The frames of the log once more, behind themselves.
        Check(50, log => [.. log[..end], .. log[32..end], .. log[end..]]);
    }

    [Fact]
    public void Opened_again_after_a_crash_it_goes_on()
    {
        using (var connection = Open())
        {
            Database.GrowLog(File);
            Insert(connection, 1, 50);
            using var crashed = Killed(log => log);
            using var again = Database.OpenForWriting(crashed.FileNamed(JournalSchema.FileName), _schema);
            Database.GrowLog(crashed.FileNamed(JournalSchema.FileName));
            Insert(again, 100, 50);
            Database.Scalar(again, "SELECT count(*) FROM t").ShouldBe(100);
            Database.Scalar(again, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'").ShouldBe(1);
        }

        System.IO.File.Exists(Log).ShouldBeFalse(); // closed in order, it is gone
        using var reopened = Open();
        Database.GrowLog(File);
        new FileInfo(Log).Length.ShouldBe(24 * Megabyte);
        Database.Scalar(reopened, "SELECT count(*) FROM t").ShouldBe(50);
    }

    private SqliteConnection Open() => Database.OpenForWriting(File, _schema);

    private static void Insert(SqliteConnection connection, int from, int count, int size = 100) => Database.Execute(
        connection,
        $"BEGIN; INSERT INTO t WITH RECURSIVE n(i) AS (SELECT {from} UNION ALL SELECT i + 1 FROM n WHERE i < {from + count - 1}) SELECT i, hex(zeroblob({size / 2})) FROM n; COMMIT");

    private void Check(int rows, Func<byte[], byte[]>? change = null)
    {
        using var killed = Killed(change ?? (log => log));
        using var connection = Database.OpenForWriting(killed.FileNamed(JournalSchema.FileName), _schema);
        Database.Scalar(connection, "SELECT count(*) FROM t").ShouldBe(rows);
        Database.Scalar(connection, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'").ShouldBe(1);
    }

    /// <summary>What is on disk now, as after kill -9.</summary>
    private TempDirectory Killed(Func<byte[], byte[]> change)
    {
        var killed = new TempDirectory();
        System.IO.File.Copy(File, killed.FileNamed(JournalSchema.FileName));
        System.IO.File.WriteAllBytes(killed.FileNamed(JournalSchema.FileName + "-wal"), change(System.IO.File.ReadAllBytes(Log)));
        return killed;
    }
}
