using System.Text.Json.Nodes;
using Tieline.Journal;
using static Tieline.Tests.Journal.JournalRig;

namespace Tieline.Tests.Journal;

/// <summary>Destinations come and go while the journal is written to.</summary>
public sealed class JournalReconfigureTests : IAsyncLifetime
{
    private readonly JournalRig _rig = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task A_new_one_begins_exactly_where_it_comes_also_within_a_group()
    {
        await _rig.DoAsync(Appends(2));
        var change = Change([Crm, Erp]);
        await _rig.DoAsync([Append(3), change, Append(4)]);
        await _rig.Journal.ReconfiguredAsync(change, Cancellation);

        _rig.Positions(Erp, _rig.Journal.ReadSettledThrough(_rig.Journal.NumberOf(Erp)).Value).ShouldBe([4]);
        _rig.Positions(Crm).ShouldBe([1, 2, 3, 4]);
        var fact = _rig.Journal.ReadFacts(0, 100).Where(fact => fact.Action == "reconfigured").ShouldHaveSingleItem();
        fact.Detail!.ToJsonString().ShouldBe("""{"key":"Destinations","afterPosition":3}""");
    }

    [Fact]
    public async Task A_new_one_may_begin_with_all_there_is()
    {
        await _rig.DoAsync(Appends(3));
        await ChangeAsync([Crm, Erp], new() { [Erp] = StartPoint.Beginning });

        _rig.Positions(Erp).ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task Copies_made_for_another_behind_it_are_not_its()
    {
        await _rig.DoAsync(Appends(1));
        var change = Change([Crm, Erp]);
        await _rig.DoAsync([change, new JournalWork.Replay(new JournalPosition(1), _rig.Journal.NumberOf(Crm), new(TaskCreationOptions.RunContinuationsAsynchronously))]);
        await _rig.Journal.ReconfiguredAsync(change, Cancellation);

        _rig.Positions(Erp, 1).ShouldBeEmpty();
        _rig.Positions(Crm, 1).ShouldBe([2]);
    }

    [Fact]
    public async Task One_that_goes_keeps_what_it_was_not_given_and_has_it_when_it_is_back()
    {
        await ChangeAsync([Crm, Erp]);
        await _rig.DoAsync(Appends(3));
        await _rig.DoAsync(_rig.Settle(1, 1, destination: Erp));
        await ChangeAsync([Crm]);
        _rig.Journal.Removed.ShouldHaveSingleItem().ShouldSatisfyAllConditions(removed => removed.Name.ShouldBe(Erp), removed => removed.Events.ShouldBe(2));

        await _rig.DoAsync(Append(4));
        await ChangeAsync([Crm, Erp]);
        _rig.Journal.Removed.ShouldBeEmpty();
        _rig.Positions(Erp, _rig.Journal.ReadSettledThrough(_rig.Journal.NumberOf(Erp)).Value).ShouldBe([2, 3, 4]);
    }

    [Fact]
    public async Task Retention_that_looked_before_takes_nothing_that_is_a_new_ones()
    {
        await _rig.DoAsync(Appends(3));
        await _rig.DoAsync(_rig.SettleAll(3));
        var change = Change([Crm, Erp], new() { [Erp] = StartPoint.Beginning });
        var removed = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        await _rig.DoAsync([change, new JournalWork.Remove(new JournalPosition(3), 100, _rig.Time.GetUtcNow(), removed)]);
        await _rig.Journal.ReconfiguredAsync(change, Cancellation);

        (await removed.Task).ShouldBe(0);
        _rig.Positions(Erp).ShouldBe([1, 2, 3]);
    }

    private async Task ChangeAsync(string[] destinations, Dictionary<string, StartPoint>? starts = null)
    {
        var change = Change(destinations, starts);
        await _rig.DoAsync(change);
        await _rig.Journal.ReconfiguredAsync(change, Cancellation);
    }

    private static JournalWork.Reconfigure Change(string[] destinations, Dictionary<string, StartPoint>? starts = null) => new(
        destinations, starts ?? [], [new JsonObject { ["key"] = "Destinations" }], new(TaskCreationOptions.RunContinuationsAsynchronously));
}
