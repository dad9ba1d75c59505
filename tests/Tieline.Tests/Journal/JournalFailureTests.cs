using CsCheck;
using Microsoft.Data.Sqlite;
using Tieline.Diagnostics;
using Tieline.Journal;
using Tieline.Sequencing;
using Tieline.Storage;
using Tieline.TestKit;
using static Tieline.Tests.Journal.JournalRig;

namespace Tieline.Tests.Journal;

/// <summary>The disk fails, fills, is held by another, or the process is killed: nothing that was queued is let go, and nothing that was acknowledged is missing.</summary>
public sealed class JournalFailureTests : IDisposable
{
    private const int CannotWrite = 2001;
    private const int WritingAgain = 2002;
    private static readonly DestinationNumber _crm = new(1);

    private readonly TempDirectory _temp = new();
    private readonly ManualTime _time = new();
    private readonly LogGuard _logs = new();
    private readonly TielineMetrics _metrics = new();

    private string DatabasePath => _temp.FileNamed(JournalSchema.FileName);

    public void Dispose()
    {
        _metrics.Dispose();
        _temp.Dispose();
        _logs.Verify();
    }

    [Fact]
    public async Task A_full_disk_keeps_the_work_waiting_until_there_is_room()
    {
        _logs.Expect(CannotWrite);
        using var connection = Database.OpenForWriting(DatabasePath, JournalSchema.Migrations);
        using var writer = Writer(connection);
        var writing = Task.Run(() => writer.RunAsync(Cancellation), Cancellation);
        await DoAsync(writer, Append(1));

        Database.Execute(connection, $"PRAGMA max_page_count={Database.Scalar(connection, "PRAGMA page_count") + 2}");
        var done = DoAsync(writer, Appends(400, from: 2));
        (await _time.Waits.ReadAsync(Cancellation)).ShouldBe(TimeSpan.FromMilliseconds(100));
        writer.Problem.ShouldNotBeNull().ShouldContain("SQLite 13");
        _time.Advance(TimeSpan.FromMilliseconds(100));
        (await _time.Waits.ReadAsync(Cancellation)).ShouldBe(TimeSpan.FromMilliseconds(200));
        done.IsCompleted.ShouldBeFalse();
        Positions().ShouldBe([1]);
        writer.Counters.NextPosition.ShouldBe(2);

        Database.Execute(connection, "PRAGMA max_page_count=100000");
        _time.Advance(TimeSpan.FromMilliseconds(200));
        await done;
        writer.Problem.ShouldBeNull();
        Positions().ShouldBe(Enumerable.Range(1, 401).Select(position => (long)position));
        _logs.Lines.Count(line => line.EventId == CannotWrite).ShouldBe(1);
        _logs.Has(WritingAgain).ShouldBeTrue();
        await EndAsync(writer, writing);
    }

