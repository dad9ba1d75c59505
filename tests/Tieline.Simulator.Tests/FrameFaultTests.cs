using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Tieline.Simulator.Tests;

public class FrameFaultTests
{
    [Fact]
    public async Task A_drop_leaves_a_hole_that_the_ledger_knows()
    {
        await using var rig = await Rig.StartAsync();
        var client = await rig.ConnectAsync();
        await rig.MakeAsync(2);
        await rig.InjectAsync("""{"kind":"drop","count":3}""");
        await rig.MakeAsync(5);
        (await client.SequencesAsync(4)).ShouldBe([1, 2, 6, 7]);
        await rig.Simulator.WaitForAsync(s => s.Written == 4, rig.Deadline);
        rig.Simulator.Ledger().Where(line => !line.Written).Select(line => line.Sequence).ShouldBe([3, 4, 5]);
    }

    [Fact]
    public async Task A_duplicate_is_the_same_frame_twice()
    {
        await using var rig = await Rig.StartAsync();
        var client = await rig.ConnectAsync();
        await rig.InjectAsync("""{"kind":"duplicate","count":2}""");
        await rig.MakeAsync(3);
        var events = await client.EventsAsync(5);
        events.ConvertAll(e => e.GetProperty("sequence").GetInt64()).ShouldBe([1, 1, 2, 2, 3]);
        events[1].GetRawText().ShouldBe(events[0].GetRawText());
        rig.Simulator.Status.Sent.ShouldBe(3);
    }

    [Fact]
    public async Task A_swap_exchanges_two_neighbours()
    {
        await using var rig = await Rig.StartAsync();
        var client = await rig.ConnectAsync();
        await rig.InjectAsync("""{"kind":"swap","count":2}""");
        await rig.MakeAsync(6);
        (await client.SequencesAsync(6)).ShouldBe([2, 1, 4, 3, 5, 6]);
    }

    [Fact]
    public async Task A_reorder_shuffles_a_run_and_nothing_else()
    {
        await using var rig = await Rig.StartAsync();
        var client = await rig.ConnectAsync();
        await rig.InjectAsync("""{"kind":"reorder","within":6}""");
        await rig.MakeAsync(8);
        var got = await client.SequencesAsync(8);
        got.Take(6).ShouldNotBe([1, 2, 3, 4, 5, 6]);
        got.Take(6).Order().ShouldBe([1, 2, 3, 4, 5, 6]);
        got.Skip(6).ShouldBe([7, 8]);
        await rig.Simulator.WaitForAsync(s => s.Written == 8, rig.Deadline);
        rig.Simulator.Ledger().ShouldAllBe(line => line.Written);
    }

