using Microsoft.Data.Sqlite;
using Tieline.Storage;

namespace Tieline.Tests.Storage;

public sealed class DiskFaultTests
{
    private const int EndOfFile = unchecked((int)0x80070026);

    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(10, 4_874)]
    [InlineData(13)]
    [InlineData(14)]
    public void What_the_disk_or_another_program_does_can_pass(int code, int? extended = null) => DiskFault.CanPass(new SqliteException("", code, extended ?? code)).ShouldBeTrue();

    [Theory]
    [InlineData(1)]
    [InlineData(11)]
    [InlineData(19, 1_555)]
    [InlineData(21)]
    [InlineData(26)]
    public void What_is_wrong_with_the_journal_or_with_Tieline_cannot(int code, int? extended = null) => DiskFault.CanPass(new SqliteException("", code, extended ?? code)).ShouldBeFalse();

    [Fact]
    public void Of_other_errors_those_of_files_can_pass_and_those_of_networks_and_of_code_are_none()
    {
        DiskFault.CanPass((Exception)new IOException("No space left on device", 28)).ShouldBeTrue();
        DiskFault.CanPass(new IOException("full", unchecked((int)0x80070070))).ShouldBeTrue();
        DiskFault.CanPass(new UnauthorizedAccessException()).ShouldBeTrue();
        DiskFault.CanPass(new StorageException("cannot open", new SqliteException("", 14))).ShouldBeTrue();
        DiskFault.CanPass(new StorageException("made by a newer Tieline")).ShouldBeFalse();
        DiskFault.CanPass(new IOException("the connection was closed", new System.Net.Sockets.SocketException(104))).ShouldBeFalse();
        DiskFault.CanPass(new EndOfStreamException()).ShouldBeFalse();
        DiskFault.CanPass(new InvalidOperationException()).ShouldBeFalse();
        DiskFault.CanPass(new IOException("", EndOfFile)).ShouldBeFalse();
    }

    [Theory]
    [InlineData(13, 13, 0, "the disk is full (SQLite 13, SQLITE_FULL)")]
    [InlineData(10, 778, 28, "a write fails: No space left on device (SQLite 10/778, SQLITE_IOERR_WRITE)")]
    [InlineData(10, 4_874, 0, "the shared-memory file cannot grow (SQLite 10/4874, SQLITE_IOERR_SHMSIZE)")]
    [InlineData(10, 8_458, 0, "a read fails (SQLite 10/8458, SQLITE_IOERR_CORRUPTFS)")]
    [InlineData(10, 7_434, 5, "the disk reports an error: Input/output error (SQLite 10/7434, SQLITE_IOERR)")]
    [InlineData(19, 1_555, 0, "the journal does not agree with itself (SQLite 19/1555, SQLITE_CONSTRAINT: UNIQUE constraint failed: fact.number)")]
    public void An_error_is_told_by_its_true_name(int code, int extended, int errorNumber, string words) =>
        DiskFault.Describe(new SqliteException("UNIQUE constraint failed: fact.number", code, extended), errorNumber).ShouldBe(words);

    [Theory]
    [InlineData(13, 0, "Make room on the disk of the data directory.")]
    [InlineData(10, 28, "Make room on the disk of the data directory.")]
    [InlineData(10, 30, "Check that the data directory's file system is writable, and its permissions.")]
    [InlineData(10, 5, "Check the disk and the system's log.")]
    [InlineData(5, 0, "End the other program.")]
    public void The_advice_is_for_this_error(int code, int errorNumber, string advice) => DiskFault.Advice(new SqliteException("", code), errorNumber).ShouldBe(advice);

    [Fact]
    public void Damage_is_damage_where_the_file_can_be_read()
    {
        using var folder = new TestKit.TempDirectory();
        File.WriteAllBytes(folder.FileNamed("tieline.db"), new byte[1_000_000]);
        var error = new SqliteException("database disk image is malformed", 11);
        DiskFault.TrueError(error, folder.FileNamed("tieline.db")).ShouldBeSameAs(error);
    }
}
