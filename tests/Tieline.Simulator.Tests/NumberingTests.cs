using System.Net.WebSockets;

namespace Tieline.Simulator.Tests;

public class NumberingTests
{
    private const string VoiceOnly = """{"messageType":"subscribe","subscriptions":[{"channel":"conversation","filters":{"types":["voice"]}}]}""";

    [Fact]
    public async Task Nothing_is_sent_before_a_subscribe_message()
    {
        await using var rig = await Rig.StartAsync();
        var silent = await rig.ConnectAsync(subscribe: null);
        var talking = await rig.ConnectAsync();
        await rig.MakeAsync(10);
        await talking.EventsAsync(10);
        rig.Simulator.Stop();
        await silent.SendAsync(Rig.SubscribeAll);
        await rig.Simulator.WaitForAsync(s => s.Subscribes == 2, rig.Deadline);
        rig.Simulator.Emit(["first"u8.ToArray()]);
        (await silent.TextAsync()).ShouldBe("first");
    }

    [Fact]
    public async Task Numbers_are_dense_after_filtering()
    {
        await using var rig = await Rig.StartAsync();
        var client = await rig.ConnectAsync(VoiceOnly);
        await rig.MakeAsync(100);
        var events = await client.EventsAsync(100);
        events.ConvertAll(e => e.GetProperty("sequence").GetInt64()).ShouldBe(Enumerable.Range(1, 100).Select(n => (long)n));
        events.ShouldAllBe(e => e.GetProperty("mediaType").GetString() == "voice");
    }

    [Fact]
    public async Task They_go_on_while_nobody_listens_and_over_a_reconnect()
    {
        await using var rig = await Rig.StartAsync();
        var first = await rig.ConnectAsync(Rig.SubscribeLive);
        await rig.MakeAsync(5);
        (await first.SequencesAsync(5)).ShouldBe([1, 2, 3, 4, 5]);
        await first.CloseAsync();
        await rig.Simulator.WaitForAsync(s => s.Sockets == 0, rig.Deadline);
        await rig.MakeAsync(7);

        var second = await rig.ConnectAsync(Rig.SubscribeLive);
        await rig.MakeAsync(2);
        (await second.SequencesAsync(2)).ShouldBe([13, 14]);
        await rig.Simulator.WaitForAsync(s => s.Written == 7, rig.Deadline);   // a client may read before the sender has noted it
        rig.Simulator.Ledger().Where(line => !line.Written).Select(line => line.Sequence).ShouldBe([6, 7, 8, 9, 10, 11, 12]);
    }

    [Fact]
    public async Task Two_sockets_of_one_client_and_filter_get_every_event_under_one_number()
    {
        await using var rig = await Rig.StartAsync();
        var first = await rig.ConnectAsync();
        await rig.MakeAsync(3);
        var second = await rig.ConnectAsync();
        await rig.MakeAsync(4);
        var one = await first.EventsAsync(7);
        var two = await second.EventsAsync(4);
        two.ConvertAll(e => e.GetRawText()).ShouldBe(one.Skip(3).Select(e => e.GetRawText()));
        two[0].GetProperty("sequence").GetInt64().ShouldBe(4);
        (await rig.Simulator.WaitForAsync(s => s.Written == 7, rig.Deadline)).Sent.ShouldBe(7);
    }

    [Fact]
    public async Task The_order_of_a_filters_members_makes_no_other_numbering()
    {
        await using var rig = await Rig.StartAsync();
        await rig.ConnectAsync("""{"messageType":"subscribe","subscriptions":[{"channel":"conversation","filters":{"types":["voice","email"]}}]}""");
        await rig.ConnectAsync("""{"subscriptions":[{"filters":{"types":["email","voice"]},"channel":"conversation"}],"messageType":"subscribe"}""");
        rig.Simulator.Status.Streams.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Another_client_has_a_numbering_of_its_own()
    {
        await using var rig = await Rig.StartAsync(o => o.OtherClients["other"] = "secret");
        var first = await rig.ConnectAsync();
        await rig.MakeAsync(3);
        var other = await rig.ConnectAsync(token: await rig.TokenAsync("other", "secret"));
        await rig.MakeAsync(2);
        (await first.SequencesAsync(5)).ShouldBe([1, 2, 3, 4, 5]);
        (await other.SequencesAsync(2)).ShouldBe([1, 2]);
        rig.Simulator.Ledger(stream: 1).Count().ShouldBe(2);
    }

    [Fact]
    public async Task A_second_subscribe_replaces_the_first()
    {
        await using var rig = await Rig.StartAsync();
        var client = await rig.ConnectAsync();
        await rig.MakeAsync(4);
        await client.EventsAsync(4);
        await client.SendAsync(VoiceOnly);
        await rig.Simulator.WaitForAsync(s => s.Subscribes == 2, rig.Deadline);
        await rig.MakeAsync(20);
        rig.Simulator.Stop();
        rig.Simulator.Emit(["end"u8.ToArray()]);
        long expected = 0;
        for (var text = await client.TextAsync(); text != "end"; text = await client.TextAsync())
        {
            text.ShouldContain("\"mediaType\":\"voice\"");
            text.ShouldStartWith($"{{\"sequence\":{++expected},");
        }
        expected.ShouldBeGreaterThan(3);
        rig.Simulator.Status.LastSubscribe.ShouldBe(VoiceOnly);
    }

    [Theory]
    [InlineData("{", 1007)]
    [InlineData("""{"messageType":"hello"}""", 1008)]
    [InlineData("""{"messageType":"subscribe","subscriptions":[{"channel":"presence"}]}""", 1008)]
    public async Task What_is_not_a_subscribe_message_is_ignored_or_by_choice_closed(string message, int code)
    {
        await using var lenient = await Rig.StartAsync();
        var ignored = await lenient.ConnectAsync(subscribe: null);
        await ignored.SendAsync(message);
        (await lenient.Simulator.WaitForAsync(s => s.MessagesIgnored == 1, lenient.Deadline)).Subscribes.ShouldBe(0);
        ignored.Socket.State.ShouldBe(WebSocketState.Open);

        await using var strict = await Rig.StartAsync(o => o.StrictSubscribe = true);
        var closed = await strict.ConnectAsync(subscribe: null);
        await closed.SendAsync(message);
        (await closed.ClosedAsync()).Code.ShouldBe(code);
    }

    [Fact]
    public async Task A_reset_starts_again_at_one()
    {
        await using var rig = await Rig.StartAsync();
        var client = await rig.ConnectAsync();
        await rig.MakeAsync(3);
        await rig.InjectAsync("""{"kind":"reset"}""");
        await rig.MakeAsync(3);
        (await client.SequencesAsync(6)).ShouldBe([1, 2, 3, 1, 2, 3]);
    }

    [Fact]
    public async Task Numbering_starts_where_the_options_say()
    {
        await using var rig = await Rig.StartAsync(o => o.FirstSequence = 3_000_000_000);
        var client = await rig.ConnectAsync();
        await rig.MakeAsync(2);
        (await client.SequencesAsync(2)).ShouldBe([3_000_000_000, 3_000_000_001]);
    }
}
