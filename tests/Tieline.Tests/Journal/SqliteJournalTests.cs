using System.Text;
using CsCheck;
using Tieline.Diagnostics;
using Tieline.Events;
using Tieline.Journal;
using Tieline.Sequencing;
using Tieline.Storage;
using Tieline.TestKit;
using Tieline.Tests.Sequencing;
using static Tieline.Tests.Journal.JournalRig;

namespace Tieline.Tests.Journal;

public sealed class SqliteJournalTests : IAsyncLifetime
{
    private readonly JournalRig _rig = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public void Open_ANewOne_IsEmpty()
    {
        _rig.Journal.Counters.ShouldBe(new JournalCounters(Mark.None, 1, 1, 1));
        _rig.Journal.Positions.Value.ShouldBe(0);
        _rig.Journal.Problem.ShouldBeNull();
        _rig.Journal.ReadHead().ShouldBeNull();
        _rig.Entries().ShouldBeEmpty();
        _rig.Facts().ShouldBeEmpty();
        _rig.Journal.ReadOpenGaps().ShouldBeEmpty();
        Should.Throw<KeyNotFoundException>(() => _rig.Journal.NumberOf("another"));
    }

    [Fact]
    public async Task Append_Events_ReadsThemInTheirOrder()
    {
        await _rig.DoAsync(Append(7, atSeconds: 9), Append(5, atSeconds: 1), Append(6, atSeconds: 5));
        _rig.Entries().Select(entry => (entry.Position.Value, entry.ConversationId)).ShouldBe([(1, "c7"), (2, "c5"), (3, "c6")]);
        _rig.Journal.Positions.Value.ShouldBe(3);
        _rig.Positions(after: 1).ShouldBe([2, 3]);
        _rig.Positions(after: 1, limit: 1).ShouldBe([2]);
        _rig.Positions(after: 3).ShouldBeEmpty();
    }

    [Fact]
    public async Task Append_AnEvent_ReadsAllOfIt()
    {
        var e = Some.Event(sequence: 42, state: null, type: "conversation.hold") with
        {
            Participants = [new("p1", "customer", "h:00112233aabbccdd"), new(null, "agent", null), new("", null, "user-7f21")],
            Origin = EventOrigin.Backfill,
            PayloadHash = ulong.MaxValue - 1,
        };
        await _rig.DoAsync(new JournalWork.Append(new RedactedEvent(e), new Mark(1, 42, e.OccurredAt), false));
        var entry = _rig.Entries().ShouldHaveSingleItem();
        (entry.Id, entry.ConversationId, entry.Type, entry.State, entry.OccurredAt, entry.Origin, entry.ReceivedAt, entry.Attempts, entry.Waited).ShouldBe(
            (e.Id, "c1", "conversation.hold", null, e.OccurredAt, EventOrigin.Backfill, e.ReceivedAt, 0, TimeSpan.Zero));
        Encoding.UTF8.GetString(entry.ParticipantsJson.Span).ShouldBe(
            """[{"id":"p1","role":"customer","identity":"h:00112233aabbccdd"},{"role":"agent"},{"id":"","identity":"user-7f21"}]""");
        var fact = _rig.Facts().ShouldHaveSingleItem();
        (fact.Sequence, fact.ConversationId, fact.EventType, fact.PayloadHash, fact.Id).ShouldBe((42, "c1", "conversation.hold", ulong.MaxValue - 1, e.Id));
    }

    [Fact]
    public async Task Append_WithoutSequence_KeepsNone()
    {
        await _rig.DoAsync(new JournalWork.Append(new RedactedEvent(Some.Event(sequence: null, origin: EventOrigin.Manual)), Mark.None, false));
        _rig.Facts().ShouldHaveSingleItem().Sequence.ShouldBeNull();
        _rig.Entries().ShouldHaveSingleItem().Origin.ShouldBe(EventOrigin.Manual);
    }

