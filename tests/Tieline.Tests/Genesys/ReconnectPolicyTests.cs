using Tieline.Diagnostics;
using Tieline.Genesys;

namespace Tieline.Tests.Genesys;

public sealed class ReconnectPolicyTests
{
    private static readonly ConnectOutcome _unreachable = new ConnectOutcome.Failed("timeout", "no answer", null, HadToken: true);
    private static readonly ConnectOutcome _refusedFresh = new ConnectOutcome.HandshakeRefused(401, Fresh: true);
    private static readonly ConnectOutcome _tokenRefused = new ConnectOutcome.TokenRefused("check");
    private static readonly MonotonicTime _failedAt = new(TimeSpan.FromMinutes(10));
    private readonly ReconnectPolicy _policy = new(() => 0.5);

    [Fact]
    public void AfterFailure_GrowsUntilThirtySecondsForEver() =>
        Enumerable.Range(0, 7).Select(_ => Failed(_unreachable)).ShouldBe([2.5, 4.5, 8.5, 16.5, 30, 30, 30]);

    [Theory]
    [InlineData(1, 1.5)]
    [InlineData(2.5, 0)]
    [InlineData(10, 0)]
    public void AfterFailure_AnAttemptThatHung_DoesNotAddToTheWait(double hung, double seconds) =>
        Failed(_unreachable, hung).ShouldBe(seconds);

    [Theory]
    [InlineData(1, 2.5)]
    [InlineData(20, 20)]
    [InlineData(3600, 300)]
    public void AfterFailure_RetryAfter_LengthensUpToFiveMinutes(double asked, double seconds) =>
        Failed(new ConnectOutcome.Failed("503", "busy", TimeSpan.FromSeconds(asked), HadToken: true)).ShouldBe(seconds);

    [Fact]
    public void AfterFailure_RetryAfter_CountsFromTheAnswer() =>
        Failed(new ConnectOutcome.Failed("503", "busy", TimeSpan.FromSeconds(20), HadToken: true), elapsed: 9).ShouldBe(20);

    [Fact]
    public void AfterFailure_TheThirdTokenRefusal_SlowsDown() =>
        Enumerable.Range(0, 4).Select(_ => Failed(_tokenRefused)).ShouldBe([2.5, 4.5, 60, 60]);

    [Fact]
    public void AfterFailure_AGrantedTokenInBetween_StartsTheCountAgain()
    {
        Failed(_tokenRefused);
        Failed(_tokenRefused);
        Failed(_unreachable);
        Failed(_tokenRefused).ShouldBe(16.5);
    }

    [Fact]
    public void AfterFailure_TheThirdRefusedHandshake_SlowsDownAndIsAProblem()
    {
        Failed(_refusedFresh);
        Failed(_refusedFresh);
        _policy.HandshakeIsRefused.ShouldBeFalse();
        Failed(_refusedFresh).ShouldBe(60);
        _policy.HandshakeIsRefused.ShouldBeTrue();
        _policy.Opened();
        _policy.HandshakeIsRefused.ShouldBeFalse();
    }

    [Fact]
    public void AfterFailure_AnOldTokenRefused_IsRepeatedAtOnceAndDoesNotCount()
    {
        Failed(new ConnectOutcome.HandshakeRefused(401, Fresh: false)).ShouldBe(0);
        _policy.Attempt.ShouldBe(0);
    }

    [Fact]
    public void AfterClose_WithoutAnEvent_GoesOnGrowing()
    {
        Failed(_unreachable);
        _policy.Opened();
        Closed(1006).ShouldBe(4.5);
        _policy.Opened();
        Closed(1006).ShouldBe(8.5);
    }

    [Fact]
    public void AfterClose_WithAnEventOrAMinute_StartsAgain()
    {
        Failed(_unreachable);
        Closed(1006, heardEvent: true).ShouldBe(2.5);
        Closed(1006, alive: 59.9).ShouldBe(4.5);
        Closed(1006, alive: 60).ShouldBe(2.5);
    }

    [Fact]
    public void AfterClose_Graceful_IsCalm() => Enumerable.Range(0, 3).Select(_ => Closed(1000)).ShouldBe([5, 5, 5]);

    [Fact]
    public void AfterClose_TokenExpired_IsAtOnceUnlessItRepeats()
    {
        Closed(4001).ShouldBe(0);
        Closed(4001).ShouldBe(2.5);
        Closed(4001).ShouldBe(4.5);
        Closed(4001, heardEvent: true).ShouldBe(0);
    }

