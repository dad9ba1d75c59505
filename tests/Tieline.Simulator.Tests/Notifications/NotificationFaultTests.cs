using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using Tieline.Simulator.Tests.Details;

namespace Tieline.Simulator.Tests.Notifications;

public class NotificationFaultTests
{
    [Theory]
    [InlineData("""{"kind":"duplicate","count":50}""")]
    [InlineData("""{"kind":"swap","count":50}""")]
    [InlineData("""{"kind":"reorder","within":5,"count":20}""")]
    [InlineData("""{"kind":"fragment","count":50}""")]
    [InlineData("""{"kind":"notification","what":"stale","count":50}""")]
    [InlineData("""{"kind":"notification","what":"transitional","count":20}""")]
    [InlineData("""{"kind":"notification","what":"unknownEnum","count":50}""")]
    [InlineData("""{"kind":"notification","what":"unknownMember","count":50}""")]
    [InlineData("""{"kind":"notification","what":"big","count":3}""")]
    public async Task What_is_merely_odd_changes_no_event(string fault)
    {
        await using var rig = await Rig.StartAsync(o => (o.Rate, o.OpenConversations) = (1_000, 30));
        using var client = await ChannelClient.OfAsync(rig);
        var (_, socket) = await client.ListenAsync();
        await rig.InjectAsync(fault);
        var reading = new SnapshotReading();
        await SnapshotTests.PlayAsync(rig, socket, 1_500, reading.Take);
        reading.Events().ShouldBe(SnapshotTests.Facts(rig));
    }

    [Fact]
    public async Task What_is_dropped_is_not_sent_and_what_is_doubled_twice()
    {
        await using var rig = await Rig.StartAsync(o => (o.Rate, o.OpenConversations) = (1_000, 30));
        using var client = await ChannelClient.OfAsync(rig);
        var (_, socket) = await client.ListenAsync();
        await rig.InjectAsync("""{"kind":"duplicate","count":10}""");
        var frames = new List<string>();
        await SnapshotTests.PlayAsync(rig, socket, 300, frame => frames.Add(frame.GetRawText()));
        frames[1].ShouldBe(frames[0]);
        await rig.InjectAsync("""{"kind":"drop","count":1000000}""");
        await rig.MakeAsync(300);
        rig.Simulator.Status.Notifications.ShouldBe(frames.Count);
    }

    [Fact]
    public async Task Odd_bodies_are_as_asked_for()
    {
        await using var rig = await Rig.StartAsync(o => (o.Rate, o.OpenConversations) = (1_000, 30));
        using var client = await ChannelClient.OfAsync(rig);
        var (_, socket) = await client.ListenAsync();
        foreach (var (what, mark) in new[] { ("unknownEnum", "hologram"), ("unknownMember", "resonance"), ("transitional", "\"state\":\"connected\"") })
        {
            await rig.InjectAsync($$"""{"kind":"notification","what":"{{what}}","count":5}""");
            var seen = 0;
            await SnapshotTests.PlayAsync(rig, socket, 1_000, frame => seen += IsOdd(frame, what, mark) ? 1 : 0);
            seen.ShouldBeGreaterThanOrEqualTo(5, what);
        }
        await rig.InjectAsync("""{"kind":"notification","what":"big"}""");
        var longest = 0;
        await SnapshotTests.PlayAsync(rig, socket, 200, frame => longest = Math.Max(longest, frame.GetRawText().Length));
        longest.ShouldBeGreaterThan(1024 * 1024);
    }

    [Theory]
    [InlineData("channels")]
    [InlineData("subscriptions")]
    [InlineData("queues")]
    public async Task Requests_are_refused_as_asked_for(string kind)
    {
        await using var rig = await Rig.StartAsync();
        using var client = await ChannelClient.OfAsync(rig);
        var (id, _) = await client.CreateAsync();
        foreach (var status in new[] { 401, 403, 429, 500, 503 })
        {
            await rig.InjectAsync($$"""{"kind":"{{kind}}","answer":"{{status}}","count":1,"retryAfter":7}""");
            (await AskAsync()).ShouldBe(status);
            (await AskAsync()).ShouldBe(200);
        }

        async Task<int> AskAsync() => kind switch
        {
            "channels" => (await client.SendAsync(HttpMethod.Post, GenesysSimulator.ChannelsPath)).Status,
            "subscriptions" => (await client.SubscribeAsync(id, [])).Status,
            _ => (await client.SendAsync(HttpMethod.Get, GenesysSimulator.QueuesPath)).Status,
        };
    }

