using System.Net;
using System.Text.Json.Nodes;
using Tieline.Service.Tests.Support;

namespace Tieline.Service.Tests.Http;

public sealed class ConversationApiTests : OrgTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("type=routing.queue", "")]
    [InlineData("state=completed", "")]
    [InlineData("state=transfer", "nothing")]
    [InlineData("queue=no-such-queue", "nothing")]
    [InlineData("destination=crm&status=dead", "")]
    [InlineData("destination=crm&status=waiting", "nothing")]
    [InlineData("from=2020-01-01T00:00:00Z", "")]
    [InlineData("to=2020-01-01T00:00:00Z", "nothing")]
    public async Task Each_comes_once_by_the_newest_event_that_the_search_for_events_finds(string filter, string found)
    {
        await using var running = await StartAsync();
        using var api = new ApiClient(Sandbox);
        await FillAsync(api);

        var events = (await api.GetAsync($"events?limit=200&{filter}"))["events"]!.AsArray();
        events.Count.ShouldBe(found == "nothing" ? 0 : filter.Contains("type", StringComparison.Ordinal) || filter.Contains("state", StringComparison.Ordinal) ? 3 : 6);
        var expected = events.DistinctBy(one => (string)one!["conversationId"]!).ToList();

        var whole = (await api.GetAsync($"conversations?limit=200&{filter}"))["conversations"]!.AsArray();
        whole.Select(one => one!["newest"]!.ToJsonString()).ShouldBe(expected.Select(one => one!.ToJsonString()));
        whole.ShouldAllBe(one => (string)one!["conversationId"]! == (string)one["newest"]!["conversationId"]!);
        var paged = new List<string>();
        var cursor = "";
        do
        {
            var page = await api.GetAsync($"conversations?limit=1&{filter}{cursor}");
            paged.AddRange(page["conversations"]!.AsArray().Select(one => one!.ToJsonString()));
            cursor = page["next"] is { } next ? $"&cursor={next}" : null;
        }
        while (cursor is not null);

        paged.ShouldBe(whole.Select(one => one!.ToJsonString()));
    }

    [Fact]
    public async Task What_is_listed_has_a_story_with_where_each_event_stands_and_the_gap_in_its_time()
    {
        await using var running = await StartAsync();
        using var api = new ApiClient(Sandbox);
        await FillAsync(api);

        foreach (var one in (await api.GetAsync("conversations"))["conversations"]!.AsArray())
        {
            var story = await api.GetAsync($"conversations/{one!["conversationId"]}");
            var events = story["events"]!.AsArray();
            events.Count.ShouldBe(2);
            events.ShouldContain(told => JsonNode.DeepEquals(told, one["newest"]));
            events.ShouldAllBe(told => told!["delivery"]!.ToJsonString() == """[{"destination":"crm","outcome":"dead-lettered"}]""");
            story["gaps"]!.AsArray().ShouldHaveSingleItem()!["number"]!.GetValue<int>().ShouldBe(1);
            story["next"].ShouldBeNull();
        }

        await api.SendAsync("GET", "conversations/none", null, HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("limit=0", "limit must be a number from 1 to 200, was '0'")]
    [InlineData("limit=201", "limit must be a number from 1 to 200, was '201'")]
    [InlineData("cursor=17", "cursor must be the 'next' of an answer before")]
    [InlineData("cursor=1-2", "cursor must be the 'next' of an answer before")]
    [InlineData("from=noon", "from must be a time such as 2026-03-02T00:00:00Z, was 'noon'")]
    [InlineData("status=dead", "destination and status go together: where an event stands there")]
    [InlineData("destination=erp&status=dead", "there is no destination 'erp'")]
    [InlineData("destination=crm&status=lost", "status must be one of waiting, delivered, dead, was 'lost'")]
    [InlineData("conversation=c1", "there is no 'conversation' here; there are type, state, queue, destination, status, from, to, cursor, limit")]
    public async Task What_is_wrong_is_told(string query, string problem)
    {
        await using var running = await StartAsync();
        using var api = new ApiClient(Sandbox);

        ((string)(await api.SendAsync("GET", $"conversations?{query}", null, HttpStatusCode.BadRequest))["detail"]!).ShouldBe(problem);
    }

    private Task<RunningTieline> StartAsync()
    {
        Org.Have(3);
        Org.CrmStatus = 422;
        return RunningTieline.StartAsync(Sandbox);
    }

    private static async Task FillAsync(ApiClient api)
    {
        await api.BackfillAsync(6);
        await ApiClient.UntilAsync(async () => (await api.GetAsync("dead-letters"))["deadLetters"]!.AsArray().Count == 6);
    }
}
