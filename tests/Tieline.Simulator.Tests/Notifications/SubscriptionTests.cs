using System.Text.Json;
using Tieline.Simulator.Tests.Details;

namespace Tieline.Simulator.Tests.Notifications;

public class SubscriptionTests
{
    [Fact]
    public async Task Topics_are_added_replaced_listed_and_removed()
    {
        await using var rig = await Rig.StartAsync();
        using var client = await ChannelClient.OfAsync(rig);
        var (id, _) = await client.CreateAsync();
        var topics = rig.Simulator.Queues.Select(queue => ChannelClient.QueueTopic(queue.Id)).ToList();
        var (_, added) = await client.SubscribeAsync(id, topics[..2], method: HttpMethod.Post);
        added.GetProperty("entities").EnumerateArray().Select(e => RecordReading.Text(e, "state")).ShouldBe(["Permitted", "Permitted"]);
        await client.SubscribeAsync(id, topics[1..3], method: HttpMethod.Post);
        (await ListAsync(client, id)).ShouldBe(topics[..3]);
        await client.SubscribeAsync(id, topics[5..6]);
        (await ListAsync(client, id)).ShouldBe(topics[5..6]);
        (await client.SendAsync(HttpMethod.Delete, $"{GenesysSimulator.ChannelsPath}/{id}/subscriptions")).Status.ShouldBe(204);
        (await ListAsync(client, id)).ShouldBeEmpty();
    }

    [Fact]
    public async Task One_refused_topic_fails_all_unless_errors_are_ignored()
    {
        await using var rig = await Rig.StartAsync();
        using var client = await ChannelClient.OfAsync(rig);
        var (id, _) = await client.CreateAsync();
        var topics = rig.Simulator.Queues.Take(2).Select(queue => ChannelClient.QueueTopic(queue.Id)).ToList();
        rig.Simulator.RefuseTopics([rig.Simulator.Queues[1].Id]);
        var (status, body) = await client.SubscribeAsync(id, topics);
        status.ShouldBe(403);
        RecordReading.Text(body, "code").ShouldBe("missing.permissions");
        (await ListAsync(client, id)).ShouldBeEmpty();
        var (good, results) = await client.SubscribeAsync(id, [.. topics, "v2.routing.queues.unknown.conversations"], "?ignoreErrors=true");
        good.ShouldBe(200);
        results.GetProperty("entities").EnumerateArray().Select(e => RecordReading.Text(e, "state")).ShouldBe(["Permitted", "Rejected", "Rejected"]);
        results.GetProperty("entities")[1].GetProperty("missingPermissions")[0].GetString().ShouldBe("routing:queue:view");
        (await ListAsync(client, id)).ShouldBe(topics[..1]);
    }

    [Fact]
    public async Task A_combined_topic_counts_once_and_there_may_be_a_thousand()
    {
        await using var rig = await Rig.StartAsync(o => o.ExtraQueues = 1_000);
        using var client = await ChannelClient.OfAsync(rig);
        var (id, _) = await client.CreateAsync();
        var topics = rig.Simulator.Queues.Select(queue => $"v2.routing.queues.{queue.Id}?conversations&conversations.calls").ToList();
        topics.Count.ShouldBe(1_012);
        var (status, body) = await client.SubscribeAsync(id, topics);
        (status, RecordReading.Text(body, "message")).ShouldBe((400, "The number of topics exceeds the limit of 1000 per channel"));
        (await client.SubscribeAsync(id, topics[..1_000])).Status.ShouldBe(200);
        (await client.SubscribeAsync(id, topics[1_000..1_001], method: HttpMethod.Post)).Status.ShouldBe(400);
        rig.Simulator.Status.Topics.ShouldBe(1_000);
    }

    [Theory]
    [InlineData("v2.system.socket_closing")]
    [InlineData("v2.routing")]
    [InlineData("queues")]
    [InlineData("v2.users.u1?presence&")]
    public async Task What_is_no_topic_is_refused(string topic)
    {
        await using var rig = await Rig.StartAsync();
        using var client = await ChannelClient.OfAsync(rig);
        var (id, _) = await client.CreateAsync();
        (await client.SubscribeAsync(id, [topic])).Status.ShouldBe(400);
        (await client.SubscribeAsync(id, [$"v2.users.{new string('u', 190)}.conversations"])).Status.ShouldBe(400);
        (await client.SendAsync(HttpMethod.Put, $"{GenesysSimulator.ChannelsPath}/{id}/subscriptions", "{}")).Status.ShouldBe(400);
    }

