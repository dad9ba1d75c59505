using System.Globalization;
using Tieline.Genesys;
using static Tieline.Tests.Genesys.Patience;

namespace Tieline.Tests.Genesys.Notifications;

/// <summary>Channels on real sockets, on a fake clock: what is missed is told exactly, and nothing is missed by what was planned.</summary>
public sealed class NotificationSourceTests
{
    /// <summary>Of 24 hours, 45 minutes ahead: 30 and half of as much again.</summary>
    private static readonly TimeSpan _due = TimeSpan.FromHours(24) - TimeSpan.FromMinutes(45);

    private static readonly TimeSpan _five = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task RunAsync_Start_SubscribesBeforeItConnectsAndSendsNoToken()
    {
        await using var rig = await NotificationRig.StartAsync();
        var socket = await rig.ConnectAsync();
        rig.Genesys.Topics[socket.Channel].ShouldBe([$"v2.routing.queues.{NotificationRig.Queue}.conversations"]);
        socket.Authorization.ShouldBeNull();
        await UntilAsync(() => rig.Status.State == SourceState.Connected); // the notification may be quicker than the bookkeeping
        rig.Specification.IsConnected.ShouldBeTrue();
        rig.Source.Topics.Permitted.ShouldBe(1);
    }

    [Fact]
    public async Task RunAsync_Stop_ClosesWith1000AndReleasesTheTopics()
    {
        await using var rig = await NotificationRig.StartAsync();
        var socket = await rig.ConnectAsync();
        await rig.StopAsync();
        (await socket.ClosedAsync()).ShouldBe(1000);
        rig.Genesys.Released.ShouldBe([socket.Channel]);
        rig.Status.State.ShouldBe(SourceState.Stopped);
        rig.Sink.Missed.ShouldBe(0);
    }

    [Fact]
    public async Task RunAsync_SystemFrames_AreNotHandedOn()
    {
        await using var rig = await NotificationRig.StartAsync();
        var socket = await rig.ConnectAsync();
        await socket.HeartbeatAsync();
        await socket.SendAsync("""{"topicName":"v2.subscription.updated","eventBody":{}}""");
        await socket.SendAsync("""{"result":"200","status":"subscribed"}""");
        await socket.SendAsync("[]");
        await socket.NotifyAsync(1);
        await rig.Sink.ShouldGetAsync("refused NotAnObject", "1");
    }

    [Fact]
    public async Task RunAsync_ThousandRenewals_MissNothing()
    {
        await using var rig = await NotificationRig.StartAsync();
        using var enough = new CancellationTokenSource();
        await rig.ConnectAsync();
        var sent = 0;
        var sending = Task.Run(async () =>
        {
            while (!enough.IsCancellationRequested)
            {
                (await rig.Genesys.BroadcastAsync(++sent)).ShouldBeTrue();
                await Task.Yield();
                if (sent % 5 == 0)
                    await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
            }
        }, TestContext.Current.CancellationToken);
        for (var i = 0; i < 1000; i++)
        {
            await rig.Clock.PassAsync(_due);
            await rig.Genesys.NextSocketAsync();
        }

        await rig.Clock.WaitsForAsync(_due);
        await enough.CancelAsync();
        await sending;
        await rig.Sink.UntilAsync($"{sent}");
        await rig.StopAsync();
        rig.Sink.Missed.ShouldBe(0);
        rig.Specification.ReconnectionCount.ShouldBe(0);
        rig.Genesys.TokensGranted.ShouldBeGreaterThanOrEqualTo(1001);
        Enumerable.Range(1, sent).Where(number => !rig.Sink.Numbers.ContainsKey($"{number}")).ShouldBeEmpty();
    }

    [Fact]
    public async Task RunAsync_SocketClosing_AnotherTakesOver()
    {
        await using var rig = await NotificationRig.StartAsync();
        var socket = await rig.ConnectAsync();
        await socket.SystemAsync("socket_closing");
        var next = await rig.Genesys.NextSocketAsync();
        next.Channel.ShouldNotBe(socket.Channel);
        (await socket.ClosedAsync()).ShouldBe(1000);
        await next.NotifyAsync(1);
        await rig.Sink.ShouldGetAsync("1");
        rig.Specification.ReconnectionCount.ShouldBe(0);
        rig.Genesys.TokensGranted.ShouldBe(1);
    }

