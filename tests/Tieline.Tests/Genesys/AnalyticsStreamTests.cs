using System.Net.WebSockets;
using Tieline.Genesys;
using static Tieline.Tests.Genesys.Frames;
using static Tieline.Tests.Genesys.Patience;

namespace Tieline.Tests.Genesys;

public sealed class AnalyticsStreamTests
{
    private static readonly TimeSpan _firstWait = TimeSpan.FromSeconds(2.5);
    private static readonly TimeSpan _secondWait = TimeSpan.FromSeconds(4.5);

    /// <summary>.NET's keep-alive knows no fake clock.</summary>
    private static readonly StreamTiming _pingsOften = new() { KeepAliveInterval = TimeSpan.FromMilliseconds(50), KeepAliveTimeout = TimeSpan.FromMinutes(1) };

    [Fact]
    public async Task It_subscribes_with_the_token_and_hands_frames_on()
    {
        await using var rig = await StreamRig.StartAsync();
        var socket = await rig.Genesys.NextSocketAsync();
        socket.Authorization.ShouldBe("Bearer token-1");
        socket.Subscription.ShouldBe(
            """{"messageType":"subscribe","subscriptions":[{"channel":"conversation","filters":{"types":["voice","webChat","email"],"state":["active","queued","waiting","wrapup"]}}]}""");
        await socket.SendAsync(1);
        await socket.SendAsync(Utf8("""{"messageType":"heartbeat"}"""));
        await rig.Sink.ShouldGetAsync("connected", "1", "Control");
        rig.Status.State.ShouldBe(SourceState.Connected);
        rig.Specification.IsConnected.ShouldBeTrue();
    }

    [Fact]
    public async Task Empty_lists_leave_the_filters_out_with_a_warning_each()
    {
        await using var rig = await StreamRig.StartAsync(options: o => o.Subscription = new SubscriptionOptions { Types = [], States = [] });
        (await rig.Genesys.NextSocketAsync()).Subscription.ShouldBe("""{"messageType":"subscribe","subscriptions":[{"channel":"conversation"}]}""");
        rig.Logs.Count(1034).ShouldBe(2);
    }

    [Fact]
    public async Task Frames_are_put_together_however_they_were_split()
    {
        await using var rig = await StreamRig.StartAsync();
        var socket = await rig.Genesys.NextSocketAsync();
        var frame = Event(7);
        for (var at = 0; at < frame.Length; at++)
            await socket.SendAsync([frame[at]], end: at == frame.Length - 1);
        await socket.SendAsync(8);
        await rig.Sink.ShouldGetAsync("connected", "7", "8");
    }

    [Fact]
    public async Task A_frame_of_a_mebibyte_is_handed_on_and_one_byte_more_is_not()
    {
        await using var rig = await StreamRig.StartAsync();
        var socket = await rig.Genesys.NextSocketAsync();
        await socket.SendAsync(Padded(1, FrameBuffer.MaxFrame));
        await rig.Sink.ShouldGetAsync("connected", "1");
        rig.Sink.LastLength.ShouldBe(FrameBuffer.MaxFrame);
        await socket.SendAsync(Padded(2, FrameBuffer.MaxFrame + 1));
        await socket.SendAsync(Padded(3, 5 * FrameBuffer.MaxFrame));
        await socket.SendAsync(4);
        await rig.Sink.ShouldGetAsync("refused TooBig", "refused TooBig", "4");
    }

    [Fact]
    public async Task A_binary_frame_is_refused_and_the_next_is_read()
    {
        await using var rig = await StreamRig.StartAsync();
        var socket = await rig.Genesys.NextSocketAsync();
        await socket.SendAsync(Padded(1, 100_000), WebSocketMessageType.Binary);
        await socket.SendAsync(2);
        await rig.Sink.ShouldGetAsync("connected", "refused Binary", "2");
    }

    [Fact]
    public async Task A_frame_that_is_not_UTF8_is_counted_and_the_socket_reopened()
    {
        await using var rig = await StreamRig.StartAsync();
        var socket = await rig.Genesys.NextSocketAsync();
        await socket.SendAsync([(byte)'"', 0xFF, (byte)'"']);
        await rig.Sink.ShouldGetAsync("connected", "refused NotJson", "disconnected");
        await rig.Clock.PassAsync(_firstWait);
        await rig.Genesys.NextSocketAsync();
        await rig.Sink.ShouldGetAsync("connected");
    }

