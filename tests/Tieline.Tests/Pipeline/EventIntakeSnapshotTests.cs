using Tieline.Events;
using Tieline.Journal;
using Tieline.Sequencing;
using Tieline.TestKit;
using static Tieline.Tests.Journal.JournalRig;
using EventId = Tieline.Events.EventId;

namespace Tieline.Tests.Pipeline;

/// <summary>Facts that snapshots told, without numbers.</summary>
public sealed class EventIntakeSnapshotTests : IAsyncLifetime
{
    private readonly IntakeRig _rig = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task ObserveAsync_TakesWhatIsWantedAndNotThere()
    {
        _rig.StartWriting();
        var (queued, transfer, ended) = (Fact("c1", 1, origin: EventOrigin.Live), Fact("c1", 5, EventKinds.Transfer, EventOrigin.Live), Fact("c1", 9, EventKinds.Completed, EventOrigin.Live));
        await ObserveAsync([queued, transfer], queued);
        await ObserveAsync([queued, transfer, ended], queued, ended);
        Journaled().ShouldBe([queued.Id, ended.Id]);
    }

    [Fact]
    public async Task ObserveAsync_WhatTheBackfillBrought_IsRecognisedAlsoAfterARestart()
    {
        _rig.StartWriting();
        var fetched = Fact("c1", 1);
        await _rig.Intake.RecoverAsync([fetched], _rig.Limit);
        await _rig.RestartAsync();
        _rig.StartWriting();
        var near = Fact("c1", 1.4, origin: EventOrigin.Live);
        await ObserveAsync([near], near);
        Journaled().ShouldBe([fetched.Id]);
    }

    [Fact]
    public async Task RecoverAsync_AnEnd_TellsThatTheConversationIsOver()
    {
        _rig.StartWriting();
        var ended = new List<string>();
        _rig.Intake.ConversationEnded = ended.Add;
        await _rig.Intake.RecoverAsync([Fact("c1", 1)], _rig.Limit);
        await _rig.Intake.RecoverAsync([Fact("c2", 1), Fact("c2", 3, EventKinds.Abandoned)], _rig.Limit);
        ended.ShouldBe(["c2"]);
        var (queued, notWanted) = (Fact("c3", 1), Fact("c3", 3, EventKinds.Completed));
        await _rig.Intake.RecoverAsync([queued, notWanted], _rig.Limit, new HashSet<EventId> { queued.Id });
        ended.ShouldBe(["c2"]);
    }

    [Fact]
    public async Task BeginNow_NothingFromBeforeIsWanted_AlsoInTheNextRun()
    {
        _rig.StartWriting();
        _rig.Intake.NewestTime.ShouldBeNull();
        _rig.Intake.BeginNow();
        var began = _rig.Time.GetUtcNow();
        var seen = Fact("c1", 9_000, origin: EventOrigin.Live);
        await ObserveAsync([seen], seen);
        await _rig.Intake.MarkAsync(_rig.Limit);
        await _rig.RestartAsync();
        _rig.Journal.Read(reader => reader.ReadSince()).ShouldBe(began);
        _rig.Intake.NewestTime.ShouldBe(seen.OccurredAt);
    }

    [Fact]
    public async Task MissedAsync_IsAGap()
    {
        _rig.StartWriting();
        await _rig.Intake.MissedAsync(GapReason.Restart, Some.Time, Some.Time.AddMinutes(5), _rig.Limit);
        await _rig.Intake.MissedAsync(GapReason.Reconnect, Some.Time, Some.Time.AddMinutes(5), _rig.Limit);
        (await _rig.GapsAsync()).ShouldBe(["restart open", "reconnect open"]);
    }

    [Fact]
    public async Task SaveAsync_KeepsAndForgetsConversations()
    {
        _rig.StartWriting();
        await SaveAsync(new SavedConversation("c1", Some.Time, [1]), new SavedConversation("c2", Some.Time.AddHours(1), [2]), new SavedConversation("c3", Some.Time.AddHours(2), [3]));
        await SaveAsync(new SavedConversation("c1", Some.Time.AddHours(3), [4, 5]), new SavedConversation("c3", default, null));
        await _rig.RestartAsync();
        _rig.Journal.Read(reader => reader.ReadConversationIds()).ShouldBe(["c1", "c2"]);
        _rig.Journal.Read(reader => reader.ReadConversation("c1")).ShouldBe([4, 5]);
        _rig.Journal.Read(reader => reader.ReadConversation("c3")).ShouldBeNull();
        _rig.Journal.Read(reader => reader.ReadSilent(Some.Time.AddHours(1), 10)).ShouldBe([new SilentConversation("c2", 0)]);
        _rig.Journal.Read(reader => reader.ReadSilent(Some.Time.AddHours(5), 1)).ShouldBe([new SilentConversation("c2", 0)]);
    }

    private Task ObserveAsync(ConversationEvent[] facts, params ConversationEvent[] wanted) => _rig.Intake.ObserveAsync(facts, wanted.Select(fact => fact.Id).ToHashSet(), _rig.Limit);

    private async Task SaveAsync(params SavedConversation[] conversations)
    {
        await _rig.Intake.SaveAsync(conversations, _rig.Limit);
        await _rig.Journal.WaitForDurabilityAsync(_rig.Limit);
    }

    private IReadOnlyList<EventId> Journaled() => _rig.Rows("SELECT id FROM event ORDER BY position", row => EventId.Read(row.GetFieldValue<byte[]>(0)));
}
