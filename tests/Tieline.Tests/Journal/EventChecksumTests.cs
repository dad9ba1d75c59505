using Tieline.Events;
using Tieline.Journal;
using Tieline.Storage;
using Tieline.TestKit;
using static Tieline.Tests.Journal.JournalRig;

namespace Tieline.Tests.Journal;

public sealed class EventChecksumTests
{
    /// <summary>The test vector of <c>docs/formats/journal.md</c>.</summary>
    [Fact]
    public void Value_TheDocumentsEvent_IsTheDocuments()
    {
        var e = new ConversationEvent(
            EventId.Of("c1", EventKinds.RoutingQueue, EventKinds.Queued, Some.Time), "c1", EventKinds.RoutingQueue, EventKinds.Queued, Some.Time, "voice", null, [], 7, EventOrigin.Live, Some.Time, 0x0123456789abcdef);
        Span<byte> id = stackalloc byte[EventId.Size];
        e.Id.Write(id);
        var checksum = new StoredEvent().ChecksumOf(id, e, 1, "[]"u8);
        unchecked((ulong)checksum).ToString("x16").ShouldBe("b478107496488d5a");
    }

    [Fact]
    public async Task Every_way_into_the_journal_writes_a_checksum_that_is_right_when_it_is_read()
    {
        await using var rig = new JournalRig();
        await rig.DoAsync(Append(1), Append(2, held: true), Append(3, held: true), new JournalWork.Release(1, 3));
        await rig.RecoverAsync(Fact("c9", 4), Fact("c9", 5, EventKinds.Completed));
        await rig.DoAsync(new JournalWork.Replay(new(2), rig.Journal.NumberOf(Crm), new(TaskCreationOptions.RunContinuationsAsynchronously)));
        await rig.ReopenAsync();
        rig.Scalar("SELECT count(*) FROM event WHERE checksum IS NULL").ShouldBe(0);
        var entries = rig.Entries();
        entries.Count.ShouldBe(6);
        entries.ShouldAllBe(entry => entry.Damage == null);
    }

    [Fact]
    public async Task A_damaged_event_is_not_known_so_that_it_may_come_again()
    {
        await using var rig = new JournalRig();
        var fact = Fact("c1", 1);
        await rig.RecoverAsync(fact);
        (await rig.RecoverAsync(fact)).ShouldBe([FactVerdict.Known]);
        await rig.ReopenAsync();
        using (var connection = Database.OpenForWriting(rig.DatabasePath, JournalSchema.Migrations))
            Database.Execute(connection, "UPDATE event SET queue_id = 'q7' WHERE position = 1");
        (await rig.RecoverAsync(fact)).ShouldBe([FactVerdict.New]);
        rig.Journal.Read(reader => reader.ReadFactsOf("c1", [1, 2])).ShouldHaveSingleItem().Positions.ShouldBe([new JournalPosition(2)]);
    }
}