    [Fact]
    public async Task A_broken_connection_is_reopened_after_a_back_off_that_grows_until_an_event_comes()
    {
        await using var rig = await StreamRig.StartAsync();
        (await rig.Genesys.NextSocketAsync()).Abort();
        await rig.Clock.PassAsync(_firstWait);
        (await rig.Genesys.NextSocketAsync()).Abort();
        await rig.Clock.PassAsync(_secondWait);
        var socket = await rig.Genesys.NextSocketAsync();
        await socket.SendAsync(1);
        await rig.Sink.ShouldGetAsync("connected", "disconnected", "connected", "disconnected", "connected", "1");
        socket.Abort();
        await rig.Clock.WaitsForAsync(_firstWait);
        rig.Specification.ReconnectionCount.ShouldBe(3);
        rig.Status.State.ShouldBe(SourceState.BackingOff);
    }

    [Theory]
    [InlineData(1001)]
    [InlineData(1007)]
    [InlineData(1011)]
    [InlineData(4000)]
    public async Task Any_other_close_code_backs_off(int code)
    {
        await using var rig = await StreamRig.StartAsync();
        var socket = await rig.Genesys.NextSocketAsync();
        await socket.CloseAsync(code);
        await rig.Clock.PassAsync(_firstWait);
        await rig.Genesys.NextSocketAsync();
        (await socket.ClosedAsync()).ShouldBe(1000);
        await rig.Sink.ShouldGetAsync("connected", "disconnected", "connected");
        rig.Specification.ReconnectionCount.ShouldBe(1);
        rig.Logs.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_graceful_close_is_followed_by_a_calm_reconnect()
    {
        await using var rig = await StreamRig.StartAsync();
        await (await rig.Genesys.NextSocketAsync()).CloseAsync(1000);
        await rig.Clock.PassAsync(ReconnectPolicy.Calm);
        await (await rig.Genesys.NextSocketAsync()).CloseAsync(1000);
        await rig.Clock.PassAsync(ReconnectPolicy.Calm);
        (await rig.Genesys.NextSocketAsync()).Authorization.ShouldBe("Bearer token-1");
    }

    [Fact]
    public async Task An_expired_token_is_replaced_at_once_but_backs_off_if_that_repeats_without_an_event()
    {
        await using var rig = await StreamRig.StartAsync();
        await (await rig.Genesys.NextSocketAsync()).CloseAsync(4001);
        var second = await rig.Genesys.NextSocketAsync();
        second.Authorization.ShouldBe("Bearer token-2");
        await second.CloseAsync(4001);
        await rig.Clock.PassAsync(_firstWait);
        var third = await rig.Genesys.NextSocketAsync();
        third.Authorization.ShouldBe("Bearer token-3");
        await third.SendAsync(1);
        await third.CloseAsync(4001);
        (await rig.Genesys.NextSocketAsync()).Authorization.ShouldBe("Bearer token-4");
    }

    [Fact]
    public async Task Three_refused_handshakes_with_fresh_tokens_name_the_scopes_and_slow_down()
    {
        await using var rig = await StreamRig.StartAsync(g =>
        {
            g.HandshakeAnswers.Enqueue((401, null));
            g.HandshakeAnswers.Enqueue((403, null));
            g.HandshakeAnswers.Enqueue((401, null));
            g.HandshakeAnswers.Enqueue((401, null));
        });
        await rig.Clock.PassAsync(_firstWait);
        await rig.Clock.WaitsForAsync(_secondWait);
        rig.Status.State.ShouldBe(SourceState.BackingOff);
        rig.Clock.Advance(_secondWait);
        await rig.Clock.WaitsForAsync(ReconnectPolicy.Slow);
        rig.Status.State.ShouldBe(SourceState.HandshakeRefused);
        rig.Status.NeedsAttention.ShouldBeTrue();
        rig.Status.Problem!.ShouldContain("analytics:conversation:view, webconversations:view, user:read");
        rig.Genesys.TokensGranted.ShouldBe(3);
        rig.Clock.Advance(ReconnectPolicy.Slow);
        await rig.Clock.PassAsync(ReconnectPolicy.Slow);
        (await rig.Genesys.NextSocketAsync()).Authorization.ShouldBe("Bearer token-5");
        await rig.Sink.ShouldGetAsync("connected");
        rig.Status.State.ShouldBe(SourceState.Connected);
        rig.Logs.Errors.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_refused_handshake_with_an_old_token_is_repeated_at_once_with_a_new_one()
    {
        await using var rig = await StreamRig.StartAsync();
        var socket = await rig.Genesys.NextSocketAsync();
        rig.Genesys.HandshakeAnswers.Enqueue((401, null));
        socket.Abort();
        await rig.Clock.PassAsync(_firstWait);
        (await rig.Genesys.NextSocketAsync()).Authorization.ShouldBe("Bearer token-2");
    }

    [Fact]
    public async Task Refused_handshakes_back_off_even_if_the_same_token_is_granted_again_and_again()
    {
        await using var rig = await StreamRig.StartAsync(g =>
        {
            g.SameToken = "token-x";
            for (var i = 0; i < 4; i++)
                g.HandshakeAnswers.Enqueue((401, null));
        });
        await rig.Clock.PassAsync(_firstWait);
        await rig.Clock.PassAsync(_secondWait);
        await rig.Clock.WaitsForAsync(ReconnectPolicy.Slow);
        rig.Genesys.TokensGranted.ShouldBe(3);
    }

    [Theory]
    [InlineData(503, "40", 40)]
    [InlineData(429, "1", 2.5)]
    [InlineData(429, "9000", 300)]
    [InlineData(500, null, 2.5)]
    public async Task Retry_after_is_obeyed_within_reason(int status, string? retryAfter, double seconds)
    {
        await using var rig = await StreamRig.StartAsync(g => g.HandshakeAnswers.Enqueue((status, retryAfter)));
        await rig.Clock.PassAsync(TimeSpan.FromSeconds(seconds));
        await rig.Genesys.NextSocketAsync();
        rig.Logs.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Refused_credentials_turn_readiness_off_at_once_and_slow_down_after_three()
    {
        await using var rig = await StreamRig.StartAsync(g =>
        {
            foreach (var status in new[] { 401, 400, 401, 401 })
                g.TokenAnswers.Enqueue(status);
        });
        await rig.Clock.WaitsForAsync(_firstWait);
        rig.Status.State.ShouldBe(SourceState.TokenRefused);
        rig.Status.Problem!.ShouldContain("GENESYS_CLIENT_SECRET");
        rig.Clock.Advance(_firstWait);
        await rig.Clock.PassAsync(_secondWait);
        await rig.Clock.PassAsync(ReconnectPolicy.Slow);
        await rig.Clock.WaitsForAsync(ReconnectPolicy.Slow);
        rig.Status.State.ShouldBe(SourceState.TokenRefused);
        rig.Clock.Advance(ReconnectPolicy.Slow);
        await rig.Genesys.NextSocketAsync();
        await rig.Sink.ShouldGetAsync("connected");
        rig.Status.NeedsAttention.ShouldBeFalse();
    }

    [Fact]
    public async Task A_token_endpoint_that_is_away_is_backed_off_from_and_no_ones_fault()
    {
        await using var rig = await StreamRig.StartAsync(g => g.TokenAnswers.Enqueue(503));
        await rig.Clock.WaitsForAsync(_firstWait);
        rig.Status.State.ShouldBe(SourceState.BackingOff);
        rig.Status.Problem!.ShouldContain("503");
        rig.Clock.Advance(_firstWait);
        await rig.Genesys.NextSocketAsync();
    }

    [Fact]
    public async Task A_socket_that_falls_silent_is_dropped()
    {
        var timing = new StreamTiming { KeepAliveInterval = TimeSpan.FromMilliseconds(50), KeepAliveTimeout = TimeSpan.FromMilliseconds(50) };
        await using var rig = await StreamRig.StartAsync(g => g.IsDeaf = true, timing: timing);
        await rig.Genesys.NextSocketAsync();
        await rig.Sink.ShouldGetAsync("connected", "disconnected");
        await rig.Clock.PassAsync(_firstWait);
        await rig.Genesys.NextSocketAsync();
    }

    [Fact]
    public void The_defaults_tell_of_a_silent_socket_and_drop_it_in_time()
    {
        var timing = new StreamTiming();
        var rounding = timing.KeepAliveInterval / 4; // .NET looks so often, for the ping and for its pong
        (timing.KeepAliveInterval + timing.KeepAliveTimeout + (2 * rounding)).ShouldBeLessThan(SilenceLimits.Stream.Replaced);
        (timing.KeepAliveInterval + rounding).ShouldBeLessThan(SilenceLimits.Stream.Overdue);
    }

    [Fact]
    public async Task An_idle_connection_is_alive_as_of_its_last_answered_ping()
    {
        await using var rig = await StreamRig.StartAsync(timing: _pingsOften);
        await rig.Genesys.NextSocketAsync();
        await rig.Sink.ShouldGetAsync("connected");
        rig.Clock.Advance(TimeSpan.FromMinutes(1));
        await UntilAsync(() => rig.Specification.ConnectionUptimeMs == 60_000);
        rig.Status.State.ShouldBe(SourceState.Connected);
    }

    [Fact]
    public async Task A_connection_whose_pings_are_not_answered_is_silent()
    {
        await using var rig = await StreamRig.StartAsync(g => g.IsDeaf = true, timing: _pingsOften);
        await rig.Genesys.NextSocketAsync();
        await rig.Sink.ShouldGetAsync("connected");
        rig.Clock.Advance(SilenceLimits.Stream.Overdue);
        rig.Status.State.ShouldBe(SourceState.Silent);
        rig.Specification.ConnectionUptimeMs.ShouldBe(0);
    }

    [Fact]
    public async Task A_sink_that_takes_its_time_is_no_silence_of_genesys()
    {
        await using var rig = await StreamRig.StartAsync();
        var socket = await rig.Genesys.NextSocketAsync();
        var held = new TaskCompletionSource();
        rig.Sink.Hold = held.Task;
        await socket.SendAsync(1);
        await rig.Sink.ShouldGetAsync("connected", "1");
        rig.Clock.Advance(TimeSpan.FromMinutes(1));
        await UntilAsync(() => rig.Status.State == SourceState.Connected);
        held.SetResult();
        await socket.SendAsync(2);
        await rig.Sink.ShouldGetAsync("2");
        rig.Clock.Advance(SilenceLimits.Stream.Overdue);
        rig.Status.State.ShouldBe(SourceState.Silent);
    }

    [Fact]
    public async Task Stopping_closes_with_1000_and_ends()
    {
        await using var rig = await StreamRig.StartAsync();
        var socket = await rig.Genesys.NextSocketAsync();
        await rig.Sink.ShouldGetAsync("connected");
        await rig.StopAsync();
        (await socket.ClosedAsync()).ShouldBe(1000);
        await rig.Running.WaitAsync(Patience.Bound, TestContext.Current.CancellationToken);
        await rig.Sink.ShouldGetAsync("disconnected");
        rig.Status.State.ShouldBe(SourceState.Stopped);
        rig.Specification.ReconnectionCount.ShouldBe(0);
    }

    [Fact]
    public async Task Stopping_does_not_wait_long_for_a_server_that_does_not_answer()
    {
        await using var rig = await StreamRig.StartAsync(g => g.IsDeaf = true);
        await rig.Genesys.NextSocketAsync();
        await rig.Sink.ShouldGetAsync("connected");
        await rig.StopAsync();
        await rig.Clock.PassAsync(TimeSpan.FromSeconds(2));
        await rig.Running.WaitAsync(Patience.Bound, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Stopping_while_waiting_ends_at_once()
    {
        await using var rig = await StreamRig.StartAsync(g => g.TokenAnswers.Enqueue(503));
        await rig.Clock.WaitsForAsync(_firstWait);
        await rig.StopAsync();
        await rig.Running.WaitAsync(Patience.Bound, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Aborting_lets_go_at_once()
    {
        await using var rig = await StreamRig.StartAsync(g => g.IsDeaf = true);
        await rig.Genesys.NextSocketAsync();
        await rig.Sink.ShouldGetAsync("connected");
        await rig.AbortAsync();
        await rig.Running.WaitAsync(Patience.Bound, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task What_happens_is_counted()
    {
        using var counts = new MetricCounts();
        await using var rig = await StreamRig.StartAsync(g => g.HandshakeAnswers.Enqueue((503, null)));
        counts.Watch(rig.Metrics);
        await rig.Clock.PassAsync(_firstWait);
        var socket = await rig.Genesys.NextSocketAsync();
        for (var sequence = 1; sequence <= 3; sequence++)
            await socket.SendAsync(sequence);
        await socket.CloseAsync(1012);
        await rig.Sink.ShouldGetAsync("connected", "1", "2", "3", "disconnected");
        counts["tieline.source.connections"].ShouldBe(1);
        counts["tieline.source.frames"].ShouldBe(3);
        counts["tieline.source.closes tieline.close.code=1012"].ShouldBe(1);
    }

    [Fact]
    public async Task What_the_sink_throws_comes_out()
    {
        await using var rig = await StreamRig.StartAsync();
        var socket = await rig.Genesys.NextSocketAsync();
        rig.Sink.Trouble = new InvalidDataException("disk");
        await socket.SendAsync(1);
        await Should.ThrowAsync<InvalidDataException>(rig.Running.WaitAsync(Patience.Bound, TestContext.Current.CancellationToken));
        await rig.Sink.ShouldGetAsync("connected", "disconnected");
    }

    private static byte[] Padded(long sequence, int length)
    {
        var frame = new byte[length];
        Array.Fill(frame, (byte)' ');
        Event(sequence).CopyTo(frame, 0);
        return frame;
    }
}
