using Tieline.Audit;

namespace Tieline.Tests.Audit;

public sealed class AuditSearchTests
{
    /// <summary>Some ten of the rig's lines.</summary>
    private const long Little = 3_000;

    [Fact]
    public async Task Find_PageByPage_GivesEachLineOnceNewestFirst()
    {
        using var rig = await WrittenAsync(200);
        var pages = Pages(rig, new AuditQuery(), limit: 7, AuditSearch.ReadAtOnce);
        pages.SelectMany(page => page.Lines).Select(line => line.Fact).ShouldBe(Enumerable.Range(1, 200).Reverse().Select(number => (long)number));
        pages.ShouldAllBe(page => page.Lines.Count <= 7);
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(Little)]
    [InlineData(10_000)]
    public async Task Find_WhatFitsIsFarBack_ComesInPagesOfBoundedWork(long atOnce)
    {
        using var rig = await WrittenAsync(200);
        var pages = Pages(rig, new AuditQuery(ConversationId: "c-8"), limit: 50, atOnce);
        pages.SelectMany(page => page.Lines).ShouldHaveSingleItem().Fact.ShouldBe(8);
        var bytes = rig.Files.Sum(file => new FileInfo(file).Length);
        pages.Count.ShouldBeGreaterThanOrEqualTo((int)(bytes / atOnce));
        pages[..^1].ShouldAllBe(page => page.Next != null && page.LookedBackTo != null);
        pages[..^1].Select(page => page.LookedBackTo!.Value).ShouldBeInOrder(SortDirection.Descending);
        (pages[^1].Next, pages[^1].LookedBackTo).ShouldBe((null, null));
    }

    [Fact]
    public async Task Find_BySpan_ReadsOnlyTheSpan()
    {
        using var rig = await WrittenAsync(200);
        var query = new AuditQuery(From: AuditFacts.Noon.AddMilliseconds(60), To: AuditFacts.Noon.AddMilliseconds(64));
        var found = AuditSearch.Find(rig.Audit, query, 50, TestContext.Current.CancellationToken, atOnce: Little);
        found.Lines.Select(line => line.Fact).ShouldBe([63, 62, 61, 60]);
        found.Next.ShouldBeNull("all of the span has been looked through");
        AuditSearch.Find(rig.Audit, query with { To = query.From }, 50, TestContext.Current.CancellationToken).ShouldSatisfyAllConditions(found => found.Lines.ShouldBeEmpty(), found => found.Next.ShouldBeNull(), found => found.LookedBackTo.ShouldBeNull());
        AuditSearch.Find(rig.Audit, new AuditQuery(From: AuditFacts.Noon.AddDays(1)), 50, TestContext.Current.CancellationToken).Lines.ShouldBeEmpty();
        AuditSearch.Find(rig.Audit, new AuditQuery(To: AuditFacts.Noon), 50, TestContext.Current.CancellationToken).Lines.ShouldBeEmpty();
    }

    [Fact]
    public async Task Find_WithinAnyFile_MeetsEveryBoundary()
    {
        using var rig = await WrittenAsync(40);
        for (var before = 1L; before <= 41; before++)
            AuditSearch.Find(rig.Audit, new AuditQuery(BeforeFact: before), 3, TestContext.Current.CancellationToken).Lines.Select(line => line.Fact).ShouldBe(new[] { before - 1, before - 2, before - 3 }.Where(fact => fact > 0));
    }

    [Fact]
    public async Task Find_LinesThatAreNoLongerThose_AreShownAndNotInTheWay()
    {
        using var rig = await WrittenAsync(40);
        var file = rig.Files[^1];
        await File.AppendAllTextAsync(file, "what is this\n{\"torn", TestContext.Current.CancellationToken);
        var found = AuditSearch.Find(rig.Audit, new AuditQuery(ConversationId: "c-39"), 50, TestContext.Current.CancellationToken);
        found.Lines.Select(line => line.Action).ShouldBe([AuditEntry.Unreadable, "accepted"]);
        AuditSearch.Find(rig.Audit, new AuditQuery(BeforeFact: 40), 1, TestContext.Current.CancellationToken).Lines.ShouldHaveSingleItem().Fact.ShouldBe(39);
    }

    [Fact]
    public async Task Find_LineLongerThanABlock_IsReadWhole()
    {
        using var rig = await WrittenAsync(40);
        var strange = new string('x', 3_000_000);
        await File.AppendAllTextAsync(rig.Files[^1], strange + "\n", TestContext.Current.CancellationToken);
        AuditSearch.Find(rig.Audit, new AuditQuery(), 2, TestContext.Current.CancellationToken).Lines.Select(line => (line.Json.Length, line.Fact)).ShouldBe([(3_000_000, 0), (Length(rig, 40), 40)]);
    }

    [Fact]
    public void Find_NoLog_FindsNothing()
    {
        using var rig = new AuditRig();
        AuditSearch.Find(rig.Audit, new AuditQuery(), 5, TestContext.Current.CancellationToken).ShouldSatisfyAllConditions(found => found.Lines.ShouldBeEmpty(), found => found.Next.ShouldBeNull(), found => found.LookedBackTo.ShouldBeNull());
    }

    private static int Length(AuditRig rig, long fact) => AuditReader.Read(rig.Audit, new AuditQuery(), TestContext.Current.CancellationToken).Single(line => line.Fact == fact).Json.Length;

    private static List<FoundLines> Pages(AuditRig rig, AuditQuery query, int limit, long atOnce)
    {
        var pages = new List<FoundLines> { AuditSearch.Find(rig.Audit, query, limit, TestContext.Current.CancellationToken, atOnce) };
        while (pages[^1].Next is { } next)
        {
            pages.Count.ShouldBeLessThan(1_000);
            pages.Add(AuditSearch.Find(rig.Audit, query with { BeforeFact = next }, limit, TestContext.Current.CancellationToken, atOnce));
        }

        return pages;
    }

    /// <summary>In files of a few lines each.</summary>
    private static async Task<AuditRig> WrittenAsync(int facts)
    {
        var rig = AuditRig.With(facts);
        rig.Options.MaxFileBytes = 3_000;
        await rig.RunOnceAsync();
        rig.Files.Length.ShouldBeGreaterThan(3);
        return rig;
    }
}