    [Fact]
    public async Task RunAsync_OldIsNotReadToItsEnd_TellsOfAGapAtTheChange()
    {
        await using var rig = await NotificationRig.StartAsync();
        var socket = await rig.ConnectAsync();
        rig.Clock.Advance(_five);
        socket.AnswersClose = false;
        await socket.SystemAsync("socket_closing");
        var next = await rig.Genesys.NextSocketAsync();
        (await socket.ClosedAsync()).ShouldBe(1000);
        rig.Clock.Advance(_five);
        await socket.NotifyAsync(1); // it is late, and who knows what is behind it
        await rig.Sink.ShouldGetAsync("1");
        rig.Clock.Advance(ChannelTiming.CatchUp);
        await rig.Sink.ShouldGetAsync("missed 5 to 5");
        await next.NotifyAsync(2);
        await rig.Sink.ShouldGetAsync("2");
        rig.Specification.ReconnectionCount.ShouldBe(0);
    }

    [Fact]
    public async Task RunAsync_OldDiesBeforeTheNewHasSpoken_TellsOfTheGap()
    {
        var some = TimeSpan.FromSeconds(4); // not 5: a watch that begins late would then wait as long as a socket may take to speak
        await using var rig = await NotificationRig.StartAsync();
        var socket = await rig.ConnectAsync();
        rig.Genesys.IsMute = true;
        await socket.SystemAsync("socket_closing");
        var next = await rig.Genesys.NextSocketAsync();
        await rig.Clock.WaitsForAsync(ChannelTiming.Speak);
        rig.Clock.Advance(some);
        await socket.CloseAsync(1001);
        await rig.Clock.WaitsForAsync(ChannelTiming.Speak);
        rig.Clock.Advance(some);
        await next.HeartbeatAsync();
        await rig.Sink.ShouldGetAsync("missed 0 to 8");
        rig.Specification.ReconnectionCount.ShouldBe(1);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(1001)]
    [InlineData(1012)]
    [InlineData(1006)]
    public async Task RunAsync_Dropped_UsesTheChannelAgainAndTellsOfTheGap(int code)
    {
        await using var rig = await NotificationRig.StartAsync();
        var socket = await rig.ConnectAsync();
        rig.Clock.Advance(_five);
        if (code == 1006)
            socket.Abort();
        else
            await socket.CloseAsync(code);
        await rig.Clock.PassAsync(NotificationRig.Jitter);
        (await rig.Genesys.NextSocketAsync()).Channel.ShouldBe(socket.Channel);
        await rig.Sink.ShouldGetAsync("missed 0 to 5.5");
        rig.Specification.ReconnectionCount.ShouldBe(1);
    }

    [Theory]
    [InlineData(1008)]
    [InlineData(4401)]
    public async Task RunAsync_ClosedByPolicy_NewTokenAndNewChannel(int code)
    {
        await using var rig = await NotificationRig.StartAsync();
        var socket = await rig.ConnectAsync();
        await socket.CloseAsync(code);
        await rig.Clock.PassAsync(NotificationRig.Jitter);
        (await rig.Genesys.NextSocketAsync()).Channel.ShouldNotBe(socket.Channel);
        await rig.Sink.ShouldGetAsync("missed 0 to 0.5");
        rig.Genesys.TokensGranted.ShouldBe(2);
    }

    [Fact]
    public async Task RunAsync_TokenRevoked_NewTokenAndNewChannel()
    {
        await using var rig = await NotificationRig.StartAsync();
        var socket = await rig.ConnectAsync();
        rig.Clock.Advance(_five);
        await socket.SystemAsync($"token_revoked.{socket.Channel}");
        await rig.Clock.PassAsync(NotificationRig.Jitter);
        (await rig.Genesys.NextSocketAsync()).Channel.ShouldNotBe(socket.Channel);
        await rig.Sink.ShouldGetAsync("missed 5 to 5.5");
        rig.Genesys.TokensGranted.ShouldBe(2);
    }

