using Microsoft.Data.Sqlite;
using Tieline.Backfill;
using Tieline.Diagnostics;
using Tieline.Events;
using Tieline.Journal;
using Tieline.Sequencing;
using Tieline.Storage;
using Tieline.TestKit;
using static Tieline.Tests.Journal.JournalRig;

namespace Tieline.Tests.Journal;

/// <summary>Files that earlier versions made, from the SQL that made them: it never changes, whatever becomes of <see cref="JournalSchema"/>.</summary>
public sealed class JournalMigrationTests : IDisposable
{
    private const string Version1 = """
        CREATE TABLE event(position INTEGER PRIMARY KEY, id BLOB NOT NULL, epoch INTEGER NOT NULL, sequence INTEGER, conversation TEXT NOT NULL, type TEXT NOT NULL, state TEXT,
            occurred_at INTEGER NOT NULL, media_type TEXT, queue_id TEXT, participants TEXT NOT NULL, origin INTEGER NOT NULL, received_at INTEGER NOT NULL, payload_hash INTEGER NOT NULL) STRICT;
        CREATE TABLE held(arrival INTEGER PRIMARY KEY, id BLOB NOT NULL, epoch INTEGER NOT NULL, sequence INTEGER, conversation TEXT NOT NULL, type TEXT NOT NULL, state TEXT,
            occurred_at INTEGER NOT NULL, media_type TEXT, queue_id TEXT, participants TEXT NOT NULL, origin INTEGER NOT NULL, received_at INTEGER NOT NULL, payload_hash INTEGER NOT NULL) STRICT;
        CREATE TABLE mark(one INTEGER PRIMARY KEY CHECK (one = 1), epoch INTEGER NOT NULL, sequence INTEGER, occurred_at INTEGER,
            next_position INTEGER NOT NULL, next_fact INTEGER NOT NULL, next_gap INTEGER NOT NULL) STRICT;
        INSERT INTO mark VALUES (1, 1, NULL, NULL, 1, 1, 1);
        CREATE TABLE gap(number INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, first_sequence INTEGER, last_sequence INTEGER, missing TEXT NOT NULL, reason TEXT NOT NULL, state TEXT NOT NULL,
            from_time INTEGER, to_time INTEGER, seen_at INTEGER NOT NULL, confirmed_at INTEGER, filled_at INTEGER) STRICT;
        CREATE INDEX gap_open ON gap(number) WHERE state <> 'filled';
        CREATE TABLE destination(number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, position INTEGER NOT NULL) STRICT;
        CREATE TABLE delivery(destination INTEGER NOT NULL, position INTEGER NOT NULL, outcome TEXT NOT NULL, status INTEGER, attempts INTEGER NOT NULL, settled_at INTEGER NOT NULL,
            PRIMARY KEY (destination, position)) STRICT, WITHOUT ROWID;
        CREATE TABLE retry(destination INTEGER NOT NULL, position INTEGER NOT NULL, attempts INTEGER NOT NULL, waited_ms INTEGER NOT NULL,
            PRIMARY KEY (destination, position)) STRICT, WITHOUT ROWID;
        CREATE TABLE dead_letter(destination INTEGER NOT NULL, position INTEGER NOT NULL, status INTEGER, reason TEXT NOT NULL, attempts INTEGER NOT NULL, at INTEGER NOT NULL,
            PRIMARY KEY (destination, position)) STRICT, WITHOUT ROWID;
        CREATE INDEX dead_letter_position ON dead_letter(position);
        CREATE TABLE fact(number INTEGER PRIMARY KEY, count INTEGER NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL, first_position INTEGER, positions BLOB, destination TEXT, detail TEXT) STRICT;
        CREATE TABLE audit_head(one INTEGER PRIMARY KEY CHECK (one = 1), fact INTEGER NOT NULL, hash TEXT NOT NULL) STRICT;
        """;

    private readonly TempDirectory _temp = new();
    private readonly TielineMetrics _metrics = new();
    private readonly LogGuard _logs = new();
    private readonly ManualTime _time = new();

