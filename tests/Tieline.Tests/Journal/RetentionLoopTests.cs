using Tieline.Journal;
using Tieline.TestKit;
using static Tieline.Tests.Journal.JournalRig;

namespace Tieline.Tests.Journal;

public sealed class RetentionLoopTests : IAsyncLifetime
{
    private const int RetentionRemoved = 2010;

    private readonly JournalRig _rig = new();
    private readonly RetentionOptions _options = new() { Delivered = TimeSpan.FromHours(1) };

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task What_is_settled_and_audited_goes_once_it_is_old_enough()
    {
        await _rig.DoAsync(Appends(5));
        await _rig.DoAsync(_rig.SettleAll(5));
        await _rig.AuditedAsync(10);
        _rig.Time.Advance(_options.Delivered + TimeSpan.FromSeconds(3));
        (await RemoveAsync()).ShouldBe(2);
        _rig.Scalar("SELECT min(position) FROM event").ShouldBe(3);
        _rig.Scalar("SELECT min(position) FROM delivery").ShouldBe(3);
        _rig.Time.Advance(TimeSpan.FromSeconds(3));
        (await RemoveAsync()).ShouldBe(3);
        (await RemoveAsync()).ShouldBe(0);
        _rig.Scalar("SELECT count(*) FROM event").ShouldBe(0);
    }

    [Fact]
    public async Task Positions_and_facts_go_on_where_they_were_though_all_rows_are_gone()
    {
        await _rig.DoAsync(Appends(5));
        await _rig.DoAsync(_rig.SettleAll(5));
        await _rig.AuditedAsync(10);
        _rig.Time.Advance(TimeSpan.FromDays(1));
        await RemoveAsync();
        await _rig.ReopenAsync();
        await _rig.DoAsync(Append(6));
        _rig.Positions(after: 5).ShouldBe([6]);
        _rig.FactLines(after: 10).ShouldBe(["11 accepted 6"]);
    }

    [Fact]
    public async Task What_is_not_settled_stays_however_old()
    {
        await _rig.DoAsync(Appends(5));
        await _rig.DoAsync(_rig.Settle(1, 1), _rig.Settle(2, 2), _rig.Settle(4, 2));
        await _rig.AuditedAsync(8);
        _rig.Time.Advance(TimeSpan.FromDays(365));
        (await RemoveAsync()).ShouldBe(2);
        _rig.Positions(after: 2).ShouldBe([3, 5]);
    }

