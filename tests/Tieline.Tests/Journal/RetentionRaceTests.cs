using System.Text.Json;
using Tieline.Audit;
using Tieline.Diagnostics;
using Tieline.Journal;
using Tieline.Tests.Audit;
using static Tieline.Tests.Journal.JournalRig;

namespace Tieline.Tests.Journal;

/// <summary>What happens between retention's look and its removal must not cost the audit log a line.</summary>
public sealed class RetentionRaceTests : IAsyncLifetime
{
    private readonly JournalRig _rig = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task A_dead_letter_discarded_between_look_and_removal_keeps_its_event_until_the_decision_is_in_the_audit_log()
    {
        var look = await LookAsync();

        await _rig.DoAsync(new JournalWork.Discard(new(3), _rig.Journal.NumberOf(Crm), "ann", "test data", Done()));
        (await RemoveAsync(look)).ShouldBe(2);

        _rig.FactLines(after: 10).ShouldBe(["""11 discarded crm 3 {"position":3,"reason":"test data","by":"ann"}"""]);
        await AuditAsync("discarded");
        (await RemoveAsync(_rig.Journal.ReadRemovable())).ShouldBe(3);
    }

    [Fact]
    public async Task A_replayed_dead_letter_that_is_delivered_between_look_and_removal_keeps_its_event_until_that_is_in_the_audit_log()
    {
        await DeadLetterAsync();
        await _rig.DoAsync(new JournalWork.ReplayDeadLetter(new(3), _rig.Journal.NumberOf(Crm), "ann", Done()));
        await _rig.AuditedAsync(11);
        var look = _rig.Journal.ReadRemovable();
        look.Through.Value.ShouldBe(5);

        // In one group with the removal, as it may be committed.
        var removed = Removed();
        await _rig.DoAsync(new JournalWork.Settle(new Settlement(_rig.Journal.NumberOf(Crm), new(3), 200, 1, null, new(5)) { HadWaited = true }), Remove(look, removed));
        (await removed.Task).ShouldBe(2);

        _rig.FactLines(after: 11).ShouldBe(["12 delivered crm 3"]);
        await AuditAsync("delivered");
        (await RemoveAsync(_rig.Journal.ReadRemovable())).ShouldBe(3);
    }

    [Fact]
    public async Task A_settlement_of_a_list_is_heeded_by_its_lowest_position()
    {
        await _rig.DoAsync(Appends(6));
        await _rig.DoAsync([_rig.Settle(1, 1), _rig.Settle(2, 2, dead: "no"), _rig.Settle(3, 3, dead: "no"), .. _rig.SettleAll(6, from: 4)]);
        foreach (var position in (long[])[2, 3])
            await _rig.DoAsync(new JournalWork.ReplayDeadLetter(new(position), _rig.Journal.NumberOf(Crm), "ann", Done()));
        await _rig.AuditedAsync(14);
        var look = _rig.Journal.ReadRemovable();

        await _rig.DoAsync(((long[])[2, 3]).Select(position => new JournalWork.Settle(new Settlement(_rig.Journal.NumberOf(Crm), new(position), 200, 1, null, new(6)) { HadWaited = true })));
        (await RemoveAsync(look)).ShouldBe(1);

        _rig.FactLines(after: 14).ShouldBe(["15 delivered crm 2", "16 delivered crm 3"]);
    }

    [Fact]
    public async Task A_fact_whose_event_is_gone_is_a_line_that_says_so_and_the_log_goes_on()
    {
        await DeadLetterAsync();
        await _rig.DoAsync(new JournalWork.Discard(new(3), _rig.Journal.NumberOf(Crm), "ann", "test data", Done()));
        await _rig.DoAsync(Append(6));
        Change("DELETE FROM event WHERE position IN (3, 5)");

        var lines = await AuditAsync("discarded");

        lines.Count.ShouldBe(12);
        Lost(lines).ShouldBe(["3 accepted event removed", "5 accepted event removed", "8 dead-lettered event removed", "10 delivered event removed", "11 discarded event removed"]);
        lines[10].Detail.ShouldBe("""{"position":3,"reason":"test data","by":"ann","lost":"event removed"}""");
        lines[2].Detail.ShouldBe("""{"position":3,"lost":"event removed"}""");
        (lines[2].ConversationId, lines[2].Id).ShouldBe((null, null));
        lines[11].ConversationId.ShouldBe("c6");
    }

