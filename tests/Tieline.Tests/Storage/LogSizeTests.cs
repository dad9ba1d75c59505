using Tieline.Journal;
using Tieline.Storage;
using Tieline.TestKit;

namespace Tieline.Tests.Storage;

/// <summary>The write-ahead log cannot start anew while somebody reads an old state of it, a backup or a long query: what it grew to by then is given back afterwards.</summary>
public sealed class LogSizeTests : IDisposable
{
    private const int Megabyte = 1024 * 1024;

    private readonly TempDirectory _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void What_a_reader_made_the_log_grow_to_is_given_back_while_the_writer_runs_on()
    {
        var file = _temp.FileNamed(JournalSchema.FileName);
        using var writer = Database.OpenForWriting(file, ["CREATE TABLE t(x BLOB);"]);
        Write(writer, 1);
        using (var reader = Database.OpenForReading(file, 1))
        {
            Database.Execute(reader, "BEGIN");
            Database.Scalar(reader, "SELECT count(*) FROM t").ShouldBe(1);
            Write(writer, 80);
            new FileInfo(file + "-wal").Length.ShouldBeGreaterThan(80L * Megabyte);
        }

        Write(writer, 20);
        new FileInfo(file + "-wal").Length.ShouldBeLessThanOrEqualTo(48L * Megabyte);
        Database.Scalar(writer, "SELECT count(*) FROM t").ShouldBe(101);
    }

    private static void Write(Microsoft.Data.Sqlite.SqliteConnection writer, int megabytes)
    {
        for (var number = 0; number < megabytes; number++)
            Database.Execute(writer, $"INSERT INTO t VALUES (zeroblob({Megabyte}))");
    }
}