    [Fact]
    public Task Append_AnyText_ReadsItBack() =>
        Gen.Select(Gen.String[1, 20], Gen.String[1, 20], Gen.String[0, 20]).SampleAsync(
            async (conversation, type, state) =>
            {
                var from = _rig.Journal.Positions.Value;
                await _rig.DoAsync(new JournalWork.Append(new RedactedEvent(Some.Event(conversation: conversation, type: type, state: state)), Mark.None, false));
                var entry = _rig.Entries(after: from).ShouldHaveSingleItem();
                (entry.ConversationId, entry.Type, entry.State).ShouldBe((Stored(conversation), Stored(type), Stored(state)));
            },
            iter: 100, threads: 1);

    [Fact]
    public async Task Append_Held_WaitsUntilItIsReleased_AndGoesOutByTimeAndSequence()
    {
        await _rig.DoAsync(Append(10), Append(15, held: true, atSeconds: 5), Append(14, held: true, atSeconds: 3), Append(12, held: true, atSeconds: 4), Append(11, held: true, atSeconds: 4));
        _rig.Entries().Count.ShouldBe(1);
        _rig.Journal.Counters.Mark.Sequence.ShouldBe(11);
        await _rig.DoAsync(new JournalWork.Release(1, 14));
        _rig.Entries().Select(entry => entry.ConversationId).ShouldBe(["c10", "c14", "c11", "c12"]);
        await _rig.DoAsync(Append(16), new JournalWork.Release(1, long.MaxValue), Append(17));
        _rig.Entries().Select(entry => entry.ConversationId).ShouldBe(["c10", "c14", "c11", "c12", "c16", "c15", "c17"]);
        _rig.Positions().ShouldBe([1, 2, 3, 4, 5, 6, 7]);
        _rig.FactLines().ShouldBe(["1 accepted 10", "2 accepted 14", "3 accepted 11", "4 accepted 12", "5 accepted 16", "6 accepted 15", "7 accepted 17"]);
    }

    [Fact]
    public async Task Release_ForAnEpoch_TakesAllOfTheEpochsBefore()
    {
        await _rig.DoAsync(Append(900, held: true), Append(3, held: true, epoch: 2), Append(5, held: true, epoch: 2), new JournalWork.Release(2, 3));
        _rig.Entries().Select(entry => entry.ConversationId).ShouldBe(["c900", "c3"]);
    }

    [Fact]
    public async Task Release_WithNothingHeld_ChangesNothing()
    {
        await _rig.DoAsync(Append(1), new JournalWork.Release(1, long.MaxValue));
        _rig.Journal.Counters.ShouldBe(new JournalCounters(new Mark(1, 1, Some.Time.AddSeconds(1)), 2, 2, 1));
    }

    [Fact]
    public async Task Held_events_survive_a_restart_and_are_known_as_the_newest()
    {
        await _rig.DoAsync(Append(1), Append(3, held: true), Append(4, held: true));
        await _rig.ReopenAsync();
        _rig.Journal.ReadRecentIds(10).ShouldBe([Id(1), Id(3), Id(4)]);
        _rig.Entries().Count.ShouldBe(1);
        await _rig.DoAsync(new JournalWork.Release(1, long.MaxValue));
        _rig.Entries().Select(entry => entry.Id).ShouldBe([Id(1), Id(3), Id(4)]);
    }

    [Fact]
    public async Task ReadRecentIds_MoreThanAskedFor_GivesTheNewestOldestFirst()
    {
        await _rig.DoAsync(Appends(5));
        _rig.Journal.ReadRecentIds(3).ShouldBe([Id(3), Id(4), Id(5)]);
    }