    [Fact]
    public async Task While_the_disk_is_full_the_wait_doubles_up_to_five_seconds()
    {
        _logs.Expect(CannotWrite);
        using var connection = Database.OpenForWriting(DatabasePath, JournalSchema.Migrations);
        using var writer = Writer(connection);
        Database.Execute(connection, $"PRAGMA max_page_count={Database.Scalar(connection, "PRAGMA page_count")}");
        var writing = Task.Run(() => writer.RunAsync(Cancellation), Cancellation);
        var done = DoAsync(writer, Appends(100));
        var waits = new List<double>();
        for (var failure = 0; failure < 8; failure++)
        {
            var wait = await _time.Waits.ReadAsync(Cancellation);
            waits.Add(wait.TotalMilliseconds);
            if (failure == 7)
                Database.Execute(connection, "PRAGMA max_page_count=100000");
            _time.Advance(wait);
        }

        waits.ShouldBe([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
        await done;
        await EndAsync(writer, writing);
    }

    [Fact]
    public async Task A_journal_that_another_program_has_locked_is_written_once_it_lets_go()
    {
        _logs.Expect(CannotWrite);
        using var connection = Database.OpenForWriting(DatabasePath, JournalSchema.Migrations);
        connection.DefaultTimeout = 1;
        using var writer = Writer(connection);
        using var other = Database.OpenForWriting(DatabasePath, JournalSchema.Migrations);
        Database.Execute(other, "BEGIN IMMEDIATE");
        var writing = Task.Run(() => writer.RunAsync(Cancellation), Cancellation);
        var done = DoAsync(writer, Append(1), Append(2));
        (await _time.Waits.ReadAsync(Cancellation)).ShouldBe(TimeSpan.FromMilliseconds(100));
        writer.Problem.ShouldNotBeNull().ShouldContain("SQLite 5");
        Database.Execute(other, "ROLLBACK");
        _time.Advance(TimeSpan.FromMilliseconds(100));
        await done;
        Positions().ShouldBe([1, 2]);
        writer.Problem.ShouldBeNull();
        await EndAsync(writer, writing);
    }

    [Fact]
    public async Task Stopped_while_it_cannot_write_the_writer_ends_and_goes_on_with_the_group_in_hand()
    {
        _logs.Expect(CannotWrite);
        using var connection = Database.OpenForWriting(DatabasePath, JournalSchema.Migrations);
        using var writer = Writer(connection);
        Database.Execute(connection, $"PRAGMA max_page_count={Database.Scalar(connection, "PRAGMA page_count")}");
        using var aborting = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var writing = Task.Run(() => writer.RunAsync(aborting.Token), Cancellation);
        var done = DoAsync(writer, Appends(100));
        await _time.Waits.ReadAsync(Cancellation);
        await aborting.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(writing);

        Database.Execute(connection, "PRAGMA max_page_count=100000");
        writing = Task.Run(() => writer.RunAsync(Cancellation), Cancellation);
        await done;
        Positions().Count.ShouldBe(100);
        await EndAsync(writer, writing);
    }

    [Fact]
    public async Task Someone_who_throws_when_told_of_progress_does_not_have_the_group_written_twice()
    {
        using var connection = Database.OpenForWriting(DatabasePath, JournalSchema.Migrations);
        using var writer = Writer(connection);
        var listening = writer.Positions.OnAdvance(() => throw new InvalidOperationException("cannot listen"));
        var writing = Task.Run(() => writer.RunAsync(Cancellation), Cancellation);
        var done = DoAsync(writer, Append(1), Append(2));
        await Should.ThrowAsync<InvalidOperationException>(writing);
        listening.Dispose();
        writing = Task.Run(() => writer.RunAsync(Cancellation), Cancellation);
        await done;
        await DoAsync(writer, Append(3));
        Positions().ShouldBe([1, 2, 3]);
        await EndAsync(writer, writing);
    }

    [Fact]
    public async Task A_constraint_that_fails_is_no_disk_that_is_full_and_is_not_tried_again()
    {
        using var connection = Database.OpenForWriting(DatabasePath, JournalSchema.Migrations);
        using var writer = Writer(connection);
        Database.Execute(connection, "INSERT INTO fact(number, count, kind, at) VALUES (1, 1, 'accepted', 0)"); // where the writer's first would go
        var writing = Task.Run(() => writer.RunAsync(Cancellation), Cancellation);
        writer.TryPost(Append(1)).ShouldBeTrue();
        var error = await Should.ThrowAsync<JournalBrokenException>(writing);
        error.Message.ShouldContain("SQLite 19/1555, SQLITE_CONSTRAINT: ");
        error.Message.ShouldContain("fact.number");
        error.Message.ShouldContain("Copy the data directory, start again, and if that is refused, restore");
        error.Message.ShouldNotContain("disk is full");
        Positions().ShouldBeEmpty();
    }

    [Fact]
    public async Task An_entry_that_is_refused_twice_is_one_dead_letter()
    {
        using var connection = Database.OpenForWriting(DatabasePath, JournalSchema.Migrations);
        AddDestination(connection);
        using var writer = Writer(connection);
        var writing = Task.Run(() => writer.RunAsync(Cancellation), Cancellation);
        await DoAsync(writer, Append(1));
        await DoAsync(writer, new JournalWork.Settle(new Settlement(_crm, new JournalPosition(1), 422, 1, "refused", JournalPosition.Start)));
        await DoAsync(writer, new JournalWork.Settle(new Settlement(_crm, new JournalPosition(1), 413, 2, "too big", JournalPosition.Start)));
        Database.Scalar(connection, "SELECT count(*) FROM dead_letter WHERE status = 413 AND reason = 'too big' AND attempts = 2").ShouldBe(1);
        await EndAsync(writer, writing);
    }

    [Fact]
    public async Task While_nothing_can_be_written_there_is_room_for_outcomes_where_there_is_none_for_events()
    {
        _logs.Expect(CannotWrite);
        using var connection = Database.OpenForWriting(DatabasePath, JournalSchema.Migrations);
        AddDestination(connection);
        using var writer = Writer(connection, SqliteJournal.Ride);
        var writing = Task.Run(() => writer.RunAsync(Cancellation), Cancellation);
        await DoAsync(writer, Append(1));
        Database.Execute(connection, $"PRAGMA max_page_count={Database.Scalar(connection, "PRAGMA page_count")}");
        long sequence = 2;
        while (true)
        {
            if (writer.TryPost(Append(sequence)))
                sequence++;
            else if (writer.Problem is not null)
                break;
        }

        (await _time.Waits.ReadAsync(Cancellation)).ShouldBe(TimeSpan.FromMilliseconds(100));
        for (var outcome = 1; outcome <= JournalQueue.OutcomeCapacity; outcome++)
            writer.TryPost(Settle(outcome)).ShouldBeTrue();
        writer.TryPost(Settle(1)).ShouldBeFalse("the memory that delivery takes meanwhile is bounded");
        var last = writer.PostAsync(Settle(JournalQueue.OutcomeCapacity + 1), Cancellation).AsTask();
        last.IsCompleted.ShouldBeFalse();
        Database.Execute(connection, "PRAGMA max_page_count=1000000");
        _time.Advance(TimeSpan.FromMilliseconds(100));
        await last;
        await DoAsync(writer);
        writer.Problem.ShouldBeNull();
        Database.Scalar(connection, "SELECT count(*) FROM event").ShouldBe(sequence - 1);
        Database.Scalar(connection, "SELECT count(*) FROM delivery").ShouldBe(JournalQueue.OutcomeCapacity + 1);
        await EndAsync(writer, writing);
    }

    [Fact]
    public async Task Outcomes_alone_are_written_at_once_where_nothing_was_written_just_before_and_else_a_moment_later()
    {
        using var connection = Database.OpenForWriting(DatabasePath, JournalSchema.Migrations);
        AddDestination(connection);
        using var writer = Writer(connection, SqliteJournal.Ride);
        var writing = Task.Run(() => writer.RunAsync(Cancellation), Cancellation);
        await DoAsync(writer, Appends(3));
        var head = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _time.Advance(SqliteJournal.Ride);
        writer.TryPost(new JournalWork.SaveHead(new AuditHead(1, new string('0', 64)), head)).ShouldBeTrue();
        await head.Task.WaitAsync(Cancellation); // no clock has moved
        while (_time.Waits.TryRead(out _))
        {
        }

        var second = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        writer.TryPost(new JournalWork.SaveHead(new AuditHead(2, new string('0', 64)), second)).ShouldBeTrue();
        (await _time.Waits.ReadAsync(Cancellation)).ShouldBe(SqliteJournal.Ride);
        second.Task.IsCompleted.ShouldBeFalse();
        _time.Advance(SqliteJournal.Ride);
        await second.Task.WaitAsync(Cancellation);
        await EndAsync(writer, writing);
    }

    [Fact]
    public async Task Outcomes_go_before_events_that_were_queued_earlier_and_a_barrier_before_none()
    {
        using var connection = Database.OpenForWriting(DatabasePath, JournalSchema.Migrations);
        AddDestination(connection);
        using var writer = Writer(connection, SqliteJournal.Ride);
        var writing = Task.Run(() => writer.RunAsync(Cancellation), Cancellation);
        await DoAsync(writer, Append(1));
        await EndAsync(writer, writing);
        using var next = Writer(connection, SqliteJournal.Ride);
        foreach (var work in Appends(600, from: 2))
            next.TryPost(work).ShouldBeTrue();
        next.TryPost(Settle(1)).ShouldBeTrue();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        next.TryPost(new JournalWork.Barrier(done)).ShouldBeTrue();
        writing = Task.Run(() => next.RunAsync(Cancellation), Cancellation); // only now
        await done.Task;
        using (var reader = new JournalReader(DatabasePath))
            reader.ReadFacts(0, 3).Select(fact => fact.Action).ShouldBe(["accepted", "delivered", "accepted"]);
        await EndAsync(next, writing);
    }

    [Theory]
    [InlineData("UPDATE mark SET next_fact = 3", "the next fact would be 3, but 11 is there already")]
    [InlineData("UPDATE mark SET next_position = 5", "the next event would be 5, but 10 is there already")]
    [InlineData("UPDATE mark SET next_gap = 1; INSERT INTO gap(number, epoch, missing, reason, state, seen_at) VALUES (7, 1, '', 'hole', 'open', 0)", "the next gap would be 1, but 7 is there already")]
    [InlineData("INSERT INTO audit_head(one, fact, hash) VALUES (1, 900, 'x')", "the next fact of the audit log would be 12, but 900 is there already")]
    [InlineData("UPDATE destination SET position = 11", "the next settled position of a destination would be 11, but 11 is there already")]
    public async Task A_journal_that_does_not_agree_with_itself_is_refused_in_words_and_left_as_it_is(string sql, string words)
    {
        var path = Path.Combine(_temp.FileNamed("data"), JournalSchema.FileName);
        using (var directory = DataDirectory.Open(_temp.FileNamed("data")))
        {
            using (var connection = Database.OpenForWriting(path, JournalSchema.Migrations))
            {
                AddDestination(connection);
                using var writer = Writer(connection, from: path);
                var writing = Task.Run(() => writer.RunAsync(Cancellation), Cancellation);
                await DoAsync(writer, [.. Appends(10), Settle(1)]);
                await EndAsync(writer, writing);
                Database.Execute(connection, sql + "; PRAGMA journal_mode=DELETE");
            }

            var before = await File.ReadAllBytesAsync(path, Cancellation);
            Should.Throw<StorageException>(() => SqliteJournal.Open(directory, [Crm, "new"], _time, _metrics, _logs.For<SqliteJournal>())).Message.ShouldContain(words);
            (await File.ReadAllBytesAsync(path, Cancellation)).ShouldBe(before);
        }
    }

    [Fact]
    public void No_statement_is_left_when_they_are_disposed_of()
    {
        using var connection = Database.OpenForWriting(DatabasePath, JournalSchema.Migrations);
        connection.Handle!.enable_sqlite3_next_stmt(true);
        var statements = new JournalStatements(connection);
        SQLitePCL.raw.sqlite3_next_stmt(connection.Handle, null).ShouldNotBeNull();
        statements.Dispose();
        SQLitePCL.raw.sqlite3_next_stmt(connection.Handle, null).ShouldBeNull();
    }

    [Fact]
    public async Task Killed_at_any_moment_everything_acknowledged_is_there()
    {
        using var connection = Database.OpenForWriting(DatabasePath, JournalSchema.Migrations);
        AddDestination(connection);
        // A copy is not made in an instant: nothing may move from the log to the file meanwhile.
        Database.Execute(connection, "PRAGMA wal_autocheckpoint=0");
        using var writer = Writer(connection);
        var writing = Task.Run(() => writer.RunAsync(Cancellation), Cancellation);
        for (var round = 0; round < 10; round++)
        {
            await DoAsync(writer, [.. Appends(50, from: 1 + (round * 50)), Settle(1 + (round * 7)), new JournalWork.Advance(new Mark(1, (round + 1) * 50, Some.Time))]);
            // Not waited for: may be there or not, whole or not at all.
            foreach (var work in Appends(20, from: 9_000))
                writer.TryPost(new JournalWork.Append(((JournalWork.Append)work).Event, writer.Counters.Mark, IsHeld: true));
            using var killed = Kill(wal => wal);
            Check(killed, atLeast: (round + 1) * 50);
        }

        await EndAsync(writer, writing);
    }

    [Fact]
    public async Task A_log_cut_anywhere_is_a_state_that_was()
    {
        using var connection = Database.OpenForWriting(DatabasePath, JournalSchema.Migrations);
        AddDestination(connection);
        Database.Execute(connection, "PRAGMA wal_autocheckpoint=0; PRAGMA wal_checkpoint(TRUNCATE)");
        using var writer = Writer(connection);
        var writing = Task.Run(() => writer.RunAsync(Cancellation), Cancellation);
        for (var round = 0; round < 5; round++)
            await DoAsync(writer, [.. Appends(10, from: 1 + (round * 10)), Settle(1 + round), new JournalWork.Note("started", null)]);
        await EndAsync(writer, writing);
        var length = (int)new FileInfo(DatabasePath + "-wal").Length;
        Gen.Select(Gen.Int[0, length], Gen.Int[0, 255]).Sample(
            (cut, torn) =>
            {
                using var killed = Kill(wal => [.. wal[..cut], .. Enumerable.Repeat((byte)torn, (length - cut) % 5_000)]);
                Check(killed, atLeast: 0);
            },
            iter: 40, threads: 1);
    }

    [Fact]
    public async Task What_is_queued_together_is_looked_up_in_what_stands_before_it()
    {
        using var connection = Database.OpenForWriting(DatabasePath, JournalSchema.Migrations);
        using var writer = Writer(connection);
        JournalWork.Recover[] recovers = [Recover(false, Fact("c1", 1)), Recover(false, Fact("c2", 5)), Recover(true, Fact("c3", 5)), Recover(true, Fact("c3", 5)), Recover(false, Fact("c5", 5))];
        foreach (var work in (JournalWork[])[Append(1), recovers[0], recovers[1], LookUp(2, "c2", 5), recovers[2], recovers[3], Append(5, held: true), new JournalWork.Release(1, long.MaxValue), recovers[4]])
            writer.TryPost(work).ShouldBeTrue();
        var writing = Task.Run(() => writer.RunAsync(Cancellation), Cancellation); // only now: one group
        await DoAsync(writer);
        (await Task.WhenAll(recovers.Select(recover => recover.Done.Task))).Select(verdicts => verdicts.Single()).ShouldBe([FactVerdict.Known, FactVerdict.New, FactVerdict.New, FactVerdict.Known, FactVerdict.Known]);
        Positions().ShouldBe([1, 2, 3, 4]);
        await EndAsync(writer, writing);
    }

    [Fact]
    public async Task While_events_go_to_the_table_a_full_disk_has_none_found_twice_and_none_lost()
    {
        const int Before = ConversationIndex.Capacity - 200;
        _logs.Expect(CannotWrite);
        using var connection = Database.OpenForWriting(DatabasePath, JournalSchema.Migrations);
        using var writer = Writer(connection);
        var writing = Task.Run(() => writer.RunAsync(Cancellation), Cancellation);
        await DoAsync(writer, Appends(Before));
        var next = Before + 1;
        while (Database.Scalar(connection, "SELECT looked_up_through FROM mark") == 0)
        {
            Database.Execute(connection, $"PRAGMA max_page_count={Database.Scalar(connection, "PRAGMA page_count") + 2}");
            var recover = Recover(false, Fact($"c{next}", next));
            var done = DoAsync(writer, [.. Appends(2_000, from: next), recover]);
            for (var failure = 0; failure < 2; failure++)
            {
                var wait = await _time.Waits.ReadAsync(Cancellation);
                if (failure == 1)
                    Database.Execute(connection, "PRAGMA max_page_count=1000000");
                _time.Advance(wait);
            }

            await done;
            (await recover.Done.Task).ShouldBe([FactVerdict.Known]);
            next += 2_000;
        }

        Database.Scalar(connection, "SELECT looked_up_through FROM mark").ShouldBe(ConversationIndex.Capacity);
        Database.Scalar(connection, "SELECT count(*) FROM lookup").ShouldBe(ConversationIndex.Capacity);
        Database.Scalar(connection, "SELECT count(DISTINCT position) FROM lookup").ShouldBe(ConversationIndex.Capacity);
        Positions().Count.ShouldBe(next - 1);
        await EndAsync(writer, writing);
    }

    [Fact]
    public async Task Killed_while_events_go_to_the_table_the_next_run_finds_every_one()
    {
        using var connection = Database.OpenForWriting(DatabasePath, JournalSchema.Migrations);
        AddDestination(connection);
        using var writer = Writer(connection);
        var writing = Task.Run(() => writer.RunAsync(Cancellation), Cancellation);
        await DoAsync(writer, Appends(ConversationIndex.Capacity - 1));
        Database.Execute(connection, "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA wal_autocheckpoint=0");
        var last = ConversationIndex.Capacity - 1;
        for (var round = 0; round < 6; round++)
        {
            await DoAsync(writer, Appends(6_500, from: last + 1));
            last += 6_500;
            using var killed = Kill(wal => round == 0 ? wal[..(wal.Length - 9_000)] : wal);
            await CheckLookUpsAsync(killed);
        }

        Database.Scalar(connection, "SELECT looked_up_through FROM mark").ShouldBe(ConversationIndex.Capacity);
        await EndAsync(writer, writing);
    }

    /// <summary>Every event is in the table, or above what the mark says is there; and the next run finds them all.</summary>
    private async Task CheckLookUpsAsync(TempDirectory killed)
    {
        var file = killed.FileNamed(JournalSchema.FileName);
        long events;
        using (var connection = Database.OpenForWriting(file, JournalSchema.Migrations))
        {
            events = Database.Scalar(connection, "SELECT count(*) FROM event");
            Database.Scalar(
                connection, "SELECT count(*) FROM event WHERE position <= (SELECT looked_up_through FROM mark) AND (position, received_at / 86400000) NOT IN (SELECT position, day FROM lookup)").ShouldBe(0);
            Database.Scalar(connection, "SELECT count(*) - count(DISTINCT position) FROM lookup").ShouldBe(0);
        }

        using var directory = DataDirectory.Open(killed.Path);
        using var journal = SqliteJournal.Open(directory, [Crm], _time, _metrics, _logs.For<SqliteJournal>(), sameWithin: SameWithin);
        var writing = Task.Run(() => journal.WriteAsync(Cancellation), Cancellation);
        foreach (var position in (long[])[1, 2, events / 2, ConversationIndex.Capacity, ConversationIndex.Capacity + 1, events])
        {
            var recover = Recover(false, Fact($"c{position}", position));
            journal.TryPost(recover).ShouldBeTrue();
            (await recover.Done.Task).ShouldBe([FactVerdict.Known]);
        }

        journal.Complete();
        await writing;
        journal.Read(reader => reader.ReadUnindexed().Count()).ShouldBeLessThanOrEqualTo((int)events - ConversationIndex.Capacity);
    }

    private static async Task EndAsync(JournalWriter writer, Task writing)
    {
        writer.Complete();
        await writing;
    }

    private static async Task DoAsync(JournalWriter writer, params IEnumerable<JournalWork> work)
    {
        foreach (var one in work)
            await writer.PostAsync(one, Cancellation);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await writer.PostAsync(new JournalWork.Barrier(done), Cancellation);
        await done.Task;
    }

    private static JournalWork.Settle Settle(long position) => new JournalWork.Settle(new Settlement(_crm, new JournalPosition(position), 200, 1, null, JournalPosition.Start));

    private static void AddDestination(SqliteConnection connection) => Database.Execute(connection, "INSERT INTO destination(number, name, position) VALUES (1, 'crm', 0)");

    /// <summary>The invariants of docs/formats/journal.md.</summary>
    private static void Check(TempDirectory killed, int atLeast)
    {
        var file = killed.FileNamed(JournalSchema.FileName);
        using var connection = Database.OpenForWriting(file, JournalSchema.Migrations);
        var events = Database.Scalar(connection, "SELECT count(*) FROM event");
        events.ShouldBeGreaterThanOrEqualTo(atLeast);
        (Database.Scalar(connection, "SELECT next_position FROM mark") - 1).ShouldBe(events);
        Database.Scalar(connection, "SELECT coalesce(max(position), 0) FROM event").ShouldBe(events);
        Database.Scalar(connection, "SELECT coalesce(max(sequence), 0) FROM event").ShouldBe(Database.Scalar(connection, "SELECT coalesce(sequence, 0) FROM mark"));
        (Database.Scalar(connection, "SELECT next_fact FROM mark") - 1).ShouldBe(Database.Scalar(connection, "SELECT coalesce(sum(count), 0) FROM fact"));
        Database.Scalar(connection, "SELECT coalesce(sum(count), 0) FROM fact WHERE kind = 'accepted'").ShouldBe(events);
        Database.Scalar(connection, "SELECT coalesce(sum(count), 0) FROM fact WHERE kind = 'delivered'").ShouldBe(Database.Scalar(connection, "SELECT count(*) FROM delivery"));
        using var reader = new JournalReader(file);
        reader.ReadFacts(0, int.MaxValue).Select(fact => fact.Number).ShouldBe(Enumerable.Range(1, (int)Database.Scalar(connection, "SELECT next_fact - 1 FROM mark")).Select(number => (long)number));
    }

    private JournalWriter Writer(SqliteConnection connection, TimeSpan ride = default, string? from = null)
    {
        using var reader = new JournalReader(from ?? DatabasePath);
        return new JournalWriter(connection, reader.ReadCounters(), new Dictionary<DestinationNumber, string> { [_crm] = Crm }, _time, _metrics, _logs.CreateLogger(""), ride);
    }

    private List<long> Positions()
    {
        using var reader = new JournalReader(DatabasePath);
        return [.. reader.ReadEntries(_crm, JournalPosition.Start, int.MaxValue).Select(entry => entry.Position.Value)];
    }

    /// <summary>What is on disk now, as after kill -9.</summary>
    private TempDirectory Kill(Func<byte[], byte[]> log)
    {
        var killed = new TempDirectory();
        var wal = File.ReadAllBytes(DatabasePath + "-wal");
        File.Copy(DatabasePath, killed.FileNamed(JournalSchema.FileName));
        File.WriteAllBytes(killed.FileNamed(JournalSchema.FileName + "-wal"), log(wal));
        return killed;
    }
}