    [Theory]
    [InlineData("UPDATE fact SET kind = 'exploded' WHERE number = 11", "11 unknown kind unknown")]
    [InlineData("UPDATE fact SET detail = '{' WHERE number = 11", "11 discarded detail unreadable")]
    [InlineData("UPDATE fact SET detail = '{\"a\":1,\"a\":2}' WHERE number = 11", "11 discarded detail unreadable")]
    [InlineData("UPDATE fact SET detail = '{\"a\":[1]}' WHERE number = 11", "11 discarded detail unreadable")]
    [InlineData("UPDATE fact SET detail = '7' WHERE number = 11", "11 discarded detail unreadable")]
    [InlineData("UPDATE fact SET at = 9223372036854775807 WHERE number = 11", "11 discarded time unreadable")]
    [InlineData("UPDATE fact SET first_position = -4 WHERE number = 11", "11 discarded event removed")]
    [InlineData("UPDATE fact SET first_position = 9223372036854775807 WHERE number = 11", "11 discarded event removed")]
    [InlineData("UPDATE fact SET positions = x'ff' WHERE number = 9", "9 delivered positions unreadable", "10 delivered positions unreadable")]
    [InlineData("UPDATE fact SET positions = x'0000' WHERE number = 9", "9 delivered positions unreadable", "10 delivered positions unreadable")]
    [InlineData("UPDATE fact SET positions = x'04' WHERE number = 9", "10 delivered positions unreadable")]
    [InlineData("UPDATE fact SET positions = x'' WHERE number = 9", "9 delivered positions unreadable", "10 delivered positions unreadable")]
    [InlineData("UPDATE fact SET count = -1 WHERE number = 11")]
    [InlineData("UPDATE fact SET count = 0 WHERE number = 1")]
    [InlineData("UPDATE fact SET count = 2 WHERE number = 1", "3 unknown fact removed", "4 unknown fact removed", "5 unknown fact removed")]
    [InlineData("UPDATE fact SET count = 9223372036854775807 WHERE number = 9")]
    [InlineData("DELETE FROM fact WHERE number = 8", "8 unknown fact removed")]
    [InlineData("DELETE FROM fact WHERE number >= 11", "11 unknown fact removed", "12 unknown fact removed")]
    [InlineData("UPDATE event SET id = x'07' WHERE position = 3", "3 accepted event unreadable", "8 dead-lettered event unreadable", "11 discarded event unreadable")]
    public async Task A_row_that_is_absurd_is_a_line_that_says_so_and_the_log_goes_on(string damage, params string[] lost)
    {
        await DeadLetterAsync();
        await _rig.DoAsync(new JournalWork.Discard(new(3), _rig.Journal.NumberOf(Crm), "ann", "test data", Done()));
        await _rig.DoAsync(Append(6));
        Change(damage);

        var lines = await AuditAsync(null);

        lines.Count.ShouldBe(12);
        Lost(lines).ShouldBe(lost);
        await _rig.DoAsync(Append(7));
        (await AuditAsync(null)).Count.ShouldBe(13);
    }

    /// <summary>Five events, the third a dead letter.</summary>
    private async Task DeadLetterAsync()
    {
        await _rig.DoAsync(Appends(5));
        await _rig.DoAsync([.. _rig.SettleAll(2), _rig.Settle(3, 3, dead: "no"), .. _rig.SettleAll(5, from: 4)]);
    }

    /// <summary>All is old, settled and audited, and the third is a dead letter.</summary>
    private async Task<Removable> LookAsync()
    {
        await DeadLetterAsync();
        await _rig.AuditedAsync(10);
        var look = _rig.Journal.ReadRemovable();
        look.Through.Value.ShouldBe(5);
        return look;
    }

    /// <summary>Starts and stops an audit log on this journal from its first fact on, and verifies it.</summary>
    private async Task<List<AuditEntry>> AuditAsync(string? expected)
    {
        Change("DELETE FROM audit_head");
        using var data = new TestKit.TempDirectory();
        using var metrics = new TielineMetrics();
        _rig.Logs.Expect(4040);
        var projection = new AuditProjection(data.Path, _rig.Journal, new AuditOptions(), metrics, _rig.Time, _rig.Logs.For<AuditProjection>());
        await projection.RunAsync(new CancellationToken(canceled: true), Cancellation);
        var audit = Path.Combine(data.Path, "audit");
        (await AuditVerifier.VerifyAsync(audit, null, null, _rig.Journal.ReadHead(), () => _rig.Journal.Counters.NextFact - 1, null, Cancellation)).FirstBad.ShouldBeNull();
        var lines = AuditReader.Read(audit, new AuditQuery(), Cancellation).ToList();
        lines.Select(line => line.Fact).ShouldBe(Enumerable.Range(1, lines.Count).Select(number => (long)number));
        if (expected is not null)
            lines.ShouldContain(line => line.Action == expected);
        return lines;
    }

    private static IEnumerable<string> Lost(IEnumerable<AuditEntry> lines) =>
        lines.Where(line => line.Detail is not null && JsonDocument.Parse(line.Detail).RootElement.TryGetProperty("lost", out _))
            .Select(line => $"{line.Fact} {line.Action} {JsonDocument.Parse(line.Detail!).RootElement.GetProperty("lost").GetString()}");

    private async Task<int> RemoveAsync(Removable look)
    {
        var removed = Removed();
        await _rig.DoAsync(Remove(look, removed));
        return await removed.Task;
    }

    /// <summary>As the loop asks for it.</summary>
    private JournalWork.Remove Remove(Removable look, TaskCompletionSource<int> removed) => new(look.Through, 2_000, _rig.Time.GetUtcNow(), removed, look.FactsSeen);

    private void Change(string sql)
    {
        using var connection = Tieline.Storage.Database.OpenForWriting(_rig.DatabasePath, JournalSchema.Migrations);
        Tieline.Storage.Database.Execute(connection, sql);
    }

    private static TaskCompletionSource<bool> Done() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static TaskCompletionSource<int> Removed() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
