using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Tieline.Simulator.Tests.Details;

public class QueryTests
{
    [Fact]
    public async Task A_page_has_25_and_the_rest_follows_without_repeats()
    {
        await using var rig = await StartAsync();
        var client = await DetailsClient.OfAsync(rig);
        var first = await client.QueryAsync();
        DetailsClient.Rows(first).Count.ShouldBe(25);
        var total = first.GetProperty("totalHits").GetInt32();
        total.ShouldBe(rig.Simulator.Status.History);
        var ids = new List<string>();
        for (var page = 1; page <= (total / 10) + 1; page++)
        {
            ids.AddRange(DetailsClient.Rows(await client.QueryAsync($$""","paging":{"pageSize":10,"pageNumber":{{page}}}""")).Select(Id));
        }
        ids.Distinct().Count().ShouldBe(total);
        ids.Count.ShouldBe(total);
        rig.Simulator.Status.DetailsRows.ShouldBe(25 + total);
        rig.Simulator.Status.DetailsRequests[200].ShouldBe((total / 10) + 2);
    }

    [Fact]
    public async Task Nothing_found_has_no_member_conversations()
    {
        await using var rig = await StartAsync();
        var client = await DetailsClient.OfAsync(rig);
        (await client.QueryAsync(interval: "2026-03-03T00:00:00.000Z/2026-03-04T00:00:00.000Z")).GetRawText().ShouldBe("""{"totalHits":0}""");
        var past = await client.QueryAsync(""","paging":{"pageNumber":1000}""");
        past.TryGetProperty("conversations", out _).ShouldBeFalse();
        past.GetProperty("totalHits").GetInt32().ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData("asc", "conversationStart")]
    [InlineData("desc", "conversationStart")]
    [InlineData("asc", "conversationEnd")]
    [InlineData("desc", "conversationEnd")]
    public async Task Rows_come_in_the_order_asked_for(string order, string by)
    {
        await using var rig = await StartAsync();
        var rows = await (await DetailsClient.OfAsync(rig)).AllAsync($$""","order":"{{order}}","orderBy":"{{by}}"{{EndedOnly}}""");
        var keys = rows.ConvertAll(row => RecordReading.Time(row, by)!.Value);
        keys.Count.ShouldBeGreaterThan(50);
        keys.ShouldBeInOrder(order == "asc" ? SortDirection.Ascending : SortDirection.Descending);
    }

    [Theory]
    [InlineData("unordered", "conversationStart")]
    [InlineData("asc", "segmentStart")]
    [InlineData("desc", "segmentEnd")]
    public async Task Other_orders_give_the_same_rows(string order, string by)
    {
        await using var rig = await StartAsync();
        var client = await DetailsClient.OfAsync(rig);
        var rows = await client.AllAsync($$""","order":"{{order}}","orderBy":"{{by}}" """);
        rows.Select(Id).Order().ShouldBe((await client.AllAsync()).Select(Id).Order());
    }

    [Fact]
    public async Task Filters_narrow_it_down()
    {
        await using var rig = await StartAsync();
        var client = await DetailsClient.OfAsync(rig);
        var all = await client.AllAsync();
        var ended = await client.AllAsync(EndedOnly);
        var live = await client.AllAsync(""","conversationFilters":[{"type":"and","predicates":[{"dimension":"conversationEnd","operator":"notExists"}]}]""");
        (ended.Count + live.Count).ShouldBe(all.Count);
        live.ShouldAllBe(row => RecordReading.Time(row, "conversationEnd") == null);

        var id = Id(all[3]);
        var one = await client.AllAsync($$""","segmentFilters":[{{Or("conversationId", id)}}]""");
        one.ShouldHaveSingleItem().GetRawText().ShouldBe(all[3].GetRawText());

        var media = await client.AllAsync($$""","segmentFilters":[{{Or("mediaType", "voice", "email")}}]""");
        media.ShouldAllBe(row => RecordReading.Text(Sessions(row)[0], "mediaType") != "message");
        media.Count.ShouldBe(all.Count(row => RecordReading.Text(Sessions(row)[0], "mediaType") != "message"));

        var queue = all.SelectMany(Sessions).SelectMany(s => s.GetProperty("segments").EnumerateArray()).Select(s => RecordReading.Text(s, "queueId")).First(q => q is not null)!;
        var queued = await client.AllAsync($$""","segmentFilters":[{{Or("queueId", queue)}},{{Or("purpose", "acd")}}]""");
        queued.Count.ShouldBeInRange(1, all.Count / 3);
        queued.ShouldAllBe(row => row.GetRawText().Contains(queue));
    }