    [Fact]
    public async Task RunAsync_HalfOpen_ASecondChannelTakesOver()
    {
        await using var rig = await NotificationRig.StartAsync();
        var socket = await rig.ConnectAsync();
        socket.IsMute = true;
        await rig.Clock.PassAsync(ChannelTiming.ByteSilence);
        await rig.Clock.WaitsForAsync(ChannelTiming.Byte);
        rig.Status.State.ShouldBe(SourceState.Connected);
        rig.Clock.Advance(ChannelTiming.Byte);
        var next = await rig.Genesys.NextSocketAsync();
        next.Channel.ShouldNotBe(socket.Channel);
        await rig.Sink.ShouldGetAsync("missed 0 to 15");
        await next.NotifyAsync(1);
        await rig.Sink.ShouldGetAsync("1");
        (await socket.ClosedAsync()).ShouldBe(1006);
        rig.Specification.ReconnectionCount.ShouldBe(1);
        rig.Status.State.ShouldBe(SourceState.Connected);
    }

    [Fact]
    public async Task RunAsync_HalfOpenAndNoSecondChannelToBeHad_IsSilentAndGivenUp()
    {
        await using var rig = await NotificationRig.StartAsync();
        var socket = await rig.ConnectAsync();
        socket.IsMute = true;
        rig.Genesys.CreateAnswers.Enqueue((503, null));
        await rig.Clock.PassAsync(ChannelTiming.ByteSilence);
        await rig.Clock.PassAsync(ChannelTiming.Byte);
        await rig.Clock.WaitsForAsync(TimeSpan.FromSeconds(2.5));
        rig.Status.Problem.ShouldBe("No answer from Genesys for 15 s; the connection is replaced after 45 s at the latest");
        rig.Genesys.CreateAnswers.Enqueue((503, null));
        rig.Clock.Advance(SilenceLimits.Channels.Replaced - SilenceLimits.Channels.Overdue);
        await rig.Clock.PassAsync(NotificationRig.Jitter);
        await rig.Sink.ShouldGetAsync("missed 0 to 45.5");
    }

