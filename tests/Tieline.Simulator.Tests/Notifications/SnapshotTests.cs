using System.Text.Json;
using Tieline.Simulator.Tests.Details;

namespace Tieline.Simulator.Tests.Notifications;

public class SnapshotTests
{
    [Theory]
    [InlineData(0.2, 6_000)]
    [InlineData(0.5, 3_000)]
    [InlineData(1.0, 2_000)]
    public async Task Notifications_turn_into_the_events_that_happened_at_their_times(double passing, int events)
    {
        await using var rig = await Rig.StartAsync(o => (o.Passing, o.Rate, o.OpenConversations) = (passing, 1_000, 60));
        using var client = await ChannelClient.OfAsync(rig);
        var (_, socket) = await client.ListenAsync();
        var reading = new SnapshotReading();
        await PlayAsync(rig, socket, events, reading.Take);
        var told = reading.Events();
        told.Count.ShouldBeGreaterThan(events / 10);
        told.Select(e => e.State).Distinct().Order().ShouldBe(passing < 0.9 ? ["abandoned", "completed", "queued", "transfer"] : ["completed", "queued", "transfer"]);
        told.ShouldBe(Facts(rig));
        (await DetailsAsync(rig)).ShouldBe(told);
    }

    [Fact]
    public async Task The_flat_shape_of_one_media_type_turns_into_the_same_events()
    {
        await using var rig = await Rig.StartAsync(o => (o.Rate, o.OpenConversations) = (1_000, 40));
        using var client = await ChannelClient.OfAsync(rig);
        var topics = rig.Simulator.Queues.SelectMany(queue => new[] { "calls", "messages", "emails" }, (queue, media) => $"{ChannelClient.QueueTopic(queue.Id)}.{media}");
        var (_, socket) = await client.ListenAsync(topics);
        var reading = new SnapshotReading();
        await PlayAsync(rig, socket, 2_000, reading.Take);
        reading.Events().ShouldBe(Facts(rig));
    }

    [Fact]
    public async Task The_stream_and_the_channels_are_told_the_same()
    {
        await using var rig = await Rig.StartAsync(o => (o.Rate, o.OpenConversations) = (1_000, 40));
        using var client = await ChannelClient.OfAsync(rig);
        var (_, socket) = await client.ListenAsync();
        await rig.ConnectAsync();
        var reading = new SnapshotReading();
        await PlayAsync(rig, socket, 2_000, reading.Take);
        var streamed = rig.Simulator.Ledger().Where(line => line.Passes).Select(line => line.Id).ToHashSet();
        streamed.Count.ShouldBe(Facts(rig).Count);
        rig.Simulator.Facts().ShouldAllBe(line => streamed.Contains(line.Id));
        var told = reading.Events().Select(e => e.ConversationId).ToHashSet();
        reading.Events().ShouldBe(Facts(rig).FindAll(e => told.Contains(e.ConversationId)));
    }

    [Fact]
    public async Task A_user_topic_tells_the_conversations_of_that_user_alone()
    {
        await using var rig = await Rig.StartAsync(o => (o.Rate, o.OpenConversations) = (1_000, 40));
        using var client = await ChannelClient.OfAsync(rig);
        var (_, queues) = await client.ListenAsync();
        var users = new HashSet<string>();
        await PlayAsync(rig, queues, 500, frame => users.UnionWith(Participants(frame).Select(p => RecordReading.Text(p, "userId")).OfType<string>()));
        var user = users.First(id => id.Length == 36);
        var (_, socket) = await client.ListenAsync([$"v2.users.{user}?presence&conversations"]);
        for (var seen = 0; seen < 4; seen++)
        {
            await PlayAsync(rig, queues, 1_000, _ => { });
        }
        var first = (await socket.EventsAsync(4)).First(SnapshotReading.IsOfConversation);
        RecordReading.Text(first, "topicName").ShouldBe($"v2.users.{user}.conversations");
        Participants(first).ShouldContain(p => RecordReading.Text(p, "userId") == user);
    }