    [Fact]
    public async Task What_was_not_going_on_in_the_interval_is_left_out_unless_days_are_matched()
    {
        await using var rig = await StartAsync();
        var client = await DetailsClient.OfAsync(rig);
        var all = await client.AllAsync();
        var ends = all.ConvertAll(row => RecordReading.Time(row, "conversationEnd")).FindAll(end => end is not null);
        var from = DateTimeOffset.FromUnixTimeMilliseconds(ends.Max()!.Value + 60_000);
        var after = $"{from:yyyy-MM-ddTHH:mm:ss.fffZ}/2026-03-02T23:00:00.000Z";
        (await client.QueryAsync(interval: after)).GetProperty("totalHits").GetInt32().ShouldBe(0);   // even what is live goes on until now only
        rig.Simulator.ChangeDetails(new DetailsChange { Match = DetailsMatch.Day });
        (await client.QueryAsync(interval: after)).GetProperty("totalHits").GetInt32().ShouldBe(all.Count);
        (await client.QueryAsync(interval: "2026-03-02T09:00:00Z/2026-03-02T09:00:01Z")).GetProperty("totalHits").GetInt32().ShouldBe(all.Count);
        (await client.QueryAsync(interval: "2026-03-01T00:00:00Z/2026-03-02T00:00:00Z")).GetProperty("totalHits").GetInt32().ShouldBe(0);
    }

    [Fact]
    public async Task What_began_yesterday_is_found_only_by_reaching_back()
    {
        await using var rig = await Rig.StartAsync(o => (o.Rate, o.OpenConversations, o.BeganEarlier) = (1_000, 100, 0.3));
        await rig.ConnectAsync();
        await rig.MakeAsync(3_000);
        var client = await DetailsClient.OfAsync(rig);
        var today = (await client.AllAsync()).Count;
        var reachingBack = await client.AllAsync(interval: "2026-03-01T00:00:00.000Z/2026-03-03T00:00:00.000Z");
        reachingBack.Count.ShouldBe(rig.Simulator.Status.History);
        ((double)(reachingBack.Count - today) / reachingBack.Count).ShouldBeInRange(0.2, 0.4);
        reachingBack.SelectMany(RecordReading.Read).Count().ShouldBe(rig.Simulator.Ledger().Count(line => line.Passes));
    }

    [Fact]
    public async Task From_and_to_do_as_well_as_an_interval()
    {
        await using var rig = await StartAsync();
        var client = await DetailsClient.OfAsync(rig);
        var (status, body) = await client.PostAsync("query", """{"from":"2026-03-02T00:00:00.000Z","to":"2026-03-03T00:00:00.000Z"}""");
        status.ShouldBe(200);
        body.GetRawText().ShouldBe((await client.QueryAsync()).GetRawText());
    }