    [Fact]
    public async Task What_another_destination_has_not_settled_stays()
    {
        await _rig.ReopenAsync(Crm, Erp);
        await _rig.DoAsync(Appends(3));
        await _rig.DoAsync([.. _rig.SettleAll(3), .. _rig.SettleAll(1, Erp)]);
        await _rig.AuditedAsync(7);
        _rig.Time.Advance(TimeSpan.FromDays(1));
        (await RemoveAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task A_destination_that_is_no_longer_configured_keeps_what_it_was_not_delivered_until_that_is_discarded()
    {
        await _rig.ReopenAsync(Crm, Erp);
        await _rig.DoAsync(Appends(3));
        await _rig.DoAsync(_rig.Settle(1, 1, destination: Erp));
        await _rig.ReopenAsync(Crm);
        await _rig.DoAsync(Appends(2, from: 4));
        await _rig.DoAsync(_rig.SettleAll(5));
        await _rig.AuditedAsync(11);
        _rig.Time.Advance(TimeSpan.FromDays(1));
        (await RemoveAsync()).ShouldBe(1);
        var removed = _rig.Journal.Removed.ShouldHaveSingleItem();
        (removed.Name, removed.Events, removed.IsRemoved).ShouldBe((Erp, 2, true));

        await _rig.Journal.DiscardAsync(removed, "me", "moved", Cancellation);

        _rig.Journal.Removed.ShouldBeEmpty();
        _rig.FactLines(after: 11).ShouldBe(["""12 discarded erp {"events":2,"reason":"moved","by":"me"}"""]);
        (await RemoveAsync()).ShouldBe(4);
    }

    [Fact]
    public async Task One_that_had_all_when_it_was_removed_keeps_nothing()
    {
        await _rig.ReopenAsync(Crm, Erp);
        await _rig.DoAsync(Appends(3));
        await _rig.DoAsync(_rig.SettleAll(3, Erp));
        await _rig.ReopenAsync(Crm);
        await _rig.DoAsync(_rig.SettleAll(3));
        await _rig.AuditedAsync(9);
        _rig.Time.Advance(TimeSpan.FromDays(1));
        (await RemoveAsync()).ShouldBe(3);
        _rig.Journal.Removed.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(12)]
    [InlineData(19)]
    [InlineData(20)]
    public async Task What_is_not_yet_in_the_audit_log_can_still_be_written_there(long audited)
    {
        await _rig.DoAsync(Appends(10));
        await _rig.DoAsync(_rig.SettleAll(10));
        if (audited > 0)
            await _rig.AuditedAsync(audited);
        _rig.Time.Advance(TimeSpan.FromDays(1));
        (await RemoveAsync()).ShouldBeInRange(0, audited == 20 ? 10 : 9);
        _rig.Facts(after: audited).Where(fact => fact.Lost is null).Select(fact => fact.Number).ShouldBe(Enumerable.Range(1, 20).Skip((int)audited).Select(number => (long)number));
    }

    [Fact]
    public async Task A_dead_letter_stays_with_all_that_a_person_needs_to_decide()
    {
        await _rig.DoAsync(Appends(5));
        await _rig.DoAsync([.. _rig.SettleAll(2), _rig.Settle(3, 3, dead: "no such contact"), .. _rig.SettleAll(5, from: 4)]);
        await _rig.AuditedAsync(10);
        _rig.Time.Advance(TimeSpan.FromDays(1));
        (await RemoveAsync()).ShouldBe(4);
        (await RemoveAsync()).ShouldBe(0);
        _rig.Scalar("SELECT position FROM event").ShouldBe(3);
        _rig.Scalar("SELECT count(*) FROM dead_letter").ShouldBe(1);
        _rig.Scalar("SELECT count(*) FROM delivery WHERE outcome = 'dead-lettered'").ShouldBe(1);
    }

    [Fact]
    public async Task What_was_decided_goes_once_the_decision_is_in_the_audit_log_and_what_waits_stays()
    {
        await _rig.DoAsync(Appends(5));
        await _rig.DoAsync([_rig.Settle(1, 1, dead: "no"), _rig.Settle(2, 2, dead: "no"), _rig.Settle(3, 3, dead: "no"), .. _rig.SettleAll(5, from: 4)]);
        var (discarded, replayed) = (new TaskCompletionSource<bool>(), new TaskCompletionSource<bool>());
        await _rig.DoAsync(
            new JournalWork.Discard(new(1), _rig.Journal.NumberOf(Crm), "ann", "test data", discarded), new JournalWork.ReplayDeadLetter(new(2), _rig.Journal.NumberOf(Crm), "ann", replayed));
        _rig.FactLines(after: 10).ShouldBe(["""11 discarded crm 1 {"position":1,"reason":"test data","by":"ann"}""", """12 replayed crm 2 {"position":2,"by":"ann"}"""]);
        await _rig.AuditedAsync(10);
        _rig.Time.Advance(TimeSpan.FromDays(1));
        (await RemoveAsync()).ShouldBe(0);
        _rig.Facts(after: 10).Count.ShouldBe(2);
        await _rig.AuditedAsync(12);
        (await RemoveAsync()).ShouldBe(3);
        _rig.Scalar("SELECT sum(position) FROM event").ShouldBe(5);

        await _rig.DoAsync(new JournalWork.Settle(new Settlement(_rig.Journal.NumberOf(Crm), new(2), 200, 1, null, new(5)) { HadWaited = true }));
        await _rig.AuditedAsync(13);
        (await RemoveAsync()).ShouldBe(1);
        _rig.Scalar("SELECT position FROM event").ShouldBe(3);
        _rig.Scalar("SELECT count(*) FROM delivery").ShouldBe(1);
    }

    [Fact]
    public async Task Many_dead_letters_at_the_front_do_not_keep_what_is_behind_them()
    {
        const int dead = 2_100;
        await _rig.DoAsync(Appends(dead + 10));
        await _rig.DoAsync([.. Enumerable.Range(1, dead).Select(position => _rig.Settle(position, position, dead: "no")), .. _rig.SettleAll(dead + 10, from: dead + 1)]);
        await _rig.AuditedAsync(2 * (dead + 10));
        _rig.Time.Advance(TimeSpan.FromDays(1));
        (await RemoveAsync()).ShouldBe(10);
        _rig.Scalar("SELECT count(*) FROM event").ShouldBe(dead);
    }

    [Fact]
    public async Task A_fact_keeps_its_number_though_its_neighbours_events_are_gone()
    {
        await _rig.DoAsync(Appends(5));
        await _rig.DoAsync([.. _rig.SettleAll(2), _rig.Settle(3, 3, dead: "no"), .. _rig.SettleAll(5, from: 4)]);
        await _rig.AuditedAsync(10);
        _options.MaxBytes = 1;
        (await RemoveAsync()).ShouldBe(4);
        await _rig.DoAsync(Append(6));
        _rig.Facts().Select(fact => fact.Number).ShouldBe(Enumerable.Range(1, 11).Select(number => (long)number));
        _rig.FactLines().Where(line => !line.Contains("event removed", StringComparison.Ordinal)).ShouldBe(["3 accepted 3", """8 dead-lettered crm 3 {"status":422,"reason":"no"}""", "11 accepted 6"]);
        _rig.FactLines(after: 10, limit: 1).ShouldBe(["11 accepted 6"]);
        _rig.FactLines(after: 7, limit: 1).ShouldBe(["""8 dead-lettered crm 3 {"status":422,"reason":"no"}"""]);
    }

    [Fact]
    public async Task Too_big_a_journal_loses_the_oldest_settled_ones_early_and_no_more_than_it_must()
    {
        await _rig.DoAsync(Appends(9_000));
        await _rig.DoAsync(_rig.SettleAll(8_500));
        await _rig.AuditedAsync(17_500);
        (await RemoveAsync()).ShouldBe(0);
        _options.MaxBytes = Bytes() / 2;
        var removed = await RemoveAsync();
        removed.ShouldBeInRange(2_000, 8_000);
        Bytes().ShouldBeLessThanOrEqualTo(_options.MaxBytes);
        _rig.Scalar("SELECT min(position) FROM event").ShouldBe(removed + 1);
        (await RemoveAsync()).ShouldBe(0);
        _options.MaxBytes = 1;
        (await RemoveAsync()).ShouldBe(8_500 - removed);
        _rig.Positions(after: 8_500).Count().ShouldBe(500);
    }

    [Fact]
    public async Task Look_ups_go_with_their_days_and_those_of_dead_letters_stay()
    {
        const int Day = 86_400;
        // Nine hours from midnight to the first, and an event every three seconds: the first day's part, and days of 28,800.
        const int Count = 110_000;
        await _rig.DoAsync(Enumerable.Range(1, Count).Select(number => Append(number, atSeconds: number * 3)));
        _rig.Scalar("SELECT count(*) FROM lookup").ShouldBe(ConversationIndex.Capacity);
        await _rig.DoAsync([.. _rig.SettleAll(6), _rig.Settle(7, 7, dead: "no"), .. _rig.SettleAll(Count, from: 8)]);
        await _rig.AuditedAsync(2 * Count);
        _rig.Time.Advance(_options.Delivered + TimeSpan.FromSeconds(2.5 * Day));
        var removed = await RemoveAsync();
        removed.ShouldBe((int)_rig.Scalar("SELECT min(position) FROM event WHERE position > 7") - 2);
        var firstDay = _rig.Scalar("SELECT min(received_at / 86400000) FROM event WHERE position > 7");
        _rig.Scalar($"SELECT count(*) FROM lookup WHERE day < {firstDay}").ShouldBe(1);
        _rig.Scalar("SELECT min(position) FROM lookup").ShouldBe(7);
        (await _rig.RecoverAsync(Fact("c7", 21))).ShouldBe([FactVerdict.Known]);
        // Of the day that is still there, all stay; what they point at is gone, and nothing is found by them.
        (await _rig.RecoverAsync(Fact($"c{removed - 10}", (removed - 10) * 3))).ShouldBe([FactVerdict.New]);
        (await _rig.RecoverAsync(Fact($"c{removed + 10}", (removed + 10) * 3))).ShouldBe([FactVerdict.Known]);

        _rig.Time.Advance(TimeSpan.FromDays(30));
        await RemoveAsync();
        _rig.Scalar("SELECT count(*) FROM lookup WHERE position <> 7").ShouldBeLessThan(ConversationIndex.Capacity / 2);
    }

    [Fact]
    public async Task Facts_go_with_time_once_they_are_in_the_audit_log()
    {
        await _rig.DoAsync(Appends(3));
        await _rig.DoAsync(_rig.Settle(1, 1));
        await _rig.DoAsync(_rig.Settle(2, 2));
        _rig.Time.Advance(TimeSpan.FromDays(1));
        await _rig.DoAsync(Append(4));
        await _rig.AuditedAsync(4);
        await RemoveAsync();
        _rig.Scalar("SELECT min(number) FROM fact").ShouldBe(5);
        _rig.FactLines(after: 4).ShouldBe(["5 delivered crm 2", "6 accepted 4"]);
    }

    [Fact]
    public async Task It_looks_once_a_minute()
    {
        await _rig.DoAsync(Appends(5));
        await _rig.DoAsync(_rig.SettleAll(5));
        await _rig.AuditedAsync(10);
        _rig.Time.Advance(_options.Delivered);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var looking = Loop().RunAsync(stopping.Token);
        (await _rig.Time.Waits.ReadAsync(Cancellation)).ShouldBe(TimeSpan.FromMinutes(1));
        _rig.Time.Advance(TimeSpan.FromSeconds(59));
        _rig.Logs.Has(RetentionRemoved).ShouldBeFalse();
        _rig.Time.Advance(TimeSpan.FromSeconds(1));
        await _rig.Logs.WaitForAsync(RetentionRemoved, Cancellation);
        _rig.Scalar("SELECT count(*) FROM event").ShouldBe(0);
        await stopping.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(looking);
    }

    private RetentionLoop Loop() => new(_rig.Journal, _options, _rig.Time, _rig.Logs.For<RetentionLoop>());

    private Task<int> RemoveAsync() => Loop().RemoveAsync(Cancellation);

    private long Bytes() => _rig.Journal.Read(reader => reader.ReadBytes());
}
