using System.Collections.Concurrent;
using System.Net;
using System.Text;
using CsCheck;
using Microsoft.Data.Sqlite;
using Tieline.Backfill;
using Tieline.Delivery;
using Tieline.Derivation;
using Tieline.Diagnostics;
using Tieline.Filtering;
using Tieline.Genesys;
using Tieline.Journal;
using Tieline.Pipeline;
using Tieline.Sequencing;
using Tieline.Storage;
using Tieline.TestKit;
using static Tieline.Tests.Journal.JournalRig;

namespace Tieline.Tests.Journal;

/// <summary>No row of the journal, however absurd, keeps Tieline from starting, or the others from being used. Rows that contradict the counters themselves are refused in words, elsewhere.</summary>
public sealed class AbsurdRowsTests : IAsyncLifetime
{
    private const int Events = 10;

    /// <summary>Tables whose rows decide neither which events there are nor which are settled: whatever stands there, all that waits goes out.</summary>
    private static readonly string[] _beside = ["gap", "conversation", "retry", "attempt", "fact", "audit_head", "lookup", "set_aside"];

    private static readonly string[] _deciding = ["event", "held", "delivery", "destination", "waiting", "dead_letter"];

    private static readonly Gen<string> _number = OneOf(
        "-9223372036854775808", "9223372036854775807", "-1", "0", "1", "2", "3", "2147483648", "-2147483649", "9007199254740993", "253402300800000", "-62135596800001", "1772442000000", "99999999999999");

    private static readonly Gen<string> _text = OneOf(
        "''", "'x'", "'no such word'", "'{'", "'[]'", "'{\"of\":7}'", "'null'", "'[1'", "'4-1,,x'", "'9223372036854775808'", "'1-9223372036854775807'", "'-5'", "'waiting'", "'open'", "'filled'", "'manual'", "'Hole'", "'7'", "'c3'", "'crm'",
        "hex(zeroblob(40000))", "CAST(x'ff00fe' AS TEXT)", "CAST(x'c3' AS TEXT)", "char(0, 65)");

    private static readonly Gen<string> _blob = OneOf("x''", "x'00'", "x'ffffffffffffffffffffffffffffffffff'", "zeroblob(16)", "zeroblob(70000)", "x'7b7d'", "x'80808080808080808080808001'", "CAST('{\"v\":1}' AS BLOB)");

    private readonly TempDirectory _temp = new();
    private Dictionary<string, string> _bodies = [];
    private Dictionary<string, (string Name, string Type, bool IsNullable)[]> _columns = [];

    private string Template => _temp.FileNamed("template.db");

    public async ValueTask InitializeAsync()
    {
        await using (var rig = new JournalRig())
        {
            await rig.DoAsync([.. Enumerable.Range(1, Events).Select(index => new JournalWork.Append(
                Some.Redacted(index, $"c{(index % 4) + 1}", TimeSpan.FromSeconds(index)), new Mark(1, index, Some.Time.AddSeconds(index)), false))]);
            await rig.DoAsync(
                rig.Settle(1, 1), rig.Settle(2, 2), rig.Settle(3, 3, dead: "no"),
                new JournalWork.Retry(new RetryRecord(rig.Journal.NumberOf(Crm), new(5), 2, TimeSpan.FromSeconds(3)) { Attempt = new AttemptRecord(1, Some.Time, "timed-out", null, TimeSpan.FromSeconds(1), null) }));
            await rig.DoAsync(new JournalWork.Append(Some.Redacted(13, "c9", TimeSpan.FromSeconds(13)), new Mark(1, 13, Some.Time.AddSeconds(13)), true));
            using var connection = Database.OpenForWriting(rig.DatabasePath, JournalSchema.Migrations);
            Database.Execute(connection, """
                INSERT INTO gap(number, epoch, first_sequence, last_sequence, missing, reason, state, from_time, to_time, seen_at, confirmed_at) VALUES (1, 1, 11, 12, '11-12', 'hole', 'open', 1772442010000, 1772442013000, 1772442013000, 1772442015000);
                UPDATE mark SET next_gap = 2;
                INSERT INTO conversation(id, ask_at, state) VALUES ('c77', 1772442000000, x'7b7d');
                INSERT INTO lookup SELECT received_at / 86400000, 7, position FROM event;
                INSERT INTO audit_head(one, fact, hash) VALUES (1, 0, '00');
                INSERT INTO set_aside VALUES (1, 1, 'gap', 'x', '{}');
                """);
            Database.Execute(connection, $"VACUUM INTO '{Template}'");
            foreach (var table in (string[])[.. _beside, .. _deciding])
                _columns[table] = ColumnsOf(connection, table);
        }

        // What each event looks like to a CRM: of all of them, as if nothing had been settled.
        _bodies = await RunAsync(["DELETE FROM delivery", "DELETE FROM dead_letter", "UPDATE destination SET position = 0"], Events + 1);
        _bodies.Count.ShouldBe(Events + 1);
    }