    private string DatabasePath => _temp.FileNamed(JournalSchema.FileName);

    public void Dispose()
    {
        _metrics.Dispose();
        _temp.Dispose();
        _logs.Verify();
    }

    [Fact]
    public async Task Version_1_goes_on_as_the_newest_version_with_all_it_had()
    {
        using (var connection = Database.OpenForWriting(DatabasePath, [Version1]))
        {
            Insert(connection, "event", 1, "c1", 10, 4);
            Insert(connection, "event", 2, "c2", 11, 60);
            Insert(connection, "held", 1, "c4", 13, 3);
            Database.Execute(
                connection,
                $"""
                UPDATE mark SET epoch = 1, sequence = 13, occurred_at = {Ms(61)}, next_position = 3, next_fact = 5, next_gap = 4;
                INSERT INTO gap VALUES (1, 1, 2, 3, '', 'hole', 'filled', {Ms(0)}, {Ms(1)}, {Ms(2)}, {Ms(3)}, {Ms(4)});
                INSERT INTO gap VALUES (2, 1, 5, 9, '5-7,9', 'reconnect', 'open', {Ms(5)}, {Ms(6)}, {Ms(7)}, {Ms(8)}, NULL);
                INSERT INTO gap VALUES (3, 1, 12, 12, '12', 'hole', 'seen', {Ms(60)}, {Ms(61)}, {Ms(61)}, NULL, NULL);
                INSERT INTO destination VALUES (1, 'crm', 1);
                INSERT INTO delivery VALUES (1, 1, 'delivered', 200, 1, {Ms(5)});
                INSERT INTO fact VALUES (1, 2, 'accepted', {Ms(5)}, 1, NULL, NULL, NULL);
                INSERT INTO fact VALUES (3, 1, 'gap-detected', {Ms(8)}, NULL, NULL, NULL, NULL);
                INSERT INTO fact VALUES (4, 1, 'delivered', {Ms(9)}, NULL, x'01', 'crm', NULL);
                INSERT INTO audit_head VALUES (1, 3, 'aa');
                """);
            Database.Scalar(connection, "PRAGMA user_version").ShouldBe(1);
        }

        await using var running = await RunAsync();
        var journal = running.Journal;
        journal.Counters.ShouldBe(new JournalCounters(new Mark(1, 13, Some.Time.AddSeconds(61)), 3, 5, 4));
        journal.ReadEntries(journal.NumberOf(Crm), JournalPosition.Start, 10).Select(entry => entry.ConversationId).ShouldBe(["c2"]);
        journal.ReadOpenGaps().Select(gap => gap.ToString()).ShouldBe(["gap 2 (Reconnect): 5-7,9", "gap 3 (Hole): 12"]);
        journal.ReadRecentIds(10).Count.ShouldBe(3);
        journal.ReadHead().ShouldBe(new AuditHead(3, "aa"));
        var fill = journal.Read(reader => reader.ReadFills()).ShouldHaveSingleItem();
        fill.ShouldBe(new GapFill(2, GapReason.Reconnect, Some.Time.AddSeconds(5), Some.Time.AddSeconds(6), Some.Time.AddSeconds(8), GapState.Open, 0, Some.Time.AddSeconds(7), 0, 0, null, null) { HasNumbers = true });
        journal.Read(reader => reader.ReadSince()).ShouldBe(Some.Time.AddSeconds(3));
        journal.Read(reader => reader.ReadRemoved()).ShouldBe((JournalPosition.Start, null));
        journal.Read(reader => reader.ReadPlaces()).ShouldBe([new DestinationPlace(Crm, journal.NumberOf(Crm), JournalPosition.Start, new JournalPosition(1))]);
        // What it had is found, though it never wrote a look-up.
        (await running.RecoverAsync(Fact("c1", 4))).ShouldBe([FactVerdict.Known]);
        (await running.RecoverAsync(Fact("c2", 61))).ShouldBe([FactVerdict.Known]);
        (await running.RecoverAsync(Fact("c4", 3))).ShouldBe([FactVerdict.Known]);
        (await running.RecoverAsync(Fact("c3", 3))).ShouldBe([FactVerdict.New]);
        using var reading = Database.OpenForReading(DatabasePath, JournalSchema.Migrations.Count);
        Database.Scalar(reading, "PRAGMA user_version").ShouldBe(8);
        Database.Scalar(reading, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'").ShouldBe(1);
    }

    [Fact]
    public async Task Version_1_without_an_event_left_knows_how_far_it_had_come()
    {
        using (var connection = Database.OpenForWriting(DatabasePath, [Version1]))
            Database.Execute(connection, $"UPDATE mark SET sequence = 13, occurred_at = {Ms(61)}, next_position = 900");
        await using var running = await RunAsync();
        running.Journal.Read(reader => reader.ReadSince()).ShouldBe(Some.Time.AddSeconds(61));
    }

    [Fact]
    public async Task Version_1_of_any_length_goes_to_the_table_in_order_when_it_is_opened()
    {
        const int Count = (2 * ConversationIndex.Capacity) + 500;
        using (var connection = Database.OpenForWriting(DatabasePath, [Version1]))
        {
            Database.Execute(
                connection,
                $"""
                INSERT INTO event WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {Count})
                    SELECT i, randomblob(16), 1, i, 'c' || (i % 9973), 'routing.queue', 'queued', {Ms(0)} + i * 10000, NULL, NULL, '[]', 0, {Ms(0)} + i * 1000, 0 FROM n;
                UPDATE mark SET sequence = {Count}, occurred_at = {Ms(0)}, next_position = {Count + 1};
                """);
        }

        await using var running = await RunAsync();
        using (var reading = Database.OpenForReading(DatabasePath, JournalSchema.Migrations.Count))
        {
            Database.Scalar(reading, "SELECT looked_up_through FROM mark").ShouldBe(2 * ConversationIndex.Capacity);
            Database.Scalar(reading, "SELECT count(*) FROM lookup").ShouldBe(2 * ConversationIndex.Capacity);
        }

        foreach (var position in (long[])[1, 65_536, 65_537, 131_072, 131_073, Count])
            (await running.RecoverAsync(Fact($"c{position % 9973}", (position * 10) + 1.5, origin: EventOrigin.Manual))).ShouldBe([FactVerdict.Known]);
    }

    private async Task<Running> RunAsync()
    {
        await Task.Yield();
        var directory = DataDirectory.Open(_temp.Path);
        return new Running(SqliteJournal.Open(directory, [Crm], _time, _metrics, _logs.For<SqliteJournal>(), sameWithin: SameWithin), directory);
    }

    private static void Insert(SqliteConnection connection, string table, long row, string conversation, long sequence, int atSeconds)
    {
        var id = EventId.Of(conversation, EventKinds.RoutingQueue, EventKinds.Queued, Some.Time.AddSeconds(atSeconds));
        Database.Execute(connection, $"INSERT INTO {table} VALUES ({row}, x'{id.Value:x32}', 1, {sequence}, '{conversation}', 'routing.queue', 'queued', {Ms(atSeconds)}, 'voice', 'q1', '[]', 0, {Ms(atSeconds)}, 7)");
    }

    private static long Ms(int seconds) => Some.Time.AddSeconds(seconds).ToUnixTimeMilliseconds();

    private sealed class Running(SqliteJournal journal, DataDirectory directory) : IAsyncDisposable
    {
        private readonly Task _writing = Task.Run(() => journal.WriteAsync(CancellationToken.None));

        public SqliteJournal Journal => journal;

        public async Task<IReadOnlyList<FactVerdict>> RecoverAsync(params ConversationEvent[] facts)
        {
            var recover = Recover(false, facts);
            await journal.PostAsync(recover, Cancellation);
            return await recover.Done.Task.WaitAsync(Cancellation);
        }

        public async ValueTask DisposeAsync()
        {
            journal.Complete();
            await _writing;
            journal.Dispose();
            directory.Dispose();
        }
    }
}
