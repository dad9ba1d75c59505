using System.Net;
using Tieline.Diagnostics;
using Tieline.Genesys;

namespace Tieline.Tests.Genesys;

/// <summary>Genesys is away, and what shows that it is back ends a long wait. Chance is one half: waits of 2.5, 4.5, 8.5, 16.5 and 30 s, and half a second after a sign.</summary>
public sealed class ReconnectWaitTests
{
    private static readonly TimeSpan _jitter = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan _probe = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task A_region_that_returns_is_connected_to_within_six_seconds()
    {
        await using var rig = await StreamRig.StartAsync();
        await FailsAsync(rig, g => g.IsDown = true, 2.5, 4.5);
        await rig.Clock.WaitsForAsync(TimeSpan.FromSeconds(8.5));
        await rig.Clock.PassAsync(_probe);
        await rig.Clock.WaitsForAsync(_probe); // the first one found it down
        rig.Rest.IsDown.ShouldBeTrue();
        rig.Clock.Advance(TimeSpan.FromSeconds(3.5));
        await rig.Clock.WaitsForAsync(TimeSpan.FromSeconds(16.5));
        rig.Genesys.IsDown = false;
        await rig.Clock.PassAsync(_probe);
        await rig.Clock.PassAsync(_jitter);
        await rig.Genesys.NextSocketAsync();
        rig.Genesys.RestCalls.ShouldBe(2);
        rig.Logs.Count(1092).ShouldBe(1);
        rig.Logs.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_gateway_that_alone_is_away_is_tried_once_early_and_then_as_before_without_further_calls()
    {
        await using var rig = await StreamRig.StartAsync();
        await FailsAsync(rig, g => Refuse(g, 6), 2.5, 4.5);
        await rig.Clock.WaitsForAsync(TimeSpan.FromSeconds(8.5));
        await rig.Clock.PassAsync(_probe);
        await rig.Clock.PassAsync(_jitter);
        await rig.Clock.WaitsForAsync(TimeSpan.FromSeconds(16.5));
        rig.Rest.Note(HttpStatusCode.OK, rig.Clock.GetMonotonicTime());
        rig.Clock.Advance(TimeSpan.FromSeconds(16.5));
        await rig.Clock.WaitsForAsync(TimeSpan.FromSeconds(30));
        rig.Clock.Advance(TimeSpan.FromSeconds(30));
        await rig.Clock.WaitsForAsync(TimeSpan.FromSeconds(30));
        rig.Genesys.RestCalls.ShouldBe(1);
    }

    [Fact]
    public async Task An_answer_to_any_other_call_spares_the_probe()
    {
        await using var rig = await StreamRig.StartAsync();
        await FailsAsync(rig, g => Refuse(g, 2), 2.5, 4.5);
        await rig.Clock.WaitsForAsync(TimeSpan.FromSeconds(8.5));
        rig.Clock.Advance(TimeSpan.FromSeconds(3));
        rig.Rest.Note(HttpStatusCode.NotFound, rig.Clock.GetMonotonicTime());
        await rig.Clock.PassAsync(_jitter);
        await rig.Genesys.NextSocketAsync();
        rig.Genesys.RestCalls.ShouldBe(0);
    }

    [Fact]
    public async Task No_attempt_follows_another_within_two_seconds()
    {
        await using var rig = await StreamRig.StartAsync();
        await FailsAsync(rig, g => Refuse(g, 2), 2.5, 4.5);
        await rig.Clock.WaitsForAsync(TimeSpan.FromSeconds(8.5));
        rig.Clock.Advance(TimeSpan.FromSeconds(0.5));
        rig.Rest.Note(HttpStatusCode.OK, rig.Clock.GetMonotonicTime());
        await rig.Clock.PassAsync(TimeSpan.FromSeconds(1.5) + _jitter);
        await rig.Genesys.NextSocketAsync();
    }

    [Fact]
    public async Task What_genesys_asked_to_wait_is_waited()
    {
        await using var rig = await StreamRig.StartAsync(g => g.HandshakeAnswers.Enqueue((503, "40")));
        await rig.Clock.WaitsForAsync(TimeSpan.FromSeconds(40));
        rig.Rest.Note(HttpStatusCode.OK, rig.Clock.GetMonotonicTime());
        rig.Clock.Advance(TimeSpan.FromSeconds(39));
        rig.Genesys.RestCalls.ShouldBe(0);
        rig.Clock.Advance(TimeSpan.FromSeconds(1));
        await rig.Genesys.NextSocketAsync();
        rig.Logs.Count(1092).ShouldBe(0);
    }

    [Fact]
    public async Task A_probe_is_one_of_the_minutes_calls_and_leaves_some_to_others()
    {
        await using var rig = await StreamRig.StartAsync();
        await FailsAsync(rig, g => Refuse(g, 4), 2.5, 4.5);
        await rig.Clock.WaitsForAsync(TimeSpan.FromSeconds(8.5));
        while (rig.Budget.Left > RestProbe.LeavesCalls)
            rig.Budget.Count();
        await rig.Clock.PassAsync(_probe);
        await rig.Clock.WaitsForAsync(_probe);
        rig.Genesys.RestCalls.ShouldBe(0);
    }

    [Theory]
    [InlineData("6.2", 7)]
    [InlineData("2594-11-06T08:49:37Z", 86_400)]
    public async Task A_probe_is_told_to_wait_as_any_call_is(string retryAfter, int seconds)
    {
        await using var rig = await StreamRig.StartAsync();
        await FailsAsync(rig, g => (g.IsDown, g.RetryAfter) = (true, retryAfter), 2.5, 4.5);
        await rig.Clock.WaitsForAsync(TimeSpan.FromSeconds(8.5));
        await rig.Clock.PassAsync(_probe);
        await rig.Clock.WaitsForAsync(_probe);
        rig.Genesys.RestCalls.ShouldBe(1);
        rig.Budget.HeldFor.ShouldBe(TimeSpan.FromSeconds(seconds));
    }

    [Theory]
    [InlineData(200, true, false)]
    [InlineData(401, true, false)]
    [InlineData(404, true, false)]
    [InlineData(302, false, false)]
    [InlineData(407, false, false)]
    [InlineData(408, false, false)]
    [InlineData(429, false, false)]
    [InlineData(500, false, true)]
    [InlineData(503, false, true)]
    public void Note_EachStatus_SaysWhetherRestAnswers(int status, bool answers, bool isDown)
    {
        var clock = new WaitingClock();
        var rest = new RestHealth(clock);
        rest.Note((HttpStatusCode)status, clock.GetMonotonicTime());
        (rest.Sign.AnsweredAt is not null).ShouldBe(answers);
        rest.IsDown.ShouldBe(isDown);
        rest.Sign.ReturnedAt.ShouldBeNull();
    }

    [Fact]
    public void Note_AnAnswerAfterAFailure_IsAReturnUnlessItsRequestIsOlder()
    {
        var clock = new WaitingClock();
        var rest = new RestHealth(clock);
        var sentAt = clock.GetMonotonicTime();
        clock.Advance(_probe);
        rest.Failed();
        rest.Note(HttpStatusCode.OK, sentAt);
        rest.Sign.ShouldBe(default);
        rest.IsDown.ShouldBeTrue();
        clock.Advance(_probe);
        rest.Note(HttpStatusCode.OK, clock.GetMonotonicTime());
        rest.Sign.ShouldBe(new RestSign(clock.GetMonotonicTime(), clock.GetMonotonicTime()));
        rest.IsDown.ShouldBeFalse();
    }

    private static void Refuse(FakeGenesys genesys, int times)
    {
        for (var i = 0; i < times; i++)
            genesys.HandshakeAnswers.Enqueue((503, null));
    }

    /// <summary>A connection that has been good ends, and the attempts that follow these waits fail.</summary>
    private static async Task FailsAsync(StreamRig rig, Action<FakeGenesys> trouble, params double[] waits)
    {
        var socket = await rig.Genesys.NextSocketAsync();
        await socket.SendAsync(1);
        await rig.Sink.ShouldGetAsync("connected", "1");
        trouble(rig.Genesys);
        socket.Abort();
        foreach (var wait in waits)
            await rig.Clock.PassAsync(TimeSpan.FromSeconds(wait));
    }
}
