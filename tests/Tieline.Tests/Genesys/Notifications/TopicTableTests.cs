using Tieline.Genesys;

namespace Tieline.Tests.Genesys.Notifications;

public sealed class TopicTableTests
{
    private static readonly DateTimeOffset _at = Frames.ReceivedAt;

    private readonly TopicTable _table = new();

    [Fact]
    public void Note_ARefusal_IsNamedOnce()
    {
        _table.Expect([new("a", false), new("b", false)], []);
        Note([Permitted("a"), Refused("B", "p")]).Single().Topic.ShouldBe("B");
        Note([Permitted("a"), Refused("b", "p")]).ShouldBeEmpty();
        _table.Refused.ShouldBe(1);
        _table.Permitted.ShouldBe(1);
        _table.IsRefused("B").ShouldBeTrue();
        _table.NeedsAttention.ShouldBeFalse();
        _table.Problem!.ShouldContain("p");
        Note([Permitted("b")]).ShouldBeEmpty();
        _table.Problem.ShouldBeNull();
        Note([Refused("b", "p")]).Count.ShouldBe(1);
    }

    [Fact]
    public void NeedsAttention_AllRefusedOrOneByName()
    {
        _table.Expect([new("a", false)], []);
        _table.NeedsAttention.ShouldBeFalse();
        Note([Refused("a")]);
        _table.NeedsAttention.ShouldBeTrue();

        _table.Expect([new("a", true), new("b", false)], []);
        Note([Permitted("b")]);
        _table.NeedsAttention.ShouldBeTrue();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Note_PartOfACombinedTopic_CountsAsRefused(bool refusalFirst)
    {
        _table.Expect([new("v2.users.u?presence&conversations", false), new("b", false)], []);
        var (ok, no) = (Permitted("v2.users.u?presence&conversations"), Refused("v2.users.u.presence", "p"));
        Note(refusalFirst ? [no, ok] : [ok, no]).Single().ShouldBe(no);
        _table.Refused.ShouldBe(1);
    }

    [Fact]
    public void Note_OneThatWasNotAskedFor_IsLetGo()
    {
        _table.Expect([new("a", true)], ["no such queue"]);
        Note([Refused("z", "p")]).ShouldBeEmpty();
        _table.Problem.ShouldBe("no such queue");
    }

    [Fact]
    public void Note_PermittedAgain_SaysSinceWhenItWasNotHeard()
    {
        _table.Expect([new("a", false), new("b", false), new("c", false)], []);
        _table.Note([Refused("a"), Permitted("b"), Refused("c")], _at).UnheardSince.ShouldBeNull();
        _table.Note([Refused("a"), Refused("b"), Refused("c")], _at.AddHours(1)).UnheardSince.ShouldBeNull();
        _table.Note([Refused("a"), Permitted("b")], _at.AddHours(2)).UnheardSince.ShouldBe(_at.AddHours(1));
        _table.Expect([new("a", true), new("c", false)], []);
        _table.Note([Permitted("a"), Permitted("c")], _at.AddHours(3)).UnheardSince.ShouldBe(_at);
        _table.Note([Permitted("a"), Permitted("c")], _at.AddHours(4)).UnheardSince.ShouldBeNull();
    }

    [Fact]
    public void Note_PartOfACombinedTopicAgain_IsNotNamedAgain()
    {
        _table.Expect([new("v2.users.u?presence&conversations", false)], []);
        var (ok, no) = (Permitted("v2.users.u?presence&conversations"), Refused("v2.users.u.presence", "p"));
        Note([ok, no]).ShouldBe([no]);
        Note([ok, no]).ShouldBeEmpty();
        _table.Note([ok], _at.AddHours(1)).UnheardSince.ShouldBe(_at);
    }

    private IReadOnlyList<TopicResult> Note(IEnumerable<TopicResult> results) => _table.Note(results, _at).Refused;

    private static TopicResult Permitted(string topic) => new(topic, true, []);

    private static TopicResult Refused(string topic, params string[] permissions) => new(topic, false, permissions);
}
