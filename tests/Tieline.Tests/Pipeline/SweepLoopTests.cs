using System.Net;
using Tieline.Tests.Genesys.Details;

namespace Tieline.Tests.Pipeline;

/// <summary>The sweep asks about each conversation that has been silent, whatever became of the others.</summary>
public sealed class SweepLoopTests : IAsyncLifetime
{
    private readonly SweepRig _rig = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task RunAsync_ASilentConversationHasEnded_ItsEndIsToldAndItIsForgotten()
    {
        await _rig.FollowAsync("c1");
        _rig.Answers["c1"] = () => SweepRig.HasEnded("c1");
        await _rig.RoundAsync();
        _rig.Asked.ShouldBeEmpty();
        _rig.PassSilence();
        await _rig.RoundAsync();
        _rig.Asked.ShouldBe(["c1"]);
        _rig.Ended.ShouldBe(["c1"]);
        _rig.Followed.ShouldBeEmpty();
    }

    [Fact]
    public async Task RunAsync_ItGoesOn_ItIsAskedAboutAgainWhenItHasBeenSilentAsLongAgain()
    {
        await _rig.FollowAsync("c1");
        _rig.Answers["c1"] = () => SweepRig.Goes("c1");
        _rig.PassSilence();
        await _rig.RoundsAsync(29);
        _rig.Asked.ShouldBe(["c1"]);
        await _rig.RoundsAsync(3);
        _rig.Asked.ShouldBe(["c1", "c1"]);
    }

    [Fact]
    public async Task RunAsync_GenesysDoesNotKnowIt_ItIsForgotten()
    {
        await _rig.FollowAsync("c1", "c2");
        _rig.Answers["c2"] = () => SweepRig.Goes("c2");
        _rig.PassSilence();
        await _rig.RoundAsync();
        _rig.Followed.ShouldBe(["c2"]);
    }

    [Theory]
    [InlineData(HttpStatusCode.Forbidden, "{}")]
    [InlineData(HttpStatusCode.BadRequest, "{}")]
    [InlineData(HttpStatusCode.InternalServerError, "{}")]
    [InlineData(HttpStatusCode.OK, "no json")]
    [InlineData(HttpStatusCode.OK, "{}")]
    public async Task RunAsync_OneIsRefused_TheOthersAreAskedAboutInTheSameRound(HttpStatusCode status, string body)
    {
        await _rig.FollowAsync("r1", "c1", "c2");
        _rig.Answers["r1"] = () => FakeDetails.Status(status, body);
        _rig.Answers["c1"] = () => SweepRig.HasEnded("c1");
        _rig.Answers["c2"] = () => SweepRig.HasEnded("c2");
        _rig.PassSilence();
        await _rig.RoundAsync();
        _rig.Asked.ShouldBe(["r1", "c1", "c2"]);
        _rig.Ended.ShouldBe(["c1", "c2"]);
        _rig.Followed.ShouldBe(["r1"]);
    }

    [Fact]
    public async Task RunAsync_ItIsRefusedAgainAndAgain_EachTimeItWaitsTwiceAsLongAndAtLastItIsGivenUp()
    {
        await _rig.FollowAsync("r1");
        _rig.Answers["r1"] = () => FakeDetails.Status(HttpStatusCode.Forbidden);
        _rig.PassSilence();
        var askedAt = new List<double>();
        for (var minute = 0.5; minute < 9 * 60; minute += 0.5)
        {
            await _rig.RoundAsync();
            if (_rig.Asked.Count > askedAt.Count)
                askedAt.Add(minute);
        }

        askedAt.Zip(askedAt.Skip(1), (one, next) => next - one).ShouldBe([1, 2, 4, 8, 16, 32, 64, 128, 256]);
        _rig.Followed.ShouldBeEmpty();
        _rig.Counts["tieline.conversations.swept tieline.sweep.outcome=refused"].ShouldBe(9);
        _rig.Counts["tieline.conversations.swept tieline.sweep.outcome=given_up"].ShouldBe(1);
    }

    private long Refusals => _rig.Rig.Rows("SELECT refusals FROM conversation", row => row.GetInt64(0)).Single();

    [Fact]
    public async Task RunAsync_ARestartAfterRefusals_TheyStillCount()
    {
        await _rig.FollowAsync("r1");
        _rig.Answers["r1"] = () => FakeDetails.Status(HttpStatusCode.InternalServerError);
        _rig.PassSilence();
        await _rig.RoundsAsync(8); // refused at once, after a minute, after two more
        (_rig.Asked.Count, Refusals).ShouldBe((3, 3));
        await _rig.RestartAsync();
        Refusals.ShouldBe(3);
        await _rig.RoundsAsync(7);
        (_rig.Asked.Count, Refusals).ShouldBe((4, 4));
    }

