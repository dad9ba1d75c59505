using System.Net.WebSockets;

namespace Tieline.Simulator.Tests;

public class CloseTests
{
    [Theory]
    [InlineData(1000, "")]
    [InlineData(1001, "")]
    [InlineData(1011, "")]
    [InlineData(4001, "Authentication Required")]
    public async Task A_close_comes_after_what_was_sent_and_the_answer_is_seen(int code, string reason)
    {
        await using var rig = await Rig.StartAsync();
        var client = await rig.ConnectAsync();
        await rig.MakeAsync(5);
        await rig.InjectAsync($$"""{"kind":"close","code":{{code}}}""");
        await client.SequencesAsync(5);
        (await client.ClosedAsync()).ShouldBe((code, reason));
        await client.Socket.CloseOutputAsync((WebSocketCloseStatus)code, "", rig.Deadline);
        var seen = (await rig.Simulator.WaitForAsync(s => s.Closes.Count == 1 && s.Sockets == 0, rig.Deadline)).Closes[0];
        (seen.By, seen.Code).ShouldBe(("simulator", code));
    }

    [Fact]
    public async Task A_close_can_come_before_any_subscribe()
    {
        await using var rig = await Rig.StartAsync();
        var client = await rig.ConnectAsync(subscribe: null);
        await rig.Simulator.WaitForAsync(s => s.Sockets == 1, rig.Deadline);
        await rig.InjectAsync("""{"kind":"close","code":1013,"reason":"try again later"}""");
        (await client.ClosedAsync()).ShouldBe((1013, "try again later"));
    }

    [Fact]
    public async Task The_clients_close_is_answered_and_recorded()
    {
        await using var rig = await Rig.StartAsync();
        var client = await rig.ConnectAsync();
        await client.CloseAsync();
        client.Socket.State.ShouldBe(WebSocketState.Closed);
        ((int)client.Socket.CloseStatus!.Value).ShouldBe(1000);
        var seen = (await rig.Simulator.WaitForAsync(s => s.Closes.Count == 1, rig.Deadline)).Closes[0];
        (seen.By, seen.Code, seen.Reason).ShouldBe(("client", 1000, "bye"));
    }

    [Fact]
    public async Task A_token_that_dies_closes_its_socket_with_4001()
    {
        await using var rig = await Rig.StartAsync(o => o.ExpiresIn = 30);
        var old = await rig.ConnectAsync();
        rig.Clock.Advance(TimeSpan.FromSeconds(10));
        var renewed = await rig.ConnectAsync();
        rig.Simulator.Stop();
        rig.Clock.Advance(TimeSpan.FromSeconds(20));
        (await old.ClosedAsync()).ShouldBe((4001, "Authentication Required"));
        rig.Simulator.Emit(["alive"u8.ToArray()]);
        string text;
        do
        {
            text = await renewed.TextAsync();
        }
        while (text != "alive");
    }

    [Fact]
    public async Task A_revocation_closes_every_socket_and_the_old_token_opens_none()
    {
        await using var rig = await Rig.StartAsync();
        var token = await rig.TokenAsync();
        var client = await rig.ConnectAsync(token: token);
        await rig.InjectAsync("""{"kind":"revoke"}""");
        (await client.ClosedAsync()).ShouldBe((4001, "Authentication Required"));
        using var again = new StreamClient(rig.Deadline);
        await Should.ThrowAsync<WebSocketException>(again.ConnectAsync(rig.Simulator.StreamUrl, token));
        ((int)again.Socket.HttpStatusCode).ShouldBe(401);
        (await rig.ConnectAsync()).Socket.State.ShouldBe(WebSocketState.Open);
    }

    [Fact]
    public async Task An_abort_ends_without_a_close_frame_after_what_was_written()
    {
        await using var rig = await Rig.StartAsync();
        var client = await rig.ConnectAsync();
        await rig.MakeAsync(5);
        await rig.Simulator.WaitForAsync(s => s.Written == 5, rig.Deadline);
        await rig.InjectAsync("""{"kind":"abort"}""");
        (await client.SequencesAsync(5)).Count.ShouldBe(5);
        await client.LostAsync();
        (await rig.Simulator.WaitForAsync(s => s.Sockets == 0 && s.Closes.Count == 1, rig.Deadline)).Closes[0].Code.ShouldBe(1006);
    }

    [Fact]
    public async Task An_abort_may_reset_the_connection()
    {
        await using var rig = await Rig.StartAsync();
        var client = await rig.ConnectAsync();
        await rig.InjectAsync("""{"kind":"abort","reset":true}""");
        await client.LostAsync();
    }

    [Fact]
    public async Task A_silent_socket_answers_nothing_and_what_it_missed_stays_missed()
    {
        await using var rig = await Rig.StartAsync();
        var client = await rig.ConnectAsync();
        await rig.MakeAsync(2);
        await client.SequencesAsync(2);
        await rig.InjectAsync("""{"kind":"silence"}""");
        await rig.MakeAsync(3);
        (await rig.Simulator.WaitForAsync(s => s.Written >= 2, rig.Deadline)).Written.ShouldBe(2);
        rig.Simulator.Status.Sockets.ShouldBe(1);
        await rig.InjectAsync("""{"kind":"silence","end":true}""");
        await rig.MakeAsync(2);
        (await client.SequencesAsync(2)).ShouldBe([6, 7]);
    }

    [Fact]
    public async Task A_silent_socket_leaves_pings_unanswered()
    {
        await using var rig = await Rig.StartAsync();
        using var client = new ClientWebSocket();
        client.Options.SetRequestHeader("Authorization", "Bearer " + await rig.TokenAsync());
        client.Options.KeepAliveInterval = TimeSpan.FromMilliseconds(50);
        client.Options.KeepAliveTimeout = TimeSpan.FromMilliseconds(400);
        await client.ConnectAsync(new Uri(rig.Simulator.StreamUrl), rig.Deadline);
        var receiving = client.ReceiveAsync(new byte[10], rig.Deadline);
        await rig.Simulator.WaitForAsync(s => s.Pings >= 12, rig.Deadline);   // longer than its patience: they were answered
        receiving.IsCompleted.ShouldBeFalse();
        await rig.InjectAsync("""{"kind":"silence"}""");
        await Should.ThrowAsync<Exception>(receiving);   // which one is the client's affair
        client.State.ShouldBe(WebSocketState.Aborted);
        rig.Deadline.IsCancellationRequested.ShouldBeFalse();
    }

    [Fact]
    public async Task A_silence_for_a_time_ends_by_itself()
    {
        await using var rig = await Rig.StartAsync(o => o.Rate = 10);
        var client = await rig.ConnectAsync();
        await rig.InjectAsync("""{"kind":"silence","seconds":1}""");
        await rig.MakeAsync(11);
        await rig.Simulator.WaitForAsync(s => s.Subscribed == 1, rig.Deadline);
        await rig.MakeAsync(1);
        (await client.SequencesAsync(1))[0].ShouldBeInRange(11, 12);
    }

    [Fact]
    public async Task A_socket_that_never_subscribes_is_closed_by_choice()
    {
        await using var rig = await Rig.StartAsync(o => o.CloseUnsubscribedAfter = TimeSpan.FromSeconds(10));
        var client = await rig.ConnectAsync(subscribe: null);
        await rig.Simulator.WaitForAsync(s => s.Sockets == 1, rig.Deadline);
        rig.Clock.Advance(TimeSpan.FromSeconds(10));
        (await client.ClosedAsync()).Code.ShouldBe(1008);
    }
}
