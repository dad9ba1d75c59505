using Tieline.Diagnostics;
using Tieline.Events;
using Tieline.Journal;
using Tieline.Sequencing;
using Tieline.Storage;
using Tieline.TestKit;

namespace Tieline.Tests.Journal;

/// <summary>Figures, not a test: <c>dotnet test -c Release --project tests/Tieline.Tests --filter-class Tieline.Tests.Journal.JournalSpeed --explicit only --output Detailed</c></summary>
public sealed class JournalSpeed(ITestOutputHelper output)
{
    private const int Events = 200_000;

    [Fact(Explicit = true)]
    public async Task Events_a_second_that_become_durable()
    {
        using var temp = new TempDirectory();
        using var directory = DataDirectory.Open(temp.FileNamed("data"));
        using var metrics = new TielineMetrics();
        using var logs = new LogGuard();
        using var journal = SqliteJournal.Open(directory, [JournalRig.Crm], TimeProvider.System, metrics, logs.For<SqliteJournal>());
        var writing = Task.Run(() => journal.WriteAsync(CancellationToken.None), JournalRig.Cancellation);
        // About 1 KB a row, in the shape that a conversation of some length has.
        var participants = Enumerable.Range(0, 9).Select(number => new Participant($"88fd7719-f610-58e8-8d36-b131cc656c{number:x2}", "customer", $"user:ce69679a-80db-56ee-b96c-b4a767b230{number:x2}")).ToList();
        var events = Enumerable.Range(0, 1_000).Select(number => new RedactedEvent(Some.Event(number, $"5a5c561e-e0e2-57a7-82e8-3a363a89{number:x4}") with { Participants = participants })).ToList();
        for (var round = 0; round < 3; round++)
        {
            var began = TimeProvider.System.GetTimestamp();
            var cpu = Environment.CpuUsage.TotalTime;
            for (var sequence = 0; sequence < Events; sequence++)
                await journal.PostAsync(new JournalWork.Append(events[sequence % events.Count], new Mark(1, sequence, Some.Time), false), JournalRig.Cancellation);
            await journal.WaitForDurabilityAsync(JournalRig.Cancellation);
            var took = TimeProvider.System.GetElapsedTime(began);
            output.WriteLine(
                $"{Events / took.TotalSeconds:N0} events/s appended and durable, {(Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / Events:N1} µs CPU each, "
                + $"{journal.Read(reader => reader.ReadBytes()) / (double)(Events * (round + 1)):N0} bytes each");
        }

        journal.Complete();
        await writing;
    }

    [Fact(Explicit = true)]
    public void Nanoseconds_that_the_checksum_of_an_event_takes()
    {
        const int Rounds = 2_000_000;
        Span<byte> id = stackalloc byte[EventId.Size];
        foreach (var count in (int[])[1, 9])
        {
            var participants = Enumerable.Range(0, count).Select(number => new Participant($"88fd7719-f610-58e8-8d36-b131cc656c{number:x2}", "customer", $"user:ce69679a-80db-56ee-b96c-b4a767b230{number:x2}")).ToList();
            var e = Some.Event(7, "5a5c561e-e0e2-57a7-82e8-3a363a890001") with { Participants = participants };
            var json = ParticipantsJson.WriteUtf8(participants);
            var stored = new StoredEvent();
            e.Id.Write(id);
            for (var round = 0; round < 3; round++)
            {
                var (began, sum) = (TimeProvider.System.GetTimestamp(), 0L);
                for (var index = 0; index < Rounds; index++)
                    sum += stored.ChecksumOf(id, e, index, json.Span);
                output.WriteLine($"{json.Length} bytes of participants: {TimeProvider.System.GetElapsedTime(began).TotalNanoseconds / Rounds:N0} ns ({sum:x})");
            }
        }
    }

    [Fact(Explicit = true)]
    public async Task Events_a_second_without_and_with_the_hand_over_to_the_table()
    {
        const int Without = ConversationIndex.Capacity - 500;
        const int With = 2 * ConversationIndex.Capacity;
        var events = Enumerable.Range(0, 1_000).Select(number => new RedactedEvent(Some.Event(number, $"5a5c561e-e0e2-57a7-82e8-3a363a89{number:x4}"))).ToList();
        for (var round = 0; round < 3; round++)
        {
            using var temp = new TempDirectory();
            using var directory = DataDirectory.Open(temp.FileNamed("data"));
            using var metrics = new TielineMetrics();
            using var logs = new LogGuard();
            using var journal = SqliteJournal.Open(directory, [JournalRig.Crm], TimeProvider.System, metrics, logs.For<SqliteJournal>());
            var writing = Task.Run(() => journal.WriteAsync(CancellationToken.None), JournalRig.Cancellation);
            output.WriteLine($"without {await AppendAsync(journal, events, Without)}, with {await AppendAsync(journal, events, With)}");
            journal.Complete();
            await writing;
        }
    }

