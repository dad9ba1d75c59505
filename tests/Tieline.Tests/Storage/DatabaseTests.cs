using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Tieline.Journal;
using Tieline.Storage;
using Tieline.TestKit;

namespace Tieline.Tests.Storage;

public sealed class DatabaseTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    private string File => _temp.FileNamed(JournalSchema.FileName);

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void OpenForWriting_ANewFile_IsOursAloneAndDurable()
    {
        using var connection = Open();
        System.IO.File.GetUnixFileMode(File).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        System.IO.File.GetUnixFileMode(File + "-wal").ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Database.Scalar(connection, "PRAGMA application_id").ShouldBe(0x5449454C);
        Database.Scalar(connection, "PRAGMA user_version").ShouldBe(JournalSchema.Migrations.Count);
        Database.Scalar(connection, "PRAGMA synchronous").ShouldBe(2);
        Database.Scalar(connection, "PRAGMA foreign_keys").ShouldBe(1);
        Text(connection, "PRAGMA journal_mode").ShouldBe("wal");
    }

    [Fact]
    public void OpenForWriting_Again_MigratesNothingAndKeepsWhatIsThere()
    {
        using (var connection = Open())
            Database.Execute(connection, "UPDATE mark SET sequence = 7");
        using var again = Open();
        Database.Scalar(again, "SELECT sequence FROM mark").ShouldBe(7);
    }

    [Fact]
    public void OpenForWriting_AnOlderVersion_RunsOnlyTheMigrationsItLacks()
    {
        using (var connection = Database.OpenForWriting(File, ["CREATE TABLE a(x);"]))
            Database.Execute(connection, "INSERT INTO a VALUES (1)");
        using var again = Database.OpenForWriting(File, ["CREATE TABLE a(x);", "CREATE TABLE b(y); INSERT INTO b SELECT x + 1 FROM a;"]);
        Database.Scalar(again, "SELECT y FROM b").ShouldBe(2);
        Database.Scalar(again, "PRAGMA user_version").ShouldBe(2);
    }

    [Fact]
    public void OpenForWriting_AMigrationThatFails_LeavesTheOldVersionWhole()
    {
        Database.OpenForWriting(File, ["CREATE TABLE a(x);"]).Dispose();
        Should.Throw<StorageException>(() => Database.OpenForWriting(File, ["CREATE TABLE a(x);", "CREATE TABLE b(y); CREATE TABLE a(x);"]));
        using var again = Database.OpenForWriting(File, ["CREATE TABLE a(x);"]);
        Database.Scalar(again, "SELECT count(*) FROM sqlite_schema WHERE name = 'b'").ShouldBe(0);
    }

    [Fact]
    public void OpenForWriting_AnEmptyFile_BecomesAJournal()
    {
        System.IO.File.WriteAllText(File, "");
        using var connection = Open();
        Database.Scalar(connection, "PRAGMA application_id").ShouldBe(Database.ApplicationId);
    }

    [Theory]
    [InlineData("PRAGMA user_version=0")]
    [InlineData("PRAGMA journal_mode=WAL")]
    public void OpenForWriting_AFileFromAStartThatWasKilled_BecomesAJournal(string reached)
    {
        Sqlite(reached);
        Sqlite("VACUUM");
        new FileInfo(File).Length.ShouldBeGreaterThan(0);
        using var connection = Open();
        Database.Scalar(connection, "PRAGMA application_id").ShouldBe(Database.ApplicationId);
        Database.Scalar(connection, "PRAGMA user_version").ShouldBe(JournalSchema.Migrations.Count);
    }

    [Fact]
    public void A_foreign_SQLite_file_is_refused_and_left_as_it_is()
    {
        Sqlite("CREATE TABLE theirs(x); INSERT INTO theirs VALUES (1)");
        Refused("is an SQLite file, but not a Tieline journal (application_id 0). It was left as it is: move it away, or choose another DataDirectory.");
    }

    [Fact]
    public void A_foreign_file_with_an_id_of_its_own_is_refused_and_left_as_it_is()
    {
        Sqlite("PRAGMA application_id=1196444487; CREATE TABLE theirs(x)");
        Refused("(application_id 1196444487)");
    }

    [Fact]
    public void A_foreign_file_whose_program_was_killed_keeps_its_write_ahead_log()
    {
        Killed("PRAGMA journal_mode=WAL; CREATE TABLE theirs(x); INSERT INTO theirs VALUES (1)");
        Refused("not a Tieline journal");
    }

    [Fact]
    public void A_journal_of_a_newer_version_is_refused_and_left_as_it_is()
    {
        using (var connection = Open())
            Database.Execute(connection, "PRAGMA user_version=99");
        Refused($"was made by a newer Tieline (schema 99, this one knows {JournalSchema.Migrations.Count}). It was left as it is: run the newer version.");
    }

    [Fact]
    public void A_journal_of_a_newer_version_that_was_killed_keeps_its_write_ahead_log()
    {
        Killed($"PRAGMA journal_mode=WAL; PRAGMA application_id={Database.ApplicationId}; PRAGMA user_version=99; CREATE TABLE newer(x)");
        Refused("was made by a newer Tieline");
    }

    [Theory]
    [InlineData(10)]
    [InlineData(100)]
    [InlineData(5_000)]
    public void A_file_that_is_no_database_is_refused_and_left_as_it_is(int length)
    {
        System.IO.File.WriteAllText(File, new string('x', length));
        Refused("It was left as it is: restore it from a backup together with the audit log of the same time.");
    }

    [Theory]
    [InlineData(50)]
    [InlineData(500)]
    [InlineData(4_096)]
    [InlineData(6_000)]
    [InlineData(-4_096)]
    [InlineData(-1)]
    public void A_truncated_journal_is_refused_and_left_as_it_is(int length)
    {
        Open().Dispose();
        using (var file = new FileStream(File, FileMode.Open))
            file.SetLength(length < 0 ? file.Length + length : length);
        Refused("is damaged or is no SQLite file");
    }

    [Fact]
    public void A_journal_with_a_page_of_garbage_is_refused_and_left_as_it_is()
    {
        Open().Dispose();
        using (var file = new FileStream(File, FileMode.Open))
        {
            file.Position = 100; // behind the header of the file: the first page itself
            file.Write(new byte[3_000]);
        }

        Refused("is damaged");
    }

    [Fact]
    public void A_file_that_cannot_be_opened_is_named()
    {
        Directory.CreateDirectory(File);
        Should.Throw<StorageException>(Open).Message.ShouldStartWith($"Cannot open journal '{File}': ");
    }

    [Fact]
    public void OpenForReading_WhereThereIsNone_SaysSo()
    {
        Should.Throw<StorageException>(() => Database.OpenForReading(File, 1)).Message.ShouldBe($"There is no journal at '{File}'. Has Tieline run with this data directory yet?");
        System.IO.File.Exists(File).ShouldBeFalse();
    }

    [Fact]
    public void OpenForReading_ThenWriting_IsNotPossible()
    {
        Open().Dispose();
        using var connection = Database.OpenForReading(File, JournalSchema.Migrations.Count);
        Should.Throw<SqliteException>(() => Database.Execute(connection, "DELETE FROM mark")).SqliteErrorCode.ShouldBe(8);
    }

    private static string Text(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // only ever called with text of our own
        command.CommandText = sql;
#pragma warning restore CA2100
        return (string)command.ExecuteScalar()!;
    }

    private SqliteConnection Open() => Database.OpenForWriting(File, JournalSchema.Migrations);

    private void Refused(string message)
    {
        var before = Bytes();
        foreach (var open in (Func<SqliteConnection>[])[Open, () => Database.OpenForReading(File, JournalSchema.Migrations.Count)])
        {
            var error = Should.Throw<StorageException>(open);
            error.Message.ShouldContain(File);
            error.Message.ShouldContain(message);
        }

        Bytes().ShouldBe(before);
    }

    private string Bytes() => string.Join('\n', new[] { File, File + "-wal", File + "-journal" }.Select(name => System.IO.File.Exists(name) ? Convert.ToHexStringLower(SHA256.HashData(System.IO.File.ReadAllBytes(name))) : "-"));

    /// <summary>Another program's file.</summary>
    private void Sqlite(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        connection.Open();
        Database.Execute(connection, sql);
    }

    /// <summary>As <see cref="Sqlite"/>, by a program that is killed before it has moved its log into the file.</summary>
    private void Killed(string sql)
    {
        var running = _temp.FileNamed("running");
        using var connection = new SqliteConnection($"Data Source={running};Pooling=False");
        connection.Open();
        Database.Execute(connection, sql);
        System.IO.File.Copy(running, File);
        System.IO.File.Copy(running + "-wal", File + "-wal");
        new FileInfo(File + "-wal").Length.ShouldBeGreaterThan(0);
    }
}
