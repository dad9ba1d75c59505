using Tieline.Journal;
using Tieline.TestKit;
using static Tieline.Tests.Journal.JournalRig;

namespace Tieline.Tests.Journal;

/// <summary>Where a destination begins, and where one goes on that comes back.</summary>
public sealed class DestinationStartTests : IAsyncLifetime
{
    private readonly JournalRig _rig = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Theory]
    [InlineData("Now", new long[0])]
    [InlineData("now", new long[0])]
    [InlineData("Beginning", new long[] { 1, 2, 3, 4, 5 })]
    [InlineData("2026-03-02T09:00:03Z", new long[] { 3, 4, 5 })]
    [InlineData("2026-03-02T10:00:03.001+01:00", new long[] { 4, 5 })]
    [InlineData("2030-01-01T00:00Z", new long[0])]
    public async Task A_new_one_begins_where_it_is_told_and_is_told_once(string text, long[] positions)
    {
        await _rig.DoAsync(Appends(5));
        StartPoint.TryParse(text, out var start).ShouldBeTrue();
        var at = _rig.Scalar("SELECT received_at FROM event WHERE position = 3");
        at.ShouldBe(new DateTimeOffset(2026, 3, 2, 9, 0, 3, TimeSpan.Zero).ToUnixTimeMilliseconds());

        await _rig.ReopenAsync([Crm, Erp], new() { [Erp] = start });
        _rig.Positions(Erp, _rig.Journal.ReadSettledThrough(_rig.Journal.NumberOf(Erp)).Value).ShouldBe(positions);

        await _rig.ReopenAsync([Crm, Erp], new() { [Erp] = StartPoint.Beginning });
        _rig.Positions(Erp, _rig.Journal.ReadSettledThrough(_rig.Journal.NumberOf(Erp)).Value).ShouldBe(positions);
    }

    [Theory]
    [InlineData("")]
    [InlineData("yesterday")]
    [InlineData("2026-03-02")]
    [InlineData("2026-03-02T09:00:00")]
    public void What_is_no_start_is_none(string text) => StartPoint.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public async Task Copies_that_were_made_for_another_are_not_its()
    {
        await _rig.DoAsync(Appends(2));
        await _rig.DoAsync(new JournalWork.Replay(new JournalPosition(1), _rig.Journal.NumberOf(Crm), new(TaskCreationOptions.RunContinuationsAsynchronously)));
        await _rig.ReopenAsync([Crm, Erp], new() { [Erp] = StartPoint.Beginning });
        _rig.Positions(Erp).ShouldBe([1, 2]);
    }

    [Fact]
    public async Task One_that_comes_back_goes_on_where_it_was()
    {
        await _rig.ReopenAsync(Crm, Erp);
        await _rig.DoAsync(Appends(3));
        await _rig.DoAsync(_rig.Settle(1, 1, destination: Erp));
        await _rig.ReopenAsync(Crm);
        await _rig.DoAsync(Append(4));
        await _rig.ReopenAsync(Crm, Erp);
        _rig.Positions(Erp, after: 1).ShouldBe([2, 3, 4]);
        _rig.Journal.Removed.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_filtered_is_settled_and_told_like_what_is_delivered()
    {
        await _rig.DoAsync(Appends(4));
        await _rig.DoAsync(new JournalWork.PassBy(_rig.Journal.NumberOf(Crm), [new(1), new(2)], new JournalPosition(2)), _rig.Settle(3, 3));
        _rig.FactLines(after: 4).ShouldBe(["5 filtered crm 1", "6 filtered crm 2", "7 delivered crm 3"]);
        _rig.Scalar("SELECT count(*) FROM delivery WHERE outcome = 'filtered' AND attempts = 0").ShouldBe(2);
        _rig.Positions().ShouldBe([4]);
        await _rig.AuditedAsync(7);
        _rig.Time.Advance(TimeSpan.FromDays(30));
        using var loop = new CancellationTokenSource();
        (await new RetentionLoop(_rig.Journal, new RetentionOptions(), _rig.Time, _rig.Logs.For<RetentionLoop>()).RemoveAsync(loop.Token)).ShouldBe(3);
        _rig.Scalar("SELECT count(*) FROM delivery").ShouldBe(0);
    }
}