    [Fact]
    public async Task A_reorder_that_is_never_filled_is_sent_at_the_end()
    {
        await using var rig = await Rig.StartAsync(o => o.MaxEvents = 3);
        var client = await rig.ConnectAsync();
        await rig.InjectAsync("""{"kind":"reorder","within":100}""");
        await rig.MakeAsync(3);
        (await client.SequencesAsync(3)).Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_fragmented_message_is_put_together_by_a_client()
    {
        await using var rig = await Rig.StartAsync();
        var client = await rig.ConnectAsync();
        await rig.InjectAsync("""{"kind":"fragment","count":1,"parts":4}""");
        await rig.MakeAsync(2);
        var (type, bytes, reads) = await client.ReceiveAsync();
        type.ShouldBe(WebSocketMessageType.Text);
        reads.ShouldBe(4);
        JsonDocument.Parse(bytes).RootElement.GetProperty("sequence").GetInt64().ShouldBe(1);
        (await client.SequencesAsync(1)).ShouldBe([2]);
    }

    [Fact]
    public async Task A_heartbeat_is_a_message_without_a_number()
    {
        await using var rig = await Rig.StartAsync();
        var client = await rig.ConnectAsync();
        await rig.MakeAsync(1);
        await rig.InjectAsync("""{"kind":"heartbeat"}""");
        await rig.MakeAsync(1);
        await client.SequencesAsync(1);
        (await client.TextAsync()).ShouldBe("""{"messageType":"heartbeat"}""");
        (await client.SequencesAsync(1)).ShouldBe([2]);
    }

    public static TheoryData<string, string> Malformed => new()
    {
        { "notJson", "this line is not JSON" },
        { "truncated", "\"timest" },
        { "array", "[{" },
        { "deep", "[[[[[[" },
        { "noSequence", "{\"type\"" },
        { "stringSequence", "{\"sequence\":\"" },
    };

    [Theory, MemberData(nameof(Malformed))]
    public async Task A_malformed_frame_without_a_number_spends_none(string what, string part)
    {
        await using var rig = await Rig.StartAsync();
        var client = await rig.ConnectAsync();
        await rig.MakeAsync(1);
        await rig.InjectAsync($$"""{"kind":"malformed","what":"{{what}}"}""");
        await rig.MakeAsync(1);
        await client.SequencesAsync(1);
        (await client.TextAsync()).ShouldContain(part);
        (await client.SequencesAsync(1)).ShouldBe([2]);
    }

    [Theory]
    [InlineData("noConversationId", 0)]
    [InlineData("wrongTypes", 0)]
    [InlineData("absurdTimestamp", 0)]
    [InlineData("huge", 1024 * 1024)]
    public async Task A_malformed_frame_with_a_number_spends_it(string what, int longerThan)
    {
        await using var rig = await Rig.StartAsync();
        var client = await rig.ConnectAsync();
        await rig.MakeAsync(1);
        await rig.InjectAsync($$"""{"kind":"malformed","what":"{{what}}"}""");
        await rig.MakeAsync(1);
        await client.SequencesAsync(1);
        var text = await client.TextAsync();
        text.ShouldStartWith("{\"sequence\":2,");
        text.Length.ShouldBeGreaterThan(longerThan);
        (await client.SequencesAsync(1)).ShouldBe([3]);
        var line = rig.Simulator.Ledger(from: 2).First();
        (line.Sequence, line.Id, line.Type).ShouldBe((2, null, "simulator.malformed"));
    }

    [Fact]
    public async Task A_binary_frame_is_binary()
    {
        await using var rig = await Rig.StartAsync();
        var client = await rig.ConnectAsync();
        await rig.InjectAsync("""{"kind":"malformed","what":"binary"}""");
        (await client.ReceiveAsync()).Type.ShouldBe(WebSocketMessageType.Binary);
    }

    [Fact]
    public async Task Invalid_UTF8_makes_a_strict_client_give_up()
    {
        await using var rig = await Rig.StartAsync();
        var client = await rig.ConnectAsync();
        await rig.InjectAsync("""{"kind":"malformed","what":"invalidUtf8"}""");
        await Should.ThrowAsync<WebSocketException>(client.ReceiveAsync());
        (await rig.Simulator.WaitForAsync(s => s.Closes.Count > 0, rig.Deadline)).Closes[0].Code.ShouldBe(1007);
    }

    [Fact]
    public async Task A_frame_fault_waits_for_a_socket_to_see_it()
    {
        await using var rig = await Rig.StartAsync();
        await (await rig.ConnectAsync()).CloseAsync();
        await rig.Simulator.WaitForAsync(s => s.Sockets == 0, rig.Deadline);
        await rig.InjectAsync("""{"kind":"drop","count":1}""");
        await rig.InjectAsync("""{"kind":"malformed","what":"notJson"}""");
        await rig.MakeAsync(2);
        var client = await rig.ConnectAsync();
        await rig.MakeAsync(2);
        (await client.TextAsync()).ShouldBe("this line is not JSON");
        (await client.SequencesAsync(1)).ShouldBe([4]);
    }

    [Fact]
    public async Task Emitted_lines_arrive_verbatim()
    {
        await using var rig = await Rig.StartAsync();
        var client = await rig.ConnectAsync();
        var (status, body) = await rig.PostAsync("emit", "{\"sequence\": 1801,  \"x\":\"ü\"}\nthis line is not JSON\n");
        status.ShouldBe(200);
        body.GetProperty("frames").GetInt32().ShouldBe(2);
        body.GetProperty("sockets").GetInt32().ShouldBe(1);
        (await client.TextAsync()).ShouldBe("{\"sequence\": 1801,  \"x\":\"ü\"}");
        (await client.TextAsync()).ShouldBe("this line is not JSON");
    }

    [Fact]
    public async Task A_fault_can_be_planned_by_count_to_the_event()
    {
        await using var rig = await Rig.StartAsync(o => o.Faults.Add(new SimulatorFault { Kind = "close", Code = 1001, AfterEvents = 7 }));
        var client = await rig.ConnectAsync();
        await rig.MakeAsync(10);
        (await client.SequencesAsync(7)).ShouldBe([1, 2, 3, 4, 5, 6, 7]);
        (await client.ClosedAsync()).Code.ShouldBe(1001);
    }

    [Fact]
    public async Task A_fault_can_be_planned_by_time_and_again()
    {
        await using var rig = await Rig.StartAsync(o => o.Faults.Add(new SimulatorFault { Kind = "heartbeat", EverySeconds = 1 }));
        var client = await rig.ConnectAsync();
        rig.Simulator.Stop();
        for (var i = 0; i < 3; i++)
        {
            rig.Clock.Advance(TimeSpan.FromSeconds(1.1));
            Encoding.UTF8.GetString((await client.ReceiveAsync()).Bytes).ShouldContain("heartbeat");
        }
    }
}