    public ValueTask DisposeAsync()
    {
        _temp.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public void Absurd_rows_beside_the_events_are_set_aside_and_all_that_waits_goes_out() =>
        Try(_beside, 60, Events - 3 + 1);

    [Fact]
    public void Absurd_rows_among_the_events_stop_nothing_and_none_goes_out_that_is_not_as_it_was_written() =>
        Try(_deciding, 100, null);

    [Fact]
    public void A_gap_whose_record_cannot_be_used_is_abandoned_on_record_once()
    {
        using var temp = new TempDirectory();
        var path = temp.FileNamed("data");
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.Copy(Template, Path.Combine(path, JournalSchema.FileName));
        Change(Path.Combine(path, JournalSchema.FileName), ["UPDATE gap SET to_time = 9223372036854775807"]);
        using var metrics = new TielineMetrics();
        for (var start = 0; start < 2; start++)
        {
            using var directory = DataDirectory.Open(path);
            var logs = new LogGuard();
            logs.Expect(2052);
            using var journal = SqliteJournal.Open(directory, [Crm], new ManualTime(), metrics, logs.For<SqliteJournal>(), sameWithin: SameWithin);
            journal.ReadFacts(0, 1_000).Where(fact => fact.Action == "gap-abandoned").ShouldHaveSingleItem().Detail!.ToJsonString().ShouldBe(
                """{"gap":1,"reason":"hole","from":"2026-03-02T09:00:10.000Z","asks":0,"recovered":0,"known":0,"problem":"its record cannot be used: to_time is no possible time"}""");
        }
    }

    /// <summary>The first that fails is told as it is: to shrink it would take its patience many times.</summary>
    private void Try(string[] tables, int times, int? expected)
    {
        Exception? failure = null;
        var refused = 0;
        Changes(tables).Sample(
            sql =>
            {
                if (failure is not null)
                    return;
                try
                {
                    RunAsync(sql, expected).GetAwaiter().GetResult();
                }
                catch (StorageException e) when (e.Message.Contains("does not agree with itself", StringComparison.Ordinal))
                {
                    refused++; // a number just beyond its counter may be a lost commit's: that is refused, in words
                }
                catch (Exception e)
                {
                    failure = new InvalidOperationException(string.Join("; ", sql), e);
                }
            },
            iter: times, threads: 1);
        if (failure is not null)
            throw failure;
        refused.ShouldBeLessThan(times / 2);
    }

    private Gen<string[]> Changes(string[] tables) =>
        Gen.OneOf([.. tables.Select(table => Gen.OneOf(Insert(table), Update(table)))]).Array[1, 3];

    private Gen<string> Insert(string table) =>
        Values(table).Select(values => $"INSERT OR REPLACE INTO {table}({string.Join(", ", _columns[table].Select(column => column.Name))}) VALUES ({string.Join(", ", values)})");

    private Gen<string> Update(string table) =>
        Gen.Select(Gen.Int[0, _columns[table].Length - 1], Gen.Int[0, 3], Values(table)).Select((column, row, values) =>
            $"UPDATE OR REPLACE {table} SET {_columns[table][column].Name} = {values[column]} WHERE {_columns[table][0].Name} IN (SELECT {_columns[table][0].Name} FROM {table} LIMIT 1 OFFSET {row})");

    private Gen<string[]> Values(string table)
    {
        // Numbers that have not been given contradict the counters.
        var gens = _columns[table].Select(column => (table, column.Name) is ("event", "position") ? OneOf("-9223372036854775808", "-1", "0", "4", "7", "10")
            : (table, column.Name) is ("fact", "number") ? OneOf("-9223372036854775808", "-1", "0", "1", "5")
            : (column.Type, column.IsNullable) switch
            {
                ("INTEGER", false) => _number,
                ("INTEGER", true) => Gen.OneOf(_number, Gen.Const("NULL")),
                ("TEXT", false) => _text,
                ("TEXT", true) => Gen.OneOf(_text, Gen.Const("NULL")),
                (_, false) => _blob,
                _ => Gen.OneOf(_blob, Gen.Const("NULL")),
            }).ToArray();
        return gens.Aggregate(Gen.Const(Array.Empty<string>()), (all, gen) => Gen.Select(all, gen, (before, value) => (string[])[.. before, value]));
    }

    private static Gen<string> OneOf(params string[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    /// <summary>Changes a copy of the template, opens it, and runs what Tieline runs.</summary>
    /// <param name="expected">How many events go out; null: whatever is left of them.</param>
    /// <returns>Bodies by id.</returns>
    private async Task<Dictionary<string, string>> RunAsync(IEnumerable<string> changes, int? expected)
    {
        using var temp = new TempDirectory();
        var path = temp.FileNamed("data");
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.Copy(Template, Path.Combine(path, JournalSchema.FileName));
        Change(Path.Combine(path, JournalSchema.FileName), changes);

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        using var directory = DataDirectory.Open(path);
        using var metrics = new TielineMetrics();
        var logs = new LogGuard();
        var time = new ManualTime();
        time.Advance(TimeSpan.FromMinutes(1));
        using var journal = SqliteJournal.Open(directory, [Crm], time, metrics, logs.For<SqliteJournal>(), sameWithin: SameWithin);
        var writing = Task.Run(() => journal.WriteAsync(limit.Token), CancellationToken.None);
        var intake = new EventIntake(
            new EventSequencer(TimeSpan.FromSeconds(2), TimeSpan.Zero), new EventFilter(new FilterOptions()), Some.Redactor(), journal, new SourceClock(time), time, metrics,
            new SpecificationMetrics(time), logs.For<EventIntake>());
        await intake.ExpireAsync(limit.Token);
        await journal.WaitForDurabilityAsync(limit.Token);

        using var crm = new Crm200();
        using var http = new HttpMessageInvoker(crm, disposeHandler: false);
        using var stopping = new CancellationTokenSource();
        var options = new DestinationOptions { Url = new Uri("http://crm.example/hook"), Name = Crm };
        var dispatcher = new Dispatcher(
            journal, new Destination(options, http, new WebhookRequestFactory(options, "test"), time, metrics), options, time, () => 0.5, metrics, logs.For<Dispatcher>());
        var delivering = Task.Run(() => dispatcher.RunAsync(stopping.Token, limit.Token), CancellationToken.None);
        var damage = new DamageLoop(intake, journal, time, logs.For<DamageLoop>());
        var repairing = Task.Run(() => damage.RunAsync(stopping.Token, limit.Token), CancellationToken.None);
        for (var round = 0; expected is null ? round < 20 : crm.Bodies.Count < expected; round++)
        {
            limit.Token.ThrowIfCancellationRequested();
            await journal.WaitForDurabilityAsync(limit.Token);
            if (delivering.IsFaulted || repairing.IsFaulted)
                break;
        }

        ReadAll(journal, intake, time);
        await new RetentionLoop(journal, new RetentionOptions { Delivered = TimeSpan.FromDays(1), MaxBytes = 1 }, time, logs.For<RetentionLoop>()).RemoveAsync(limit.Token);
        await stopping.CancelAsync();
        await delivering;
        await repairing;
        journal.Complete();
        await writing;
        if (_bodies.Count > 0)
            crm.Bodies.ShouldAllBe(body => _bodies.ContainsKey(body.Key) && _bodies[body.Key] == body.Value);
        return new Dictionary<string, string>(crm.Bodies);
    }

    private static void ReadAll(SqliteJournal journal, EventIntake intake, ManualTime time)
    {
        var now = time.GetUtcNow();
        var (from, to) = (now.AddDays(-400), now.AddDays(400));
        var moment = new SourceClock(time).Now;
        var tomorrow = new Moment(now.AddDays(1), now.AddDays(1), moment.Steady + TimeSpan.FromDays(1));
        var plan = new AskPlan(new GapOptions(), TimeSpan.FromHours(48));
        foreach (var fill in journal.Read(reader => reader.ReadFills()))
        {
            if (plan.Next([fill], tomorrow) is { } ask)
                plan.After(ask.Fills[0], new AskAnswer(moment.Steady, true, ask.IsSettling, 0, 0, 0, null, null), moment);
        }

        _ = intake.TakeGapChanges().ToList();
        journal.ReadFacts(0, 10_000);
        journal.ReadHead();
        journal.Read(reader =>
        {
            foreach (var id in reader.ReadConversationIds())
                ConversationState.TryRead(reader.ReadConversation(id)!, out _);
            reader.ReadSilent(now, 100);
            reader.ReadAllFills();
            reader.ReadFills(from, to);
            reader.ReadFillsBehind(0, 10);
            reader.ReadGapCounts();
            reader.ReadPauses();
            reader.ReadPlaces();
            reader.ReadBacklogs();
            reader.ReadRemoved();
            reader.ReadDeadLetterGroups(new DeadLetterQuery());
            reader.ReadDeadLetterCounts();
            reader.ReadWaitingCounts();
            reader.ReadChanges(0, 100);
            reader.ReadSteps(0, 1_000);
            reader.ReadKinds(new(1), new(100));
            reader.ReadNewest(JournalPosition.Start, 100);
            reader.Search(new EventSearch(), null, 100);
            reader.Search(new EventSearch(From: from, To: to), null, 100);
            reader.SearchConversations(new EventSearch(), null, 100);
            reader.SearchConversations(new EventSearch(), new ConversationCursor(new(100), new(8)), 100);
            reader.ReadLastBefore(now, 100, now);
            reader.ReadAttemptsSince(journal.NumberOf(Crm), now.AddDays(-1));
            foreach (var (letter, _) in reader.ReadDeadLetters(new DeadLetterQuery(), new DeadLetterCursor(JournalPosition.Start, new(0)), 100))
            {
                reader.ReadAttempts(journal.NumberOf(Crm), letter.Position);
                reader.ReadEntry(letter.Position);
                reader.ReadSettled(journal.NumberOf(Crm), letter.Position);
            }

            var account = new JournalAccount(reader, [Crm]);
            using var open = account.Open();
            foreach (var conversation in (string[])["c1", "c3"])
            {
                reader.ReadStory(conversation, 100);
                foreach (var fact in account.Find(conversation, null))
                    account.FateOf(fact, account.Destinations[0]);
            }

            return 0;
        });
        journal.Read(reader => reader.ReadStorySpan("c2"));
    }

    private static void Change(string path, IEnumerable<string> changes)
    {
        using var connection = Database.OpenForWriting(path, JournalSchema.Migrations);
        foreach (var change in changes)
        {
            try
            {
                Database.Execute(connection, change);
            }
            catch (SqliteException e) when (e.SqliteErrorCode == 19)
            {
                // Not even SQLite would have that row.
            }
        }
    }

    private static (string, string, bool)[] ColumnsOf(SqliteConnection connection, string table)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // text of the test's own
        command.CommandText = $"SELECT name, type, \"notnull\" = 0 AND pk = 0 FROM pragma_table_info('{table}')";
#pragma warning restore CA2100
        using var row = command.ExecuteReader();
        var columns = new List<(string, string, bool)>();
        while (row.Read())
            columns.Add((row.GetString(0), row.GetString(1), row.GetInt64(2) != 0));
        return [.. columns];
    }

    private sealed class Crm200 : HttpMessageHandler
    {
        public ConcurrentDictionary<string, string> Bodies { get; } = new();

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var body = Encoding.UTF8.GetString(await request.Content!.ReadAsByteArrayAsync(cancellationToken));
            var id = request.Headers.GetValues("webhook-id").Single();
            if (Bodies.GetOrAdd(id, body) != body)
                Bodies[id] = "two bodies";
            return new HttpResponseMessage(HttpStatusCode.OK);
        }
    }
}
