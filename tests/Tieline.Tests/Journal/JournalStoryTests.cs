using Tieline.Journal;
using static Tieline.Tests.Journal.JournalRig;

namespace Tieline.Tests.Journal;

/// <summary>The time that a conversation's lines in the audit log lie in.</summary>
public sealed class JournalStoryTests : IAsyncLifetime
{
    private const string Conversation = "c-1";

    private readonly JournalRig _rig = new(Crm, Erp);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task It_ends_with_the_last_settlement_once_every_destination_has_each()
    {
        Span().ShouldBeNull();
        await _rig.DoAsync(LookUp(1, Conversation, 1), LookUp(2, "c-2", 2), LookUp(3, Conversation, 3));
        var received = Span()!.Value.From;
        Span().ShouldBe((received, null), "all waits");
        _rig.Time.Advance(TimeSpan.FromHours(1));
        await _rig.DoAsync(_rig.SettleAll(3));
        Span().ShouldBe((received, null), "one of two has them");
        _rig.Time.Advance(TimeSpan.FromHours(1));
        await _rig.DoAsync(_rig.SettleAll(3, Erp));
        Span().ShouldBe((received, _rig.Time.GetUtcNow()));
    }

    [Fact]
    public async Task It_ends_with_what_a_person_decided_last()
    {
        await _rig.DoAsync(LookUp(1, Conversation, 1));
        _rig.Time.Advance(TimeSpan.FromHours(2));
        await _rig.DoAsync(_rig.Settle(1, 1, dead: "rejected"), _rig.Settle(1, 1, destination: Erp));
        Span()!.Value.To.ShouldBe(_rig.Time.GetUtcNow(), "nothing has happened since it was set aside");
        _rig.Time.Advance(TimeSpan.FromHours(1));
        await _rig.DoAsync(new JournalWork.ReplayDeadLetter(new JournalPosition(1), _rig.Journal.NumberOf(Crm), "alice", new(TaskCreationOptions.RunContinuationsAsynchronously)));
        Span()!.Value.To.ShouldBeNull("it goes out again");
        _rig.Time.Advance(TimeSpan.FromHours(1));
        await _rig.DoAsync(_rig.Settle(1, 1, dead: "rejected", attempts: 2));
        await _rig.DoAsync(new JournalWork.Discard(new JournalPosition(1), _rig.Journal.NumberOf(Crm), "alice", "test data", new(TaskCreationOptions.RunContinuationsAsynchronously)));
        Span()!.Value.To.ShouldBe(_rig.Time.GetUtcNow());
    }

    private (DateTimeOffset From, DateTimeOffset? To)? Span() => _rig.Journal.Read(reader => reader.ReadStorySpan(Conversation));
}
