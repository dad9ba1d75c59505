using Tieline.Audit;

namespace Tieline.Tests.Audit;

public sealed class AuditReaderTests
{
    [Fact]
    public async Task Read_Last_GivesTheNewestAcrossFilesInOrder()
    {
        using var rig = await WrittenAsync();
        Numbers(rig, new AuditQuery(Last: 7)).ShouldBe([34, 35, 36, 37, 38, 39, 40]);
        Numbers(rig, new AuditQuery(Last: 2, Action: "delivered")).ShouldBe([33, 38]);
        Numbers(rig, new AuditQuery(Last: 1_000)).Count().ShouldBe(40);
        Numbers(rig, new AuditQuery()).Count().ShouldBe(40);
    }

    [Fact]
    public async Task Read_ByConversationAndTime_GivesThose()
    {
        using var rig = await WrittenAsync();
        Numbers(rig, new AuditQuery(ConversationId: "c-9")).ShouldBe([9]);
        Numbers(rig, new AuditQuery(ConversationId: "c-é")).ShouldBe([]);
        Numbers(rig, new AuditQuery(From: AuditFacts.Noon.AddMilliseconds(10), To: AuditFacts.Noon.AddMilliseconds(12))).ShouldBe([10, 11]);
    }

    [Fact]
    public async Task Read_LineThatIsNoLongerOne_IsShownWhateverIsAskedFor()
    {
        using var rig = await WrittenAsync();
        File.AppendAllText(rig.Files[^1], "what is this\n{\"torn");
        var entry = AuditReader.Read(rig.Audit, new AuditQuery(ConversationId: "c-40"), CancellationToken.None).Last();
        entry.Action.ShouldBe(AuditEntry.Unreadable);
        entry.Json.ShouldBe("what is this");
    }

    private static async Task<AuditRig> WrittenAsync()
    {
        var rig = AuditRig.With(facts: 40);
        rig.Options.MaxFileBytes = 3_000;
        await rig.RunOnceAsync();
        rig.Files.Length.ShouldBeGreaterThan(3);
        return rig;
    }

    private static IEnumerable<long> Numbers(AuditRig rig, AuditQuery query) => AuditReader.Read(rig.Audit, query, CancellationToken.None).Select(entry => entry.Fact);
}