    [Fact]
    public void TakeSign_AReturn_EndsTheWaitAndBeginsTheSeriesAnew()
    {
        FailsTimes(6);
        _policy.TakeSign(Returned(_failedAt + _second), _failedAt).ShouldBeTrue();
        _policy.Attempt.ShouldBe(6);
        Enumerable.Range(0, 6).Select(_ => Failed(_unreachable)).ShouldBe([2.5, 4.5, 8.5, 16.5, 30, 30]);
    }

    [Fact]
    public void TakeSign_ReturnsThatFollowEachOther_OneInThirtySeconds()
    {
        FailsTimes(4);
        _policy.TakeSign(Returned(_failedAt + _second), _failedAt).ShouldBeTrue();
        FailsTimes(3);
        var later = _failedAt + TimeSpan.FromSeconds(20);
        _policy.TakeSign(Returned(later), later - _second).ShouldBeFalse();
        later += TimeSpan.FromSeconds(11);
        _policy.TakeSign(Returned(later), later - _second).ShouldBeTrue();
    }

    [Fact]
    public void TakeSign_RestThatAnsweredAllTheTime_CountsOnceAndTheDoublingGoesOn()
    {
        FailsTimes(3);
        _policy.AwaitsSign(isDown: false).ShouldBeTrue();
        _policy.TakeSign(Answered(_failedAt + _second), _failedAt).ShouldBeTrue();
        Failed(_unreachable).ShouldBe(16.5);
        _policy.AwaitsSign(isDown: false).ShouldBeFalse();
        _policy.AwaitsSign(isDown: true).ShouldBeTrue();
        _policy.TakeSign(Answered(_failedAt + _second), _failedAt).ShouldBeFalse();
        _policy.TakeSign(Returned(_failedAt + _second), _failedAt).ShouldBeTrue();
    }

    [Fact]
    public void TakeSign_AReturnBeforeTheAttempt_IsNone()
    {
        FailsTimes(3);
        _policy.TakeSign(Answered(_failedAt + _second), _failedAt);
        FailsTimes(1);
        _policy.TakeSign(new RestSign(_failedAt + _second, _failedAt - _second), _failedAt).ShouldBeFalse();
    }

    [Fact]
    public void TakeSign_AfterASuccess_CountsAgain()
    {
        FailsTimes(3);
        _policy.TakeSign(Answered(_failedAt + _second), _failedAt).ShouldBeTrue();
        Closed(1006, heardEvent: true);
        FailsTimes(2);
        _policy.TakeSign(Answered(_failedAt + _second), _failedAt).ShouldBeTrue();
    }

    [Fact]
    public void TakeSign_WhatWentOutBeforeTheAttemptFailed_SaysNothing()
    {
        FailsTimes(3);
        _policy.TakeSign(default, _failedAt).ShouldBeFalse();
        _policy.TakeSign(Returned(_failedAt), _failedAt).ShouldBeFalse();
    }

    [Fact]
    public void MayEndEarly_WhatIsShortAskedForOrARefusal_IsNot()
    {
        FailsTimes(2);
        _policy.MayEndEarly.ShouldBeFalse("4.5 s");
        FailsTimes(1);
        _policy.MayEndEarly.ShouldBeTrue("8.5 s");
        Failed(new ConnectOutcome.Failed("503", "busy", TimeSpan.FromSeconds(20), HadToken: true));
        _policy.MayEndEarly.ShouldBeFalse("Genesys has said how long");
        Failed(_tokenRefused);
        _policy.MayEndEarly.ShouldBeFalse("REST has nothing to do with it");
        Failed(_refusedFresh);
        _policy.MayEndEarly.ShouldBeFalse("REST has nothing to do with it");
        Closed(1006);
        _policy.MayEndEarly.ShouldBeTrue();
        Closed(1000);
        _policy.MayEndEarly.ShouldBeFalse();
    }

    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    private static RestSign Answered(MonotonicTime at) => new(at, null);

    private static RestSign Returned(MonotonicTime at) => new(at, at);

    private void FailsTimes(int times)
    {
        for (var i = 0; i < times; i++)
            Failed(_unreachable);
    }

    private double Failed(ConnectOutcome outcome, double elapsed = 0) => _policy.AfterFailure(outcome, TimeSpan.FromSeconds(elapsed)).TotalSeconds;

    private double Closed(int code, bool heardEvent = false, double alive = 1) =>
        _policy.AfterClose(code, heardEvent, TimeSpan.FromSeconds(alive)).TotalSeconds;
}