    [Fact]
    public async Task Mark_and_counters_survive_a_restart()
    {
        await _rig.DoAsync(Append(1), new JournalWork.Advance(new Mark(3, 77, Some.Time.AddDays(1))), Seen(5, 2, 9), new JournalWork.Note("started", null));
        var before = _rig.Journal.Counters;
        before.ShouldBe(new JournalCounters(new Mark(3, 77, Some.Time.AddDays(1)), 2, 3, 6));
        await _rig.ReopenAsync();
        _rig.Journal.Counters.ShouldBe(before);
        _rig.Journal.Positions.Value.ShouldBe(1);
        await _rig.DoAsync(Append(78));
        _rig.Positions().ShouldBe([1, 2]);
        _rig.Facts().Select(fact => fact.Number).ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task A_mark_without_sequence_and_time_survives_too()
    {
        await _rig.DoAsync(new JournalWork.Advance(new Mark(2, null, null)));
        await _rig.ReopenAsync();
        _rig.Journal.Counters.Mark.ShouldBe(new Mark(2, null, null));
    }

    [Fact]
    public async Task RecordGap_SeenThenConfirmedThenShrunk_IsWhatItWasAfterARestart()
    {
        var sequencer = new EventSequencer(TimeSpan.FromSeconds(2));
        foreach (var sequence in (long[])[1, 7, 9])
            sequencer.Offer(sequence, At(sequence), Some.Time.AsMoment());
        sequencer.Expire(Some.Time.AddSeconds(2).AsMoment());
        sequencer.Offer(4, At(4), Some.Time.AddSeconds(3).AsMoment());
        await _rig.DoAsync(sequencer.TakeChanges().Select(change => new JournalWork.RecordGap(change)));
        await _rig.ReopenAsync();
        var gaps = _rig.Journal.ReadOpenGaps();
        gaps.Select(gap => (gap.Number, gap.Epoch, gap.Reason, gap.First, gap.Last, string.Join(',', gap.Missing))).ShouldBe(
            [(1, 1, GapReason.Hole, 2, 6, "2-3,5-6"), (2, 1, GapReason.Hole, 8, 8, "8")]);
        gaps.ShouldAllBe(gap => gap.SeenAt == Some.Time && gap.ConfirmedAt == Some.Time.AddSeconds(2));
        (gaps[0].From, gaps[0].To).ShouldBe((Some.Time.AddSeconds(1), Some.Time.AddSeconds(7)));
        _rig.Journal.Counters.NextGap.ShouldBe(3);
        _rig.Journal.Read(reader => reader.ReadOpenGapCount()).ShouldBe(2);
    }

    [Fact]
    public async Task RecordGap_ThatFilledItselfInTime_LeavesNothing()
    {
        await _rig.DoAsync(Seen(1, 2, 3), Change(Gap(1, 2, 3), GapChangeKind.Shrunk), Change(Gap(1), GapChangeKind.Filled));
        _rig.Journal.ReadOpenGaps().ShouldBeEmpty();
        _rig.Scalar("SELECT count(*) FROM gap").ShouldBe(0);
        _rig.Facts().ShouldBeEmpty();
        _rig.Journal.Counters.NextGap.ShouldBe(2);
    }

    [Fact]
    public async Task RecordGap_FilledAfterItWasConfirmed_IsKeptAsFilled()
    {
        await _rig.DoAsync(Seen(1, 2, 3), Confirmed(1, 2, 3), Filled(1));
        _rig.Journal.ReadOpenGaps().ShouldBeEmpty();
        _rig.Scalar("SELECT count(*) FROM gap WHERE state = 'filled' AND missing = '' AND filled_at IS NOT NULL AND first_sequence = 2 AND last_sequence = 3").ShouldBe(1);
        _rig.Facts().Select(fact => fact.Action).ShouldBe(["gap-detected", "gap-filled"]);
    }

    [Fact]
    public async Task RecordGap_KnownByTimeOnly_HasNoNumbers()
    {
        var between = new Gap(1, 4, GapReason.Renumbered, [], Some.Time, Some.Time.AddSeconds(9), Some.Time);
        between.Confirm(Some.Time);
        await _rig.DoAsync(Change(between, GapChangeKind.Seen), Change(between, GapChangeKind.Confirmed));
        var gap = _rig.Journal.ReadOpenGaps().ShouldHaveSingleItem();
        (gap.Epoch, gap.Reason, gap.First, gap.Last, gap.MissingCount).ShouldBe((4, GapReason.Renumbered, null, null, 0));
        _rig.FactLines().ShouldBe(["""1 gap-detected {"gap":1,"missing":0,"reason":"renumbered","from":"2026-03-02T09:00:00.000Z","to":"2026-03-02T09:00:09.000Z"}"""]);
    }

    [Fact]
    public async Task Settle_OutOfTurn_LeavesWhatIsNotSettledAndRemembersTheRest()
    {
        await _rig.DoAsync(Appends(5));
        await _rig.DoAsync(_rig.Settle(3), _rig.Settle(5), _rig.Settle(1, through: 1));
        _rig.Positions().ShouldBe([2, 4]);
        Through().ShouldBe(1);
        Above(1).ShouldBe(2);
        await _rig.ReopenAsync();
        _rig.Positions().ShouldBe([2, 4]);
        Through().ShouldBe(1);
        Above(1).ShouldBe(2);
        await _rig.DoAsync(_rig.Settle(2, through: 3), _rig.Settle(4, through: 5));
        _rig.Positions().ShouldBeEmpty();
        Through().ShouldBe(5);
        Above(5).ShouldBe(0);
    }

    [Fact]
    public async Task Settle_WithAnEarlierThrough_DoesNotGoBack()
    {
        await _rig.DoAsync(Appends(3));
        await _rig.DoAsync(_rig.Settle(1, through: 1), _rig.Settle(2, through: 2), _rig.Settle(3, through: 1));
        Through().ShouldBe(2);
    }

    [Fact]
    public async Task Retry_IsReadWithItsEntryUntilThatIsSettled()
    {
        var crm = _rig.Journal.NumberOf(Crm);
        await _rig.DoAsync([.. Appends(2), Retry(1, 1, 2), Retry(1, 3, 9)]);
        await _rig.ReopenAsync();
        _rig.Entries().Select(entry => (entry.Attempts, entry.Waited)).ShouldBe([(3, TimeSpan.FromSeconds(9)), (0, TimeSpan.Zero)]);
        await _rig.DoAsync(_rig.Settle(1, 1, attempts: 4));
        _rig.Scalar("SELECT count(*) FROM retry").ShouldBe(0);

        JournalWork Retry(long position, int attempts, int waited) => new JournalWork.Retry(new RetryRecord(crm, new JournalPosition(position), attempts, TimeSpan.FromSeconds(waited)));
    }

    [Fact]
    public async Task Retry_IsGoneOnceSettled_ThoughItsAttemptsWereForgiven()
    {
        await _rig.DoAsync(Append(1), new JournalWork.Retry(new RetryRecord(_rig.Journal.NumberOf(Crm), new JournalPosition(1), 3, TimeSpan.FromSeconds(9))));
        await _rig.DoAsync(_rig.Settle(1, 1, attempts: 1));
        _rig.Scalar("SELECT count(*) FROM retry").ShouldBe(0);
    }

    [Fact]
    public async Task Each_destination_settles_for_itself()
    {
        await _rig.ReopenAsync(Crm, Erp);
        await _rig.DoAsync(Appends(2));
        await _rig.DoAsync(_rig.Settle(1, 1, destination: Erp));
        _rig.Positions(Crm).ShouldBe([1, 2]);
        _rig.Positions(Erp).ShouldBe([2]);
    }

    [Fact]
    public async Task A_new_destination_starts_from_now_and_one_that_is_no_longer_named_keeps_its_place()
    {
        await _rig.DoAsync(Appends(2));
        await _rig.DoAsync(_rig.Settle(1, 1));
        var crm = _rig.Journal.NumberOf(Crm);
        await _rig.ReopenAsync(Erp);
        _rig.Journal.ReadSettledThrough(_rig.Journal.NumberOf(Erp)).Value.ShouldBe(2);
        await _rig.DoAsync(Append(3));
        await _rig.ReopenAsync(Crm, Erp);
        _rig.Journal.NumberOf(Crm).ShouldBe(crm);
        Through().ShouldBe(1);
        _rig.Positions(Crm, after: 1).ShouldBe([2, 3]);
        _rig.Positions(Erp, after: 2).ShouldBe([3]);
    }

    [Fact]
    public async Task SaveHead_KeepsTheLast()
    {
        await _rig.DoAsync(Appends(2));
        await _rig.Journal.SaveHeadAsync(new AuditHead(1, "aa"), Cancellation);
        await _rig.Journal.SaveHeadAsync(new AuditHead(2, "bb"), Cancellation);
        await _rig.ReopenAsync();
        _rig.Journal.ReadHead().ShouldBe(new AuditHead(2, "bb"));
    }

    [Fact]
    public async Task Work_that_was_queued_when_the_journal_was_completed_is_durable()
    {
        foreach (var work in Appends(2_000))
            await _rig.Journal.PostAsync(work, Cancellation);
        await _rig.ReopenAsync();
        _rig.Positions().ShouldBe(Enumerable.Range(1, 2_000).Select(position => (long)position));
    }

    [Fact]
    public async Task A_damaged_journal_is_refused_when_it_is_opened()
    {
        await _rig.DoAsync(Appends(10));
        var root = _rig.Scalar("SELECT rootpage FROM sqlite_schema WHERE name = 'mark'");
        using var temp = new TempDirectory();
        await CopyAsync(temp);
        var file = temp.FileNamed(JournalSchema.FileName);
        using (var connection = Database.OpenForWriting(file, JournalSchema.Migrations))
            Database.Execute(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
        using (var stream = new FileStream(file, FileMode.Open))
        {
            stream.Position = (root - 1) * 4_096;
            stream.Write(Enumerable.Repeat((byte)0xA5, 4_096).ToArray());
        }

        var before = File.ReadAllBytes(file);
        using var directory = DataDirectory.Open(temp.Path);
        var error = Should.Throw<StorageException>(() => SqliteJournal.Open(directory, [Crm], _rig.Time, new TielineMetrics(), _rig.Logs.For<SqliteJournal>()));
        error.Message.ShouldStartWith($"Journal '{file}' is damaged");
        File.ReadAllBytes(file).ShouldBe(before);
    }

    private static string Stored(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private static byte[] At(long seconds) => Encoding.UTF8.GetBytes(EventTime.ToText(Some.Time.AddSeconds(seconds)));

    private static EventId Id(long sequence) => ((JournalWork.Append)Append(sequence)).Event.Event.Id;

    private static Gap Gap(long number, params long[] firstAndLast) => new(
        number, 1, GapReason.Hole, firstAndLast.Length == 0 ? [] : [new SequenceRange(firstAndLast[0], firstAndLast[1])], Some.Time, Some.Time, Some.Time, 2, 3);

    private static JournalWork.RecordGap Change(Gap gap, GapChangeKind kind) => new JournalWork.RecordGap(new GapChange(gap, kind));

    private static JournalWork.RecordGap Seen(long number, long first, long last) => Change(Gap(number, first, last), GapChangeKind.Seen);

    private static JournalWork.RecordGap Confirmed(long number, long first, long last)
    {
        var gap = Gap(number, first, last);
        gap.Confirm(Some.Time);
        return Change(gap, GapChangeKind.Confirmed);
    }

    private static JournalWork.RecordGap Filled(long number)
    {
        var gap = Gap(number);
        gap.Confirm(Some.Time);
        return Change(gap, GapChangeKind.Filled);
    }

    private Task CopyAsync(TempDirectory to)
    {
        foreach (var name in (string[])["", "-wal"])
            File.Copy(_rig.DatabasePath + name, to.FileNamed(JournalSchema.FileName + name));
        return Task.CompletedTask;
    }

    private long Through() => _rig.Journal.ReadSettledThrough(_rig.Journal.NumberOf(Crm)).Value;

    private long Above(long position) => _rig.Journal.CountSettledAbove(_rig.Journal.NumberOf(Crm), new JournalPosition(position));
}