    private static async Task<string> AppendAsync(SqliteJournal journal, List<RedactedEvent> events, int count)
    {
        var began = TimeProvider.System.GetTimestamp();
        var cpu = Environment.CpuUsage.TotalTime;
        for (var sequence = 0; sequence < count; sequence++)
            await journal.PostAsync(new JournalWork.Append(events[(int)(sequence * 7L % events.Count)], new Mark(1, sequence, Some.Time), false), JournalRig.Cancellation);
        await journal.WaitForDurabilityAsync(JournalRig.Cancellation);
        return $"{count / TimeProvider.System.GetElapsedTime(began).TotalSeconds:N0} events/s, {(Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / count:N1} µs CPU each";
    }

    /// <summary>Makes a file of about 5 GB in the temporary folder, and takes minutes.</summary>
    [Fact(Explicit = true)]
    public async Task Conversations_looked_up_among_ten_million_events()
    {
        const int Rows = 10_000_000;
        const int Look = 1_000;
        using var temp = new TempDirectory();
        using var directory = DataDirectory.Open(temp.FileNamed("data"));
        var path = directory.FileNamed(JournalSchema.FileName);
        var lookUps = Fill(path, Rows);
        output.WriteLine($"{Rows:N0} events over 7 days, five in each conversation: {new FileInfo(path).Length / 1e9:N1} GB, {lookUps / 1e6:N0} MB of them look-ups");
        foreach (var how in (string[])["cold", "warm"])
        {
            // The warm ones are the cold ones again, over a connection that has read nothing yet.
            if (how == "cold")
                Forget(path);
            LookUp(path, how, Look);
        }

        using var metrics = new TielineMetrics();
        using var logs = new LogGuard();
        foreach (var (what, sql) in new[]
        {
            ("all in the table", $"UPDATE mark SET looked_up_through = {Rows}"),
            ("100,000 not in the table yet", $"UPDATE mark SET looked_up_through = {Rows - 100_000}"),
            ("none in the table, as after an upgrade", "UPDATE mark SET looked_up_through = 0; DELETE FROM lookup"),
        })
        {
            using (var connection = Database.OpenForWriting(path, JournalSchema.Migrations))
                Database.Execute(connection, sql);
            var began = TimeProvider.System.GetTimestamp();
            using var journal = SqliteJournal.Open(directory, [JournalRig.Crm], TimeProvider.System, metrics, logs.For<SqliteJournal>(), sameWithin: JournalRig.SameWithin);
            output.WriteLine($"opened in {TimeProvider.System.GetElapsedTime(began).TotalSeconds:N2} s ({what})");
            if (what[0] != 'a')
                continue;
            var writing = Task.Run(() => journal.WriteAsync(CancellationToken.None), JournalRig.Cancellation);
            began = TimeProvider.System.GetTimestamp();
            for (var number = 0; number < Look; number += 8)
            {
                var recovers = Enumerable.Range(number, 8).Select(one => JournalRig.Recover(false, [.. Enumerable.Range(0, 5).Select(fact => JournalRig.Fact(Name(one * 1_777L), fact))])).ToList();
                foreach (var recover in recovers)
                    await journal.PostAsync(recover, JournalRig.Cancellation);
                await Task.WhenAll(recovers.Select(recover => recover.Done.Task));
            }

            output.WriteLine($"{Look / TimeProvider.System.GetElapsedTime(began).TotalSeconds:N0} conversations/s through the writer, eight at a time, five new facts each");
            journal.Complete();
            await writing;
        }
    }

