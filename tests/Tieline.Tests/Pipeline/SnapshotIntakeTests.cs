using Tieline.Derivation;
using Tieline.Pipeline;
using Tieline.TestKit;

namespace Tieline.Tests.Pipeline;

/// <summary>What a snapshot tells is told once, an end two seconds after nothing contradicted it: by a clock that nobody can set.</summary>
public sealed class SnapshotIntakeTests : IAsyncLifetime
{
    private readonly SweepRig _rig = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task SettleAsync_AnEnd_IsToldTwoSecondsLater()
    {
        await EndAsync("c1");
        await SettleAsync(1.999);
        _rig.Ended.ShouldBeEmpty();
        await SettleAsync(0.001);
        _rig.Ended.ShouldBe(["c1"]);
        _rig.Snapshots.Count.ShouldBe(0);
        _rig.Snapshots.NextSettle.ShouldBeNull();
    }

    [Fact]
    public async Task SettleAsync_SomebodyIsThereAgain_NoEndIsTold()
    {
        await EndAsync("c1");
        await _rig.TakeAsync(SweepRig.Call("c1", ended: 20, began: 10, joined: "p3"));
        await SettleAsync(2);
        _rig.Ended.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(-2)]
    [InlineData(-365 * 24)]
    [InlineData(2)]
    [InlineData(365 * 24)]
    public async Task SettleAsync_TheClockIsSetWhileAnEndIsPending_ItIsToldInTimeAndSoAreAllThatFollow(int hours)
    {
        if (hours < 0)
            _rig.Time.StepClock(TimeSpan.FromHours(-hours)); // it was ahead, and is set right
        await EndAsync("c0");
        _rig.Time.StepClock(TimeSpan.FromHours(hours));
        for (var number = 1; number <= 5; number++)
            await EndAsync($"c{number}");
        await SettleAsync(1.9);
        _rig.Ended.ShouldBeEmpty();
        await SettleAsync(0.1);
        _rig.Ended.ShouldBe(["c0", "c1", "c2", "c3", "c4", "c5"]);
    }

    [Fact]
    public async Task SettleAsync_TheClockIsSetBackAfterTheLastFrame_TheConversationsAreForgottenAsBefore()
    {
        await EndAsync("c1");
        await SettleAsync(2);
        _rig.Time.StepClock(TimeSpan.FromHours(-2));
        _rig.Time.Advance(LiveConversations.Remembered);
        await _rig.SaveAsync();
        _rig.Snapshots.Count.ShouldBe(0);
        _rig.Followed.ShouldBeEmpty();
    }

    /// <summary>The first run began with a clock two hours ahead: what happens now is no past.</summary>
    [Fact]
    public async Task Wants_TheFirstRunsClockWasAhead_WhatHappensAfterItWasSetRightIsWanted()
    {
        _rig.Time.StepClock(TimeSpan.FromHours(2));
        await _rig.RestartAsync();
        _rig.Time.StepClock(TimeSpan.FromHours(-2));
        await _rig.SaveAsync(); // as each second
        _rig.Time.Advance(TimeSpan.FromMinutes(10));
        await EndAsync("c1", endedAfter: 599);
        await SettleAsync(2);
        _rig.Ended.ShouldBe(["c1"]);
    }

    [Theory]
    [InlineData("9999-12-31T23:59:59Z")]
    [InlineData("2200-01-01T00:00:00Z")]
    public async Task OnNotificationAsync_AnEndThatCannotBe_IsRefusedInWordsAndNothingElseSuffers(string endedAt)
    {
        var refused = Refused;
        await _rig.FollowAsync("c1");
        await _rig.TakeAsync(SweepRig.Call("c1", endedAt: endedAt, isWrapUpPending: true));
        (Refused - refused).ShouldBe(1);
        await EndAsync("c2");
        await SettleAsync(2);
        await _rig.SaveAsync();
        _rig.Ended.ShouldBe(["c2"]);
        _rig.Followed.ShouldBe(["c1"]);
    }

    /// <summary>Our clock is two days behind: what is told to have ended in two days cannot be told, and must not be tried without end.</summary>
    [Fact]
    public async Task SettleAsync_AnEndWhoseTimeIsNotPlausible_IsLeftToTheSweep()
    {
        _rig.Time.StepClock(TimeSpan.FromDays(-2));
        await EndAsync("c1");
        await SettleAsync(2);
        _rig.Ended.ShouldBeEmpty();
        _rig.Snapshots.NextSettle.ShouldBeNull();
        await _rig.SaveAsync();
        _rig.Followed.ShouldBe(["c1"]);
    }

    [Theory]
    [InlineData(-62_000_000_000_000)]
    [InlineData(0)]
    [InlineData(253_402_300_799_999)]
    public async Task Restored_AStateWithAbsurdTimes_IsAConversationLikeOthers(long milliseconds)
    {
        _rig.Rig.Logs.Expect(2052); // a row that nobody could handle is set aside at the start
        await _rig.FollowAsync("c1");
        await _rig.TakeAsync(SweepRig.Call("c1", ended: 20, isWrapUpPending: true));
        await _rig.SaveAsync();
        var text = System.Text.Encoding.UTF8.GetString(_rig.Rig.Journal.Read(reader => reader.ReadConversation("c1"))!);
        var at = Some.Time.AddSeconds(20).ToUnixTimeMilliseconds().ToString(System.Globalization.CultureInfo.InvariantCulture);
        text.ShouldContain(at);
        var absurd = text.Replace(at, milliseconds.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
        ConversationState.TryRead(System.Text.Encoding.UTF8.GetBytes(absurd), out var state).ShouldBeTrue();
        await _rig.Rig.Intake.SaveAsync([new("c1", DateTimeOffset.MaxValue, System.Text.Encoding.UTF8.GetBytes(absurd))], _rig.Rig.Limit);
        await _rig.Rig.Journal.WaitForDurabilityAsync(_rig.Rig.Limit);
        await _rig.RestartAsync();
        await _rig.TakeAsync(SweepRig.Call("c1", ended: 21, isWrapUpPending: true));
        await _rig.SaveAsync();
        await SettleAsync(2);
        _rig.Followed.ShouldBe(["c1"]);
        _ = state!.WrapUpDeadline;
    }

    private int Refused => _rig.Rig.Logs.Lines.Count(line => line.EventId == 6300);

    private async Task EndAsync(string conversation, double endedAfter = 20)
    {
        await _rig.TakeAsync(SweepRig.Call(conversation, began: endedAfter - 10));
        await _rig.TakeAsync(SweepRig.Call(conversation, began: endedAfter - 10, ended: endedAfter));
    }

    private async Task SettleAsync(double afterSeconds)
    {
        _rig.Time.Advance(TimeSpan.FromSeconds(afterSeconds));
        await _rig.Snapshots.SettleAsync(_rig.Rig.Limit);
        await _rig.Rig.Journal.WaitForDurabilityAsync(_rig.Rig.Limit);
    }
}