    [Fact]
    public async Task RunAsync_PongsButNoFrames_AsksAndGivesUp()
    {
        var pingsOften = new StreamTiming { KeepAliveInterval = TimeSpan.FromMilliseconds(50) }; // .NET's keep-alive knows no fake clock
        await using var rig = await NotificationRig.StartAsync(timing: pingsOften);
        var socket = await rig.ConnectAsync();
        socket.IsMute = true;
        for (var passed = TimeSpan.Zero; passed < ChannelTiming.Silence; passed += _five)
        {
            rig.Clock.Advance(_five);
            await Patience.UntilAsync(() => rig.Specification.Silence == TimeSpan.Zero);
        }

        await rig.Clock.WaitsForAsync(ChannelTiming.Pong);
        rig.Clock.Advance(_five);
        await Patience.UntilAsync(() => rig.Specification.Silence == TimeSpan.Zero);
        rig.Clock.Advance(_five);
        await rig.Clock.PassAsync(NotificationRig.Jitter);
        await rig.Genesys.NextSocketAsync();
        await rig.Sink.ShouldGetAsync("missed 0 to 50.5");
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    public async Task RunAsync_ChannelGoneAtTheHandshake_ANewOneAtOnce(int status)
    {
        await using var rig = await NotificationRig.StartAsync();
        var socket = await rig.ConnectAsync();
        rig.Genesys.HandshakeAnswers.Enqueue(status);
        socket.Abort();
        await rig.Clock.PassAsync(NotificationRig.Jitter);
        (await rig.Genesys.NextSocketAsync()).Channel.ShouldNotBe(socket.Channel);
        await rig.Sink.ShouldGetAsync("missed 0 to 0.5");
    }

    [Fact]
    public async Task RunAsync_ChannelGoneAtTheLook_ANewOneAtOnce()
    {
        await using var rig = await NotificationRig.StartAsync();
        var socket = await rig.ConnectAsync();
        rig.Genesys.HeadAnswers.Enqueue(404);
        socket.Abort();
        await rig.Clock.PassAsync(NotificationRig.Jitter);
        (await rig.Genesys.NextSocketAsync()).Channel.ShouldNotBe(socket.Channel);
        await rig.Sink.ShouldGetAsync("missed 0 to 0.5");
    }

    [Fact]
    public async Task RunAsync_ThreeFailuresOnAChannel_ANewOne()
    {
        await using var rig = await NotificationRig.StartAsync();
        var socket = await rig.ConnectAsync();
        for (var i = 0; i < 3; i++)
            rig.Genesys.HandshakeAnswers.Enqueue(503);
        socket.Abort();
        await rig.Clock.PassAsync(NotificationRig.Jitter);
        await rig.Clock.PassAsync(TimeSpan.FromSeconds(4.5));
        await rig.Clock.PassAsync(TimeSpan.FromSeconds(8.5));
        await rig.Clock.PassAsync(TimeSpan.FromSeconds(16.5));
        (await rig.Genesys.NextSocketAsync()).Channel.ShouldNotBe(socket.Channel);
        await rig.Sink.ShouldGetAsync("missed 0 to 30");
    }

    [Fact]
    public async Task RunAsync_EvictedAgainAndAgain_SaysThatAnotherFightsAndSlowsDown()
    {
        await using var rig = await NotificationRig.StartAsync();
        var socket = await rig.ConnectAsync();
        foreach (var delay in new[] { 2.5, 4.5, 60 })
        {
            rig.Status.Problem.ShouldNotBe(ChannelBoard.FightProblem);
            await socket.SystemAsync($"no_longer_subscribed.{socket.Channel}");
            await rig.Clock.WaitsForAsync(TimeSpan.FromSeconds(delay));
            if (delay == 60)
                rig.Status.Problem.ShouldBe(ChannelBoard.FightProblem);
            rig.Clock.Advance(TimeSpan.FromSeconds(delay));
            socket = await rig.Genesys.NextSocketAsync();
        }

        await rig.Sink.ShouldGetAsync("missed 0 to 2.5", "missed 2.5 to 7", "missed 7 to 67");
    }

    [Theory]
    [InlineData(429, "42", 42)]
    [InlineData(503, null, 2.5)]
    public async Task RunAsync_NoChannelToBeHad_WaitsAsAsked(int status, string? retryAfter, double delay)
    {
        await using var rig = await NotificationRig.StartAsync(genesys => genesys.CreateAnswers.Enqueue((status, retryAfter)));
        await rig.Clock.WaitsForAsync(TimeSpan.FromSeconds(delay));
        rig.Status.State.ShouldBe(SourceState.BackingOff);
        rig.Clock.Advance(TimeSpan.FromSeconds(delay));
        await rig.ConnectAsync();
        rig.Sink.Missed.ShouldBe(0);
    }

    [Fact]
    public async Task RunAsync_ATopicThatWasNamedIsRefused_NeedsAttentionAndGoesOn()
    {
        const string Other = "v2.users.77aa0000-0000-4000-8000-000000000001.conversations";
        await using var rig = await NotificationRig.StartAsync(
            genesys => genesys.Refused[Other] = "conversation:communication:view", options => options.Users = ["77aa0000-0000-4000-8000-000000000001"]);
        await rig.ConnectAsync();
        await UntilAsync(() => rig.Status.State == SourceState.SubscriptionRefused);
        rig.Status.NeedsAttention.ShouldBeTrue();
        rig.Status.Problem!.ShouldContain("conversation:communication:view");
        rig.Logs.Count(1050).ShouldBe(1);

        rig.Genesys.Refused.Clear();
        await rig.Genesys.NextSubscriptionAsync();
        await rig.Clock.PassAsync(QueueDirectory.Refresh);
        await rig.Genesys.NextSubscriptionAsync();
        await rig.Sink.ShouldGetAsync("missed 0 to 600"); // what it would have told meanwhile
        await rig.Clock.WaitsForAsync(QueueDirectory.Refresh);
        await UntilAsync(() => rig.Status.State == SourceState.Connected);
        rig.Logs.Count(1050).ShouldBe(1);
    }

    [Fact]
    public async Task RunAsync_EveryQueue_FollowsThoseThatComeAndGo()
    {
        await using var rig = await NotificationRig.StartAsync(
            genesys =>
            {
                genesys.Queues.Add(("q1", "One"));
                genesys.Queues.Add(("q2", "Two"));
            },
            options => options.Queues = ["*", "Nowhere"]);
        var socket = await rig.ConnectAsync();
        await UntilAsync(() => rig.Status.State == SourceState.Connected);
        rig.Status.Problem!.ShouldContain("Nowhere");
        await rig.Genesys.NextSubscriptionAsync();

        rig.Genesys.Queues.Add(("q3", "Nowhere"));
        await rig.Clock.PassAsync(QueueDirectory.Refresh);
        (await rig.Genesys.NextSubscriptionAsync()).ShouldBe(socket.Channel);
        rig.Genesys.Topics[socket.Channel].Count.ShouldBe(3);
        await rig.Sink.ShouldGetAsync("missed 0 to 600");
        await rig.HearAsync(socket, 1);

        rig.Genesys.Queues.RemoveAt(0);
        await rig.Clock.PassAsync(QueueDirectory.Refresh);
        await rig.HearAsync(socket, 2);
        await rig.Clock.PassAsync(QueueDirectory.Refresh);
        await rig.Genesys.NextSubscriptionAsync();
        rig.Genesys.Topics[socket.Channel].Order().ShouldBe(["v2.routing.queues.q2.conversations", "v2.routing.queues.q3.conversations"]);
        rig.Genesys.ChannelsMade.ShouldBe(1);
    }

    [Fact]
    public async Task RunAsync_QueuesAreRefused_NeedsAttention()
    {
        await using var rig = await NotificationRig.StartAsync(genesys => genesys.QueueAnswers.Enqueue(403), options => options.Queues = ["*"]);
        await rig.Clock.WaitsForAsync(ReconnectPolicy.Slow);
        rig.Status.State.ShouldBe(SourceState.SubscriptionRefused);
        rig.Genesys.Queues.Add(("q1", "One"));
        rig.Clock.Advance(ReconnectPolicy.Slow);
        await rig.Genesys.NextSocketAsync();
    }

    [Fact]
    public async Task RunAsync_SinkThrows_Ends()
    {
        await using var rig = await NotificationRig.StartAsync();
        var socket = await rig.ConnectAsync();
        rig.Sink.Trouble = new InvalidOperationException("disk");
        await socket.NotifyAsync(1);
        (await Should.ThrowAsync<InvalidOperationException>(() => rig.Running.WaitAsync(Patience.Bound))).Message.ShouldBe("disk");
    }

    /// <summary>As the supervisor does: it met the dead channels of before, failed at once, and after five times the process ended.</summary>
    [Fact]
    public async Task RunAsync_BegunAnewAfterTheSinkThrew_ListensAgainAndSaysSinceWhenItDidNot()
    {
        await using var rig = await NotificationRig.StartAsync();
        var socket = await rig.ConnectAsync();
        for (var failure = 1; failure <= 6; failure++)
        {
            rig.Sink.Trouble = new InvalidOperationException("disk");
            await socket.NotifyAsync(100 + failure);
            await Should.ThrowAsync<InvalidOperationException>(() => rig.Running.WaitAsync(Patience.Bound));
            var failedAt = (rig.Clock.GetUtcNow() - Frames.ReceivedAt).TotalSeconds;
            rig.Clock.Advance(TimeSpan.FromSeconds(1));
            rig.Sink.Trouble = null;
            rig.BeginAnew();
            socket = await rig.Genesys.NextSocketAsync();
            await rig.Sink.ShouldGetAsync(string.Create(CultureInfo.InvariantCulture, $"missed {failedAt} to {failedAt + 1}"));
            await rig.HearAsync(socket, failure);
        }

        await rig.StopAsync();
        rig.Status.State.ShouldBe(SourceState.Stopped);
    }

    /// <summary>Nobody listened for a minute, and the clock was set back meanwhile: the gap is a minute long, not none.</summary>
    [Fact]
    public async Task RunAsync_TheClockIsSetBackWhileItIsNotConnected_TheGapIsAsLongAsItWas()
    {
        await using var rig = await NotificationRig.StartAsync();
        var socket = await rig.ConnectAsync();
        socket.Abort();
        await rig.Clock.WaitsForAsync(NotificationRig.Jitter);
        rig.Clock.StepClock(TimeSpan.FromHours(-2));
        rig.Clock.Advance(NotificationRig.Jitter);
        await rig.Genesys.NextSocketAsync();
        await rig.Sink.ShouldGetAsync("missed -7200 to -7199.5");
    }
}
