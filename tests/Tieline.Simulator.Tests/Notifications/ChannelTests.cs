using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using Tieline.Simulator.Tests.Details;

namespace Tieline.Simulator.Tests.Notifications;

public class ChannelTests
{
    private const string Ping = """{"message":"ping"}""";

    [Fact]
    public async Task A_channel_is_made_listed_and_gone_after_its_life()
    {
        await using var rig = await Rig.StartAsync(o => o.ChannelLife = TimeSpan.FromMinutes(5));
        using var client = await ChannelClient.OfAsync(rig);
        var (id, uri) = await client.CreateAsync();
        id.ShouldMatch("^streaming-[0-9]-[a-z0-9]{26}$");
        uri.ShouldBe($"ws{rig.Simulator.Url["http".Length..]}/channels/{id}");
        var (_, list) = await client.SendAsync(HttpMethod.Get, GenesysSimulator.ChannelsPath);
        list.GetProperty("entities").EnumerateArray().Select(c => RecordReading.Text(c, "id")).ShouldBe([id]);
        list.GetProperty("entities")[0].GetProperty("expires").GetDateTimeOffset().ShouldBe(rig.Clock.GetUtcNow().AddMinutes(5));
        (await client.SendAsync(HttpMethod.Head, $"{GenesysSimulator.ChannelsPath}/{id}")).Status.ShouldBe(200);
        rig.Clock.Advance(TimeSpan.FromMinutes(5));
        (await client.SendAsync(HttpMethod.Head, $"{GenesysSimulator.ChannelsPath}/{id}")).Status.ShouldBe(404);
        (await client.SubscribeAsync(id, [])).Status.ShouldBe(404);
        using var socket = new StreamClient(rig.Deadline);
        await Should.ThrowAsync<WebSocketException>(() => socket.ConnectAsync(uri, token: null));
        socket.Socket.HttpStatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Another_token_of_the_client_sees_that_a_channel_is_there_and_not_which()
    {
        await using var rig = await Rig.StartAsync();
        using var first = await ChannelClient.OfAsync(rig);
        using var second = await ChannelClient.OfAsync(rig);
        var (id, _) = await first.CreateAsync();
        (await second.SendAsync(HttpMethod.Get, GenesysSimulator.ChannelsPath)).Body.GetProperty("entities").GetArrayLength().ShouldBe(0);
        var (_, all) = await second.SendAsync(HttpMethod.Get, GenesysSimulator.ChannelsPath + "?includechannels=oauthclient");
        var seen = all.GetProperty("entities")[0];
        RecordReading.Text(seen, "id").ShouldBe(id[..12] + "********");
        seen.TryGetProperty("connectUri", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task One_too_many_replaces_the_oldest_without_a_socket()
    {
        await using var rig = await Rig.StartAsync();
        using var client = await ChannelClient.OfAsync(rig);
        var (open, _) = await client.ListenAsync();
        var ids = new List<string>();
        for (var i = 0; i < 20; i++)
        {
            ids.Add((await client.CreateAsync()).Id);
        }
        (await StatusOf(client, open)).ShouldBe(200);
        (await StatusOf(client, ids[0])).ShouldBe(404);
        (await StatusOf(client, ids[1])).ShouldBe(200);
        rig.Simulator.Status.ChannelsReplaced.ShouldBe(1);
    }

    [Fact]
    public async Task When_all_have_sockets_the_oldest_is_told_and_closed()
    {
        await using var rig = await Rig.StartAsync(o => o.ChannelsPerClient = 2);
        using var client = await ChannelClient.OfAsync(rig);
        var (id, socket) = await client.ListenAsync();
        await client.ListenAsync();
        await client.CreateAsync();
        using var told = JsonDocument.Parse(await socket.TextAsync());
        RecordReading.Text(told.RootElement, "topicName").ShouldBe($"v2.system.no_longer_subscribed.{id}");
        RecordReading.Text(told.RootElement.GetProperty("eventBody"), "reason").ShouldBe("another_channel_subscribed");
        (await socket.ClosedAsync()).Code.ShouldBe(1000);
    }

    [Fact]
    public async Task Silence_is_filled_with_heartbeats_and_a_ping_is_answered()
    {
        await using var rig = await Rig.StartAsync();
        using var client = await ChannelClient.OfAsync(rig);
        var (_, uri) = await client.CreateAsync();
        var socket = await client.ConnectAsync(uri);
        await socket.SendAsync(Ping);
        (await socket.TextAsync()).ShouldBe("""{"topicName":"channel.metadata","version":"2","eventBody":{"message":"pong"}}""");
        rig.Clock.Advance(TimeSpan.FromSeconds(30));
        (await socket.TextAsync()).ShouldBe("""{"topicName":"channel.metadata","version":"2","eventBody":{"message":"WebSocket Heartbeat"}}""");
    }

    [Fact]
    public async Task A_second_socket_closes_the_first()
    {
        await using var rig = await Rig.StartAsync();
        using var client = await ChannelClient.OfAsync(rig);
        var (_, uri) = await client.CreateAsync();
        var first = await client.ConnectAsync(uri);
        var second = await client.ConnectAsync(uri);
        (await first.ClosedAsync()).Code.ShouldBe(1000);
        await second.SendAsync(Ping);
        (await second.TextAsync()).ShouldContain("pong");
    }

    [Fact]
    public async Task The_end_is_announced_and_a_subscription_puts_it_off()
    {
        await using var rig = await Rig.StartAsync(o => (o.ChannelLife, o.HeartbeatInterval) = (TimeSpan.FromMinutes(10), TimeSpan.FromHours(1)));
        using var client = await ChannelClient.OfAsync(rig);
        var (id, uri) = await client.CreateAsync();
        var socket = await client.ConnectAsync(uri);
        rig.Clock.Advance(TimeSpan.FromMinutes(9));
        (await TopicAsync(socket)).ShouldBe("v2.system.socket_closing");
        (await client.SubscribeAsync(id, [])).Status.ShouldBe(200);
        rig.Clock.Advance(TimeSpan.FromMinutes(5));
        (await StatusOf(client, id)).ShouldBe(200);
        rig.Clock.Advance(TimeSpan.FromMinutes(4.5));
        (await TopicAsync(socket)).ShouldBe("v2.system.socket_closing");
        rig.Clock.Advance(TimeSpan.FromMinutes(1));
        (await socket.ClosedAsync()).Code.ShouldBe(1001);
    }

    [Fact]
    public async Task A_channel_dies_with_its_token()
    {
        await using var rig = await Rig.StartAsync(o => (o.ExpiresIn, o.HeartbeatInterval) = (300, TimeSpan.FromHours(1)));
        using var client = await ChannelClient.OfAsync(rig);
        var (_, uri) = await client.CreateAsync();
        var expiring = await client.ConnectAsync(uri);
        rig.Clock.Advance(TimeSpan.FromSeconds(250));
        (await TopicAsync(expiring)).ShouldBe("v2.system.socket_closing");
        rig.Clock.Advance(TimeSpan.FromSeconds(51));
        (await expiring.ClosedAsync()).Code.ShouldBe(4001);
        using var fresh = await ChannelClient.OfAsync(rig);
        var (id, socket) = await fresh.ListenAsync();
        await rig.InjectAsync("""{"kind":"revoke"}""");
        (await TopicAsync(socket)).ShouldBe($"v2.system.token_revoked.{id}");
        (await socket.ClosedAsync()).Code.ShouldBe(4001);
        using var later = await ChannelClient.OfAsync(rig);
        (await StatusOf(later, id)).ShouldBe(404);
    }

    [Fact]
    public async Task Subscribing_is_possible_on_the_socket()
    {
        await using var rig = await Rig.StartAsync();
        using var client = await ChannelClient.OfAsync(rig);
        var (id, uri) = await client.CreateAsync();
        var socket = await client.ConnectAsync(uri);
        var topic = ChannelClient.QueueTopic(rig.Simulator.Queues[0].Id);
        await socket.SendAsync($$"""{"message":"subscribe","topics":["{{topic}}"],"correlationId":"abc"}""");
        (await socket.TextAsync()).ShouldBe("""{"result":"200","status":"subscribed","correlationId":"abc"}""");
        var (_, list) = await client.SendAsync(HttpMethod.Get, $"{GenesysSimulator.ChannelsPath}/{id}/subscriptions");
        RecordReading.Text(list.GetProperty("entities")[0], "id").ShouldBe(topic);
        await socket.SendAsync("""{"message":"subscribe","topics":["v2.routing.queues.nobody.conversations"],"correlationId":"def"}""");
        (await socket.TextAsync()).ShouldBe("""{"result":"400","status":"failure","correlationId":"def"}""");
        await socket.SendAsync($$"""{"message":"unsubscribe","topics":["{{topic}}"],"correlationId":"ghi"}""");
        (await socket.TextAsync()).ShouldBe("""{"result":"200","status":"unsubscribed","correlationId":"ghi"}""");
        rig.Simulator.Status.Topics.ShouldBe(0);
    }

    [Fact]
    public async Task What_happens_while_no_socket_is_open_is_lost_but_a_fact()
    {
        await using var rig = await Rig.StartAsync(o => o.Rate = 1_000);
        using var client = await ChannelClient.OfAsync(rig);
        var (id, uri) = await client.CreateAsync();
        await client.SubscribeAsync(id, rig.Simulator.Queues.Select(queue => ChannelClient.QueueTopic(queue.Id)));
        await rig.MakeAsync(500);
        var lost = rig.Simulator.Facts().ToList();
        lost.Count.ShouldBeGreaterThan(50);
        lost.ShouldAllBe(line => !line.Written);
        rig.Simulator.Status.Notifications.ShouldBe(0);
        var socket = await client.ConnectAsync(uri);
        await SnapshotTests.PlayAsync(rig, socket, 500, _ => { });
        await rig.Simulator.WaitForAsync(_ => rig.Simulator.Facts().Skip(lost.Count).All(line => line.Written || line.State == "queued"), rig.Deadline);
        rig.Simulator.Facts().Skip(lost.Count).Count(line => line.Written).ShouldBeGreaterThan(20);
    }

    private static async Task<int> StatusOf(ChannelClient client, string id) =>
        (await client.SendAsync(HttpMethod.Get, $"{GenesysSimulator.ChannelsPath}/{id}/subscriptions")).Status;

    internal static async Task<string?> TopicAsync(StreamClient socket)
    {
        using var frame = JsonDocument.Parse(await socket.TextAsync());
        return RecordReading.Text(frame.RootElement, "topicName");
    }
}