    [Fact]
    public async Task RunAsync_AnAnswerAfterRefusals_TheyNoLongerCount()
    {
        await _rig.FollowAsync("c1");
        var isRefused = true;
        _rig.Answers["c1"] = () => isRefused ? FakeDetails.Status(HttpStatusCode.Forbidden) : SweepRig.Goes("c1");
        _rig.PassSilence();
        await _rig.RoundsAsync(3);
        _rig.Refusals("c1").ShouldBe(2);
        isRefused = false;
        await _rig.RoundsAsync(4);
        _rig.Refusals("c1").ShouldBe(0);
        _rig.Asked.Count.ShouldBe(3);
    }

    [Theory]
    [InlineData(HttpStatusCode.Unauthorized)]
    [InlineData(HttpStatusCode.TooManyRequests)]
    [InlineData(null)]
    public async Task RunAsync_WhatConcernsAll_EndsTheRoundAndCountsAgainstNone(HttpStatusCode? status)
    {
        await _rig.FollowAsync("c1", "c2");
        _rig.Answers["c1"] = () => status is { } answered ? FakeDetails.Status(answered) : throw new HttpRequestException(HttpRequestError.ConnectionError);
        _rig.Answers["c2"] = () => SweepRig.HasEnded("c2");
        _rig.PassSilence();
        await _rig.RoundAsync();
        _rig.Asked.Distinct().ShouldBe(["c1"]);
        _rig.Refusals("c1").ShouldBe(0);
    }

    [Fact]
    public async Task RunAsync_TheTokenIsRefused_EndsTheRound()
    {
        await _rig.FollowAsync("c1", "c2");
        _rig.Genesys.TokenAnswer = () => FakeDetails.Status(HttpStatusCode.BadRequest);
        _rig.Rig.Logs.Expect(1002);
        _rig.PassSilence();
        await _rig.RoundAsync();
        _rig.Asked.ShouldBeEmpty();
        _rig.Followed.ShouldBe(["c1", "c2"]);
    }

    /// <summary>As where the OAuth client has lost a permission: that says nothing about any of them.</summary>
    [Fact]
    public async Task RunAsync_AllAreRefusedForHours_NoneIsGivenUp_AndAllAreAskedAboutSoonAfterwards()
    {
        string[] all = [.. Enumerable.Range(10, 8).Select(number => $"c{number}")];
        await _rig.FollowAsync(all);
        foreach (var conversation in all)
            _rig.Answers[conversation] = () => FakeDetails.Status(HttpStatusCode.Forbidden);
        _rig.PassSilence();
        await _rig.RoundAsync();
        _rig.Asked.ShouldBe(["c10", "c11", "c12"]);
        await _rig.RoundsAsync(300);
        _rig.Followed.ShouldBe(all);
        foreach (var conversation in all)
            _rig.Answers[conversation] = () => SweepRig.HasEnded(conversation);
        await _rig.RoundsAsync(11);
        _rig.Followed.ShouldBeEmpty();
        _rig.Ended.ShouldBe(all);
    }

    [Fact]
    public async Task RunAsync_ThreeThatAreAlwaysRefusedAmongOthers_TheOthersAreAskedAbout()
    {
        await _rig.FollowAsync("bad1", "bad2", "bad3", "bad4", "c1", "c2");
        foreach (var bad in (string[])["bad1", "bad2", "bad3", "bad4"])
            _rig.Answers[bad] = () => FakeDetails.Status(HttpStatusCode.BadRequest);
        foreach (var good in (string[])["c1", "c2"])
            _rig.Answers[good] = () => SweepRig.HasEnded(good);
        _rig.PassSilence();
        await _rig.RoundsAsync(4);
        _rig.Ended.ShouldBe(["c1", "c2"]);
    }

    /// <summary>Saved by a clock that was a year ahead: asked about after the longest silence there is, not in a year.</summary>
    [Fact]
    public async Task RunAsync_TheRunBeforeHadAClockAYearAhead_ItIsAskedAboutWithinADay()
    {
        _rig.Time.StepClock(TimeSpan.FromDays(365));
        await _rig.FollowAsync("c1");
        await _rig.RestartAsync(() => _rig.Time.StepClock(TimeSpan.FromDays(-365)));
        _rig.Answers["c1"] = () => SweepRig.Goes("c1");
        await _rig.SaveAsync();
        _rig.Time.Advance(TimeSpan.FromHours(24));
        await _rig.RoundAsync();
        _rig.Asked.ShouldBe(["c1"]);
    }

    [Theory]
    [InlineData(-2 * 60)]
    [InlineData(-365 * 24 * 60)]
    [InlineData(60)]
    [InlineData(365 * 24 * 60)]
    public async Task RunAsync_TheClockIsSet_ASilentConversationIsAskedAboutNoLater(int minutes)
    {
        await _rig.FollowAsync("c1");
        _rig.Answers["c1"] = () => SweepRig.Goes("c1");
        _rig.Time.StepClock(TimeSpan.FromMinutes(minutes));
        await _rig.SaveAsync();
        _rig.PassSilence();
        await _rig.RoundAsync();
        _rig.Asked.ShouldBe(["c1"]);
    }
}