    [Theory]
    [InlineData("nonsense", "bad.request", "not JSON")]
    [InlineData("[]", "bad.request", "must be an object")]
    [InlineData("{}", "bad.request", "interval is required")]
    [InlineData("""{"interval":"yesterday/today"}""", "invalid.date", "yesterday")]
    [InlineData("""{"interval":"2026-03-02T00:00:00Z"}""", "invalid.date", "slash")]
    [InlineData("""{"interval":"2026-03-02T00:00:00Z/2026-03-02T00:00:00Z"}""", "invalid.date", "end after")]
    [InlineData("""{"interval":"2026-01-01T00:00:00Z/2026-02-01T00:00:01Z"}""", "invalid.date", "31 days")]
    [InlineData("""{"interval":"2026-03-02T00:00:00Z/2026-03-03T00:00:00Z","paging":{"pageSize":101}}""", "invalid.value", "1 to 100")]
    [InlineData("""{"interval":"2026-03-02T00:00:00Z/2026-03-03T00:00:00Z","paging":{"pageSize":100,"pageNumber":1001}}""", "invalid.value", "100000 hits")]
    [InlineData("""{"interval":"2026-03-02T00:00:00Z/2026-03-03T00:00:00Z","paging":{"page":1}}""", "bad.request", "'page'")]
    [InlineData("""{"interval":"2026-03-02T00:00:00Z/2026-03-03T00:00:00Z","order":"up"}""", "invalid.value", "unordered")]
    [InlineData("""{"interval":"2026-03-02T00:00:00Z/2026-03-03T00:00:00Z","orderBy":"x"}""", "invalid.value", "segmentEnd")]
    [InlineData("""{"interval":"2026-03-02T00:00:00Z/2026-03-03T00:00:00Z","filter":[]}""", "bad.request", "'filter'")]
    [InlineData("""{"interval":"2026-03-02T00:00:00Z/2026-03-03T00:00:00Z","conversationFilters":[{"type":"and","predicates":[{"dimension":"queueId","operator":"exists"}]}]}""", "invalid.value", "'queueId'")]
    [InlineData("""{"interval":"2026-03-02T00:00:00Z/2026-03-03T00:00:00Z","segmentFilters":[{"type":"and","predicates":[{"dimension":"queueId"}]}]}""", "bad.request", "needs a value")]
    [InlineData("""{"interval":"2026-03-02T00:00:00Z/2026-03-03T00:00:00Z","segmentFilters":[{"type":"and"}]}""", "bad.request", "needs predicates")]
    public async Task A_wrong_query_is_told_what_is_wrong(string query, string code, string part)
    {
        await using var rig = await Rig.StartAsync();
        var (status, body) = await (await DetailsClient.OfAsync(rig)).PostAsync("query", query);
        status.ShouldBe(400);
        body.GetProperty("status").GetInt32().ShouldBe(400);
        body.GetProperty("code").GetString().ShouldBe(code);
        body.GetProperty("message").GetString()!.ShouldContain(part);
        foreach (var member in new[] { "contextId", "details", "errors" })
        {
            body.TryGetProperty(member, out _).ShouldBeTrue();
        }
    }

    [Fact]
    public async Task Without_a_token_or_with_a_wrong_one_it_is_401_and_without_the_scope_as_asked_for()
    {
        await using var rig = await Rig.StartAsync(o => o.MissingScopeStatus = 403);
        using var bare = await rig.Http.PostAsync(new Uri(rig.Simulator.DetailsUrl), content: null, rig.Deadline);
        bare.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        bare.Headers.WwwAuthenticate.ShouldContain(new AuthenticationHeaderValue("Bearer", "realm=\"Genesys\""));
        (await bare.Content.ReadAsStringAsync(rig.Deadline)).ShouldContain("authentication.required");
        var (wrong, body) = await new DetailsClient(rig, "nobody").PostAsync("query", "{}");
        wrong.ShouldBe(401);
        body.GetProperty("code").GetString().ShouldBe("bad.credentials");
        var (narrow, _) = await new DetailsClient(rig, await rig.TokenAsync(scope: "user:read")).PostAsync("query", "{}");
        narrow.ShouldBe(403);
        rig.Simulator.Status.DetailsRequests.ShouldBe(new Dictionary<int, long> { [401] = 2, [403] = 1 }, ignoreOrder: true);
    }

    private const string EndedOnly =
        ""","conversationFilters":[{"type":"and","predicates":[{"type":"dimension","dimension":"conversationEnd","operator":"exists"}]}]""";

    private static async Task<Rig> StartAsync()
    {
        var rig = await Rig.StartAsync(o => (o.Rate, o.OpenConversations) = (1_000, 50));
        await rig.ConnectAsync();
        await rig.MakeAsync(2_000);
        return rig;
    }

    private static string Or(string dimension, params string[] values) =>
        $$"""{"type":"or","predicates":[{{string.Join(',', values.Select(value =>
            $$"""{"type":"dimension","dimension":"{{dimension}}","operator":"matches","value":"{{value}}"}"""))}}]}""";

    private static string Id(JsonElement row) => RecordReading.Text(row, "conversationId")!;

    private static List<JsonElement> Sessions(JsonElement row) =>
        [.. row.GetProperty("participants").EnumerateArray().SelectMany(participant => participant.GetProperty("sessions").EnumerateArray())];
}