    [Theory]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(503)]
    public async Task An_upgrade_is_refused_as_asked_for(int status)
    {
        await using var rig = await Rig.StartAsync();
        using var client = await ChannelClient.OfAsync(rig);
        var (_, uri) = await client.CreateAsync();
        await rig.InjectAsync($$"""{"kind":"handshake","status":{{status}},"count":1}""");
        using var socket = new StreamClient(rig.Deadline);
        await Should.ThrowAsync<WebSocketException>(() => socket.ConnectAsync(uri, token: null));
        socket.Socket.HttpStatusCode.ShouldBe((HttpStatusCode)status);
        await client.ConnectAsync(uri);
    }

    [Fact]
    public async Task Maintenance_is_announced_and_leaves_the_channel()
    {
        await using var rig = await Rig.StartAsync(o => o.HeartbeatInterval = TimeSpan.FromHours(1));
        using var client = await ChannelClient.OfAsync(rig);
        var (_, uri) = await client.CreateAsync();
        var socket = await client.ConnectAsync(uri);
        await rig.InjectAsync("""{"kind":"channel","what":"closing","seconds":20}""");
        (await ChannelTests.TopicAsync(socket)).ShouldBe("v2.system.socket_closing");
        rig.Clock.Advance(TimeSpan.FromSeconds(20));
        (await socket.ClosedAsync()).ShouldBe((1001, "maintenance"));
        await client.ConnectAsync(uri);
    }

    [Theory]
    [InlineData("""{"kind":"channel","what":"expire"}""", 1001)]
    [InlineData("""{"kind":"channel","what":"evict"}""", 1000)]
    public async Task Channels_end_as_asked_for(string fault, int code)
    {
        await using var rig = await Rig.StartAsync();
        using var client = await ChannelClient.OfAsync(rig);
        var (_, socket) = await client.ListenAsync();
        await rig.InjectAsync(fault);
        (await socket.ClosedAsync()).Code.ShouldBe(code);
        rig.Simulator.Status.Channels.ShouldBe(0);
    }

    [Fact]
    public async Task One_socket_of_several_is_cut_and_its_channel_stays()
    {
        await using var rig = await Rig.StartAsync();
        using var client = await ChannelClient.OfAsync(rig);
        var topics = rig.Simulator.Queues.Select(queue => ChannelClient.QueueTopic(queue.Id)).ToList();
        var (_, oldest) = await client.ListenAsync(topics[..2]);
        await client.ListenAsync(topics[2..5]);
        await rig.Simulator.WaitForAsync(status => status.TopicsHeard.SequenceEqual([2, 3]), rig.Deadline);
        await rig.InjectAsync("""{"kind":"channel","what":"cut"}""");
        await oldest.LostAsync();
        (await rig.Simulator.WaitForAsync(status => status.TopicsHeard.SequenceEqual([3]), rig.Deadline)).Channels.ShouldBe(2);
    }

    [Fact]
    public async Task Sockets_close_end_and_fall_silent_like_those_of_the_stream()
    {
        await using var rig = await Rig.StartAsync();
        using var client = await ChannelClient.OfAsync(rig);
        var (_, uri) = await client.CreateAsync();
        var closed = await client.ConnectAsync(uri);
        await rig.InjectAsync("""{"kind":"close","code":4321,"reason":"why"}""");
        (await closed.ClosedAsync()).ShouldBe((4321, "why"));
        var lost = await client.ConnectAsync(uri);
        await rig.InjectAsync("""{"kind":"abort"}""");
        await lost.LostAsync();
        var silent = await client.ConnectAsync(uri);
        await rig.InjectAsync("""{"kind":"silence"}""");
        await silent.SendAsync("""{"message":"ping"}""");
        await rig.Simulator.WaitForAsync(status => status.LastSubscribe == """{"message":"ping"}""", rig.Deadline);
        await rig.InjectAsync("""{"kind":"silence","end":true}""");
        await silent.SendAsync("""{"message":"ping"}""");
        await silent.TextAsync();
        rig.Simulator.Status.ChannelSockets.ShouldBe(1);
    }

    /// <summary>Half ended: an agent's communication with its end that says it is connected.</summary>
    private static bool IsOdd(JsonElement frame, string what, string mark) => what != "transitional"
        ? frame.GetRawText().Contains(mark, StringComparison.Ordinal)
        : frame.GetProperty("eventBody").GetProperty("participants").EnumerateArray().Any(
            p => RecordReading.Text(p, "purpose") is "agent" or "user" && p.GetRawText() is var text
                && text.Contains(mark, StringComparison.Ordinal) && text.Contains("disconnectedTime", StringComparison.Ordinal));
}