    /// <summary>Makes a file of about 5 GB in the temporary folder, and takes minutes.</summary>
    [Fact(Explicit = true)]
    public void Pages_of_conversations_among_ten_million_events()
    {
        const int Rows = 10_000_000;
        const int Pages = 50;
        using var temp = new TempDirectory();
        var path = temp.FileNamed(JournalSchema.FileName);
        Fill(path, Rows);
        foreach (var (what, fresh) in new[] { ("all in the table", 0), ("130,000 not in the table yet", 130_000) })
        {
            using (var connection = Database.OpenForWriting(path, JournalSchema.Migrations))
                Database.Execute(connection, $"UPDATE mark SET looked_up_through = {Rows - fresh}");
            foreach (var (which, search, deep) in new (string, EventSearch, bool)[]
            {
                ("all", new(), false), ("all, a week back", new(), true), ("a rare state", new(State: EventKinds.Abandoned), false), ("a day", new(From: Some.Time.AddDays(2), To: Some.Time.AddDays(3)), false),
            })
            {
                Forget(path);
                using var reader = new JournalReader(path);
                ConversationCursor? cursor = deep ? new(new JournalPosition(Rows), new JournalPosition(Rows / 50)) : null;
                var (took, found) = (new List<double>(), 0);
                for (var page = 0; page < Pages && (page == 0 || cursor is not null); page++)
                {
                    var began = TimeProvider.System.GetTimestamp();
                    var read = reader.SearchConversations(search, cursor, JournalReader.MaxFound);
                    took.Add(TimeProvider.System.GetElapsedTime(began).TotalMilliseconds);
                    found += read.Newest.Count;
                    cursor = read.Next;
                }

                output.WriteLine($"{what}; {which}: {took.Count} pages, {found:N0} conversations; the first in {took[0]:N0} ms, then {took.Skip(1).Average():N0} ms a page, at most {took.Skip(1).Max():N0} ms");
            }
        }
    }

    private void LookUp(string path, string how, int count)
    {
        using var connection = Database.OpenForWriting(path, JournalSchema.Migrations);
        using var statements = new JournalStatements(connection);
        var found = 0;
        var took = new List<double>();
        for (var number = 0; number < count; number++)
        {
            var conversation = Name(number * 1_999L);
            var began = TimeProvider.System.GetTimestamp();
            found += statements.Known(conversation, ConversationIndex.KeyOf(conversation), []).Count;
            took.Add(TimeProvider.System.GetElapsedTime(began).TotalMicroseconds);
        }

        found.ShouldBe(5 * count);
        took.Sort();
        output.WriteLine($"{how}: {took.Average():N0} µs a conversation (half below {took[count / 2]:N0}, 99 % below {took[count * 99 / 100]:N0})");
    }

    private static string Name(long conversation) => FormattableString.Invariant($"5a5c561e-e0e2-57a7-82e8-{conversation:x12}");

    /// <summary>Five events a conversation, a hundred positions apart.</summary>
    /// <returns>Bytes of the table of look-ups.</returns>
    private static long Fill(string path, int rows)
    {
        using var connection = Database.OpenForWriting(path, JournalSchema.Migrations);
        connection.CreateFunction("key_of", (string conversation) => ConversationIndex.KeyOf(conversation), isDeterministic: true);
        var start = Some.Time.ToUnixTimeMilliseconds();
        var step = TimeSpan.FromDays(7).TotalMilliseconds / rows;
        for (var from = 0; from < rows; from += 1_000_000)
        {
            Database.Execute(connection, FormattableString.Invariant(
                $"""
                INSERT INTO event WITH RECURSIVE n(i) AS (SELECT {from} UNION ALL SELECT i + 1 FROM n WHERE i < {from + 999_999})
                SELECT i + 1, randomblob(16), 1, i, '5a5c561e-e0e2-57a7-82e8-' || printf('%012x', i / 500 * 100 + i % 100), 'routing.queue', 'queued', {start} + CAST(i * {step} AS INTEGER), 'voice',
                    '0f1e2d3c-0000-57a7-82e8-0123456789ab', hex(zeroblob(100)), 0, {start} + CAST(i * {step} AS INTEGER), 7, NULL FROM n;
                """));
        }

        var events = Database.Scalar(connection, "PRAGMA page_count");
        Database.Execute(
            connection,
            $"INSERT INTO lookup SELECT received_at / 86400000, key_of(conversation), position FROM event ORDER BY 1, 2, 3; UPDATE mark SET sequence = {rows}, next_position = {rows} + 1, looked_up_through = {rows}; PRAGMA wal_checkpoint(TRUNCATE)");
        return (Database.Scalar(connection, "PRAGMA page_count") - events) * Database.Scalar(connection, "PRAGMA page_size");
    }

    /// <summary>Has the system forget what it has of the file.</summary>
    private static void Forget(string path)
    {
        using var dd = System.Diagnostics.Process.Start("dd", [$"of={path}", "oflag=nocache", "conv=notrunc,fdatasync", "count=0", "status=none"]);
        dd.WaitForExit();
    }

    [Fact(Explicit = true)]
    public void Times_read_a_second()
    {
        const int Times = 5_000_000;
        var text = "2026-03-02T09:14:07.218Z"u8;
        var cpu = Environment.CpuUsage.TotalTime;
        var read = 0;
        for (var count = 0; count < Times; count++)
            read += EventTime.TryParse(text, out _) ? 1 : 0;
        read.ShouldBe(Times);
        output.WriteLine($"{(Environment.CpuUsage.TotalTime - cpu).TotalNanoseconds / Times:N1} ns CPU a time");
    }
}