    [Fact]
    public async Task Queues_are_listed_page_by_page_and_can_come_and_go()
    {
        await using var rig = await Rig.StartAsync(o => o.ExtraQueues = 120);
        using var client = await ChannelClient.OfAsync(rig);
        var seen = new List<string?>();
        for (var next = GenesysSimulator.QueuesPath + "?pageSize=50&pageNumber=1"; next is not null;)
        {
            var (_, page) = await client.SendAsync(HttpMethod.Get, next);
            page.GetProperty("total").GetInt32().ShouldBe(132);
            page.GetProperty("pageCount").GetInt32().ShouldBe(3);
            seen.AddRange(page.GetProperty("entities").EnumerateArray().Select(queue => RecordReading.Text(queue, "id")));
            next = RecordReading.Text(page, "nextUri");
        }
        seen.ShouldBe(rig.Simulator.Queues.Select(queue => queue.Id));
        var (_, added) = await rig.PostAsync("queues", """{"add":"Night desk"}""");
        rig.Simulator.Queues[^1].ShouldBe(new QueueEntry(RecordReading.Text(added, "id")!, "Night desk"));
        await rig.PostAsync("queues", $$"""{"remove":"{{seen[0]}}"}""");
        rig.Simulator.Queues.ShouldNotContain(queue => queue.Id == seen[0]);
        var (id, _) = await client.CreateAsync();
        (await client.SubscribeAsync(id, [ChannelClient.QueueTopic(seen[0]!)])).Status.ShouldBe(403);
        (await client.SendAsync(HttpMethod.Get, GenesysSimulator.QueuesPath + "?pageSize=0")).Status.ShouldBe(400);
    }

    [Fact]
    public async Task One_conversation_is_told_by_its_id_as_the_query_tells_it()
    {
        await using var rig = await Rig.StartAsync(o => o.Rate = 1_000);
        using var client = await ChannelClient.OfAsync(rig);
        await client.ListenAsync();
        await rig.MakeAsync(400);
        var rows = await (await DetailsClient.OfAsync(rig)).AllAsync();
        rows.Count.ShouldBeGreaterThan(20);
        foreach (var row in rows.Take(20))
        {
            var id = RecordReading.Text(row, "conversationId")!;
            var (_, one) = await client.SendAsync(HttpMethod.Get, $"/api/v2/analytics/conversations/{id}/details");
            one.GetRawText().ShouldBe(row.GetRawText());
            var (status, live) = await client.SendAsync(HttpMethod.Get, $"/api/v2/conversations/{id}");
            status.ShouldBe(200);
            RecordReading.Text(live, "id").ShouldBe(id);
            RecordReading.Time(live, "endTime").ShouldBe(RecordReading.Time(row, "conversationEnd"));
            RecordReading.Text(live, "recordingState").ShouldBe("NONE");
        }
        (await client.SendAsync(HttpMethod.Get, $"/api/v2/conversations/{Guid.Empty}")).Status.ShouldBe(404);
        (await client.SendAsync(HttpMethod.Get, "/api/v2/analytics/conversations/details")).Status.ShouldBe(400);
        (await client.SendAsync(HttpMethod.Get, $"/api/v2/analytics/conversations/details?id=x,{Guid.Empty}")).Status.ShouldBe(200);
        (await client.SendAsync(HttpMethod.Get, "/api/v2/analytics/conversations/x/details")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task All_requests_of_a_client_share_one_limit()
    {
        await using var rig = await Rig.StartAsync(o => o.RequestsPerMinute = 3);
        using var client = await ChannelClient.OfAsync(rig);
        var (id, _) = await client.CreateAsync();
        (await client.SubscribeAsync(id, [])).Status.ShouldBe(200);
        (await client.SendAsync(HttpMethod.Get, GenesysSimulator.QueuesPath)).Status.ShouldBe(200);
        (await (await DetailsClient.OfAsync(rig)).PostAsync("query", "{}")).Status.ShouldBe(429);
        (await client.SendAsync(HttpMethod.Get, GenesysSimulator.QueuesPath)).Status.ShouldBe(429);
        rig.Clock.Advance(TimeSpan.FromMinutes(1));
        (await client.SendAsync(HttpMethod.Get, GenesysSimulator.QueuesPath)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_secret_in_the_header_is_as_good_as_in_the_form()
    {
        await using var rig = await Rig.StartAsync();
        foreach (var (pair, status) in new[] { ("simulator:simulator-secret", 200), ("nobody:x", 400), ("simulator:wrong", 401) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, rig.Simulator.TokenUrl);
            request.Headers.Authorization = new("Basic", Convert.ToBase64String(System.Text.Encoding.Latin1.GetBytes(pair)));
            request.Content = new FormUrlEncodedContent([new("grant_type", "client_credentials")]);
            using var answer = await rig.Http.SendAsync(request, rig.Deadline);
            ((int)answer.StatusCode).ShouldBe(status);
        }
    }

    private static async Task<List<string>> ListAsync(ChannelClient client, string id)
    {
        var (_, list) = await client.SendAsync(HttpMethod.Get, $"{GenesysSimulator.ChannelsPath}/{id}/subscriptions");
        return [.. list.GetProperty("entities").EnumerateArray().Select(e => RecordReading.Text(e, "id")!)];
    }
}