    [Fact]
    public async Task Detail_events_of_a_conversation_are_told_to_who_subscribes_them()
    {
        await using var rig = await Rig.StartAsync(o => (o.Rate, o.OpenConversations, o.Unusual) = (1_000, 40, 0.5));
        using var client = await ChannelClient.OfAsync(rig);
        var (_, queues) = await client.ListenAsync();
        var ids = new HashSet<string>();
        await PlayAsync(rig, queues, 100, frame => ids.Add(RecordReading.Text(frame.GetProperty("eventBody"), "id")!));
        var (_, socket) = await client.ListenAsync(ids.SelectMany(id => new[] { "customer.end", "user.end", "acd.end", "wrapup" }, (id, suffix) => $"v2.detail.events.conversation.{id}.{suffix}"));
        await PlayAsync(rig, queues, 1_000, _ => { });
        var detail = (await socket.EventsAsync(1)).Single();
        var body = detail.GetProperty("eventBody");
        RecordReading.Text(detail, "topicName").ShouldStartWith($"v2.detail.events.conversation.{RecordReading.Text(body, "conversationId")}.");
        ids.ShouldContain(RecordReading.Text(body, "conversationId"));
        body.GetProperty("eventTime").GetInt64().ShouldBeLessThanOrEqualTo(rig.Clock.GetUtcNow().ToUnixTimeMilliseconds());
        body.GetProperty("disconnectType").GetString().ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task Nothing_that_was_told_is_taken_back_and_at_the_end_all_is_over()
    {
        await using var rig = await Rig.StartAsync(o => (o.Rate, o.OpenConversations) = (1_000, 40));
        using var client = await ChannelClient.OfAsync(rig);
        var (_, socket) = await client.ListenAsync();
        var held = 0;
        var last = new Dictionary<string, Dictionary<string, JsonElement>>();
        await PlayAsync(rig, socket, 4_000, frame =>
        {
            var id = RecordReading.Text(frame.GetProperty("eventBody"), "id")!;
            var now = Participants(frame.Clone()).ToDictionary(p => RecordReading.Text(p, "id")!);
            foreach (var (participant, before) in last.GetValueOrDefault(id) ?? [])
            {
                foreach (var time in new[] { "connectedTime", "endTime", "startAcwTime", "endAcwTime" })
                {
                    (RecordReading.Time(before, time) ?? RecordReading.Time(now[participant], time)).ShouldBe(RecordReading.Time(now[participant], time));
                }
            }
            last[id] = now;
            held += frame.GetRawText().Contains("\"held\":true", StringComparison.Ordinal) ? 1 : 0;
        });
        var over = rig.Simulator.Facts().Where(line => line.State is "completed" or "abandoned").Select(line => line.ConversationId!).ToHashSet();
        foreach (var participant in last.Where(pair => over.Contains(pair.Key)).SelectMany(pair => pair.Value.Values))
        {
            participant.TryGetProperty("endTime", out _).ShouldBeTrue();
            participant.TryGetProperty("startAcwTime", out _).ShouldBe(participant.TryGetProperty("endAcwTime", out _));
        }
        last.Values.SelectMany(legs => legs.Values).ShouldContain(p => p.GetRawText().Contains("\"state\":\"pending\"", StringComparison.Ordinal));
        held.ShouldBeGreaterThan(10);
    }

    [Fact]
    public async Task Personal_data_is_planted_and_so_are_the_canary_and_the_padding()
    {
        await using var rig = await Rig.StartAsync(o => (o.Rate, o.Canary, o.BodyPadding) = (1_000, "CANARY-77", 8_000));
        using var client = await ChannelClient.OfAsync(rig);
        var (_, socket) = await client.ListenAsync();
        var text = new System.Text.StringBuilder();
        await PlayAsync(rig, socket, 500, frame => text.Append(frame.GetRawText()));
        foreach (var marker in PersonalData.Markers.Append("CANARY-77"))
        {
            text.ToString().ShouldContain(marker);
        }
        text.Length.ShouldBeGreaterThan(8_000 * (int)rig.Simulator.Status.Notifications);
    }

    [Fact]
    public async Task Bodies_are_of_every_length_that_was_asked_for()
    {
        await using var rig = await Rig.StartAsync(o => (o.Rate, o.BodyPadding, o.BodyPaddingUpTo) = (1_000, 20_000, 200_000));
        using var client = await ChannelClient.OfAsync(rig);
        var (_, socket) = await client.ListenAsync();
        var lengths = new List<int>();
        await PlayAsync(rig, socket, 200, frame => lengths.Add(frame.GetRawText().Length));
        lengths.Min().ShouldBeInRange(20_000, 60_000);
        lengths.Max().ShouldBeInRange(200_000, 240_000);
    }

    [Fact]
    public async Task A_slow_reader_loses_nothing_for_the_world_waits_for_it()
    {
        await using var rig = await Rig.StartAsync(o => (o.Rate, o.OpenConversations, o.BodyPadding) = (1_000, 40, 1_000_000));
        using var client = await ChannelClient.OfAsync(rig);
        var (_, socket) = await client.ListenAsync();
        var reading = new SnapshotReading();
        rig.Clock.Advance(TimeSpan.FromSeconds(2));   // a gigabyte is due, and nobody reads
        var full = await rig.Simulator.WaitForAsync(status => status.Notifications > 64, rig.Deadline);
        await TakeAllAsync(rig, socket, reading.Take);
        rig.Clock.Advance(TimeSpan.FromSeconds(1));
        await rig.Simulator.WaitForAsync(status => status.Notifications > full.Notifications, rig.Deadline);
        rig.Simulator.Stop();
        await TakeAllAsync(rig, socket, reading.Take);
        reading.Events().ShouldBe(Facts(rig));
        rig.Simulator.Status.Made.ShouldBeLessThan(2_000);
    }

    /// <summary>Makes events, and takes every notification that comes of them.</summary>
    internal static async Task PlayAsync(Rig rig, StreamClient socket, int events, Action<JsonElement> take)
    {
        await socket.SendAsync("""{"message":"ping"}""");
        for (var made = 0; made < events; made += 100)
        {
            var before = rig.Simulator.Status.Notifications;
            await rig.MakeAsync(100);
            await rig.Simulator.WaitForAsync(status => status.Notifications > before, rig.Deadline);
        }
        await TakeAllAsync(rig, socket, take);
    }

    internal static List<ToldEvent> Facts(Rig rig) => InOrder(rig.Simulator.Facts().Select(
        line => new ToldEvent(line.ConversationId!, line.Type, line.State!, line.Timestamp.ToUnixTimeMilliseconds())));

    /// <summary>Takes every notification that is on its way.</summary>
    private static async Task TakeAllAsync(Rig rig, StreamClient socket, Action<JsonElement> take)
    {
        rig.Simulator.Emit([System.Text.Encoding.UTF8.GetBytes("""{"topicName":"test.end"}""")]);
        while (true)
        {
            using var frame = JsonDocument.Parse(await socket.TextAsync());
            if (RecordReading.Text(frame.RootElement, "topicName") == "test.end")
            {
                return;
            }
            if (SnapshotReading.IsOfConversation(frame.RootElement))
            {
                take(frame.RootElement);
            }
        }
    }

    private static JsonElement.ArrayEnumerator Participants(JsonElement frame) => frame.GetProperty("eventBody").GetProperty("participants").EnumerateArray();

    private static async Task<List<ToldEvent>> DetailsAsync(Rig rig) =>
        InOrder((await (await DetailsClient.OfAsync(rig)).AllAsync()).SelectMany(RecordReading.Read));

    private static List<ToldEvent> InOrder(IEnumerable<ToldEvent> events) =>
        [.. events.OrderBy(e => e.ConversationId, StringComparer.Ordinal).ThenBy(e => e.Milliseconds)];
}
