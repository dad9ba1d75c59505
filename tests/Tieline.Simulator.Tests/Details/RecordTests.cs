using System.Text.Json;

namespace Tieline.Simulator.Tests.Details;

public class RecordTests
{
    [Theory]
    [InlineData(0.2, 30_000)]
    [InlineData(0.5, 12_000)]
    [InlineData(1.0, 8_000)]
    public async Task Records_turn_back_into_the_events_that_were_streamed_at_their_times(double passing, int events)
    {
        await using var rig = await StartAsync(passing, events);
        var rows = await (await DetailsClient.OfAsync(rig)).AllAsync();
        rows.Count.ShouldBeGreaterThan(2_000);
        rows.Select(Id).Distinct().Count().ShouldBe(rows.Count);
        Read(rows).ShouldBe(Streamed(rig));
        rows.Count(row => row.TryGetProperty("conversationEnd", out _)).ShouldBeGreaterThan(1_500);
    }

    [Theory]
    [InlineData(0.2)]
    [InlineData(1.0)]
    public async Task A_lagging_record_is_what_it_was_then(double passing)
    {
        await using var rig = await StartAsync(passing, 3_000);
        var client = await DetailsClient.OfAsync(rig);
        var then = await client.AllAsync();
        await rig.MakeAsync(2_000);
        var later = await client.AllAsync();
        rig.Simulator.ChangeDetails(new DetailsChange { LagSeconds = (rig.Clock.GetUtcNow() - Asked(rig, 3_000)).TotalSeconds });
        var lagging = await client.AllAsync();
        lagging.ConvertAll(row => row.GetRawText()).ShouldBe(then.ConvertAll(row => row.GetRawText()));
        lagging.Count.ShouldBeLessThan(later.Count);
    }

    [Fact]
    public async Task What_has_ended_is_told_with_the_same_bytes_each_time()
    {
        await using var rig = await StartAsync(0.2, 2_000);
        var client = await DetailsClient.OfAsync(rig);
        var first = Ended(await client.AllAsync());
        await rig.MakeAsync(2_000);
        var second = Ended(await client.AllAsync());
        first.Count.ShouldBeGreaterThan(50);
        foreach (var (id, text) in first)
        {
            second[id].ShouldBe(text);
        }
    }

    [Fact]
    public async Task What_is_live_has_no_end_and_its_last_segments_are_open()
    {
        await using var rig = await StartAsync(0.2, 3_000);
        var live = (await (await DetailsClient.OfAsync(rig)).AllAsync()).FindAll(row => !row.TryGetProperty("conversationEnd", out _));
        live.Count.ShouldBeGreaterThan(10);
        foreach (var row in live)
        {
            foreach (var open in Segments(row).Where(segment => !segment.TryGetProperty("segmentEnd", out _)))
            {
                open.TryGetProperty("disconnectType", out _).ShouldBeFalse();
            }
        }
        live.Count(row => Segments(row).Any(segment => !segment.TryGetProperty("segmentEnd", out _))).ShouldBe(live.Count);
        live.Exists(row => Segments(row).Any(s => RecordReading.Text(s, "segmentType") == "wrapup" && !s.TryGetProperty("segmentEnd", out _))).ShouldBeTrue();
    }

    [Fact]
    public async Task Participants_have_the_ids_and_identities_of_the_streamed_frames()
    {
        await using var rig = await Rig.StartAsync(o => o.OpenConversations = 50);
        var client = await rig.ConnectAsync();
        await rig.MakeAsync(1_000);
        var told = new Dictionary<(string Conversation, string Participant), (string Role, string Identity)>();
        foreach (var row in await (await DetailsClient.OfAsync(rig)).AllAsync())
        {
            foreach (var participant in row.GetProperty("participants").EnumerateArray())
            {
                var purpose = RecordReading.Text(participant, "purpose")!;
                told[(Id(row), RecordReading.Text(participant, "participantId")!)] = (
                    purpose == "user" ? "agent" : purpose,
                    RecordReading.Text(participant, "userId") ?? RecordReading.Text(participant, "externalContactId") ?? "");
            }
        }
        var found = 0;
        foreach (var streamed in await client.EventsAsync(1_000))
        {
            foreach (var participant in streamed.GetProperty("participants").EnumerateArray())
            {
                var key = (streamed.GetProperty("conversationId").GetString()!, RecordReading.Text(participant, "id")!);
                var role = RecordReading.Text(participant, "role")!;
                if (told.TryGetValue(key, out var known))
                {
                    known.Role.ShouldBe(role);
                    known.Identity.ShouldBe(role == "acd" ? "" : RecordReading.Text(participant, "identity"));
                    found++;
                }
                else
                {
                    role.ShouldNotBe("customer");   // a queue or an agent may still be to come
                }
            }
        }
        found.ShouldBeGreaterThan(1_800);
    }

    [Fact]
    public async Task The_traps_of_real_records_are_all_there()
    {
        await using var rig = await StartAsync(0.2, 20_000);
        await using var quick = await StartAsync(1, 1_000);   // here some are completed although no agent is seen
        var rows = await (await DetailsClient.OfAsync(rig)).AllAsync();
        rows.AddRange(await (await DetailsClient.OfAsync(quick)).AllAsync());
        var sessions = rows.SelectMany(row => row.GetProperty("participants").EnumerateArray()).SelectMany(
            p => p.GetProperty("sessions").EnumerateArray().Select(s => (Purpose: RecordReading.Text(p, "purpose")!, Json: s))).ToList();
        sessions.Select(s => RecordReading.Text(s.Json, "mediaType")).Distinct().Order().ShouldBe(["email", "message", "voice"]);
        sessions.Select(s => s.Purpose).Distinct().Order().ShouldBe(["acd", "agent", "customer", "ivr", "user", "voicemail", "workflow"]);
        sessions.ShouldContain(s => s.Purpose == "agent" && Types(s.Json).SequenceEqual(new[] { "alert", "wrapup" }));
        sessions.ShouldContain(s => s.Purpose == "acd" && Ends(s.Json).Contains("transfer"));
        sessions.ShouldContain(s => s.Purpose == "ivr" && Ends(s.Json).Contains("transfer"));
        rows.ShouldContain(row => Segments(row).Min(s => RecordReading.Time(s, "segmentStart")) < RecordReading.Time(row, "conversationStart"));
        foreach (var kind in new[] { "transfer", "consultTransfer", "conferenceTransfer", "forwardTransfer" })
        {
            sessions.ShouldContain(s => s.Purpose == "agent" && Types(s.Json).Contains("interact") && Ends(s.Json).Count(end => end == kind) == 2, kind);
        }
        var metrics = sessions.SelectMany(s => s.Json.GetProperty("metrics").EnumerateArray()).Select(m => RecordReading.Text(m, "name")).Distinct().ToList();
        foreach (var name in new[] { "nOffered", "tAcd", "tAbandon", "tFlowOut", "tAnswered", "tTalk", "tHeld", "tAcw", "tHandle", "nTransferred", "nBlindTransferred", "nConsultTransferred" })
        {
            metrics.ShouldContain(name);
        }
    }

    [Fact]
    public async Task Personal_data_is_planted_and_so_is_the_canary()
    {
        await using var rig = await Rig.StartAsync(o => o.Canary = "CANARY-77");
        await rig.ConnectAsync();
        await rig.MakeAsync(500);
        var text = (await (await DetailsClient.OfAsync(rig)).QueryAsync()).GetRawText();
        text.ShouldContain("CANARY-77");
        foreach (var marker in PersonalData.Markers.Where(marker => marker != "AC-100"))   // that one is an attribute: jobs tell it
        {
            text.ShouldContain(marker);
        }
        text.ShouldNotContain("attributes");
    }

    private static async Task<Rig> StartAsync(double passing, int events)
    {
        var rig = await Rig.StartAsync(o => (o.Passing, o.Rate, o.OpenConversations) = (passing, 1_000, 100));
        await rig.ConnectAsync();
        for (var made = 0; made < events; made += 1_000)
        {
            await rig.MakeAsync(1_000);
        }
        return rig;
    }

    /// <summary>When so many events had been made: a rig makes them on time.</summary>
    private static DateTimeOffset Asked(Rig rig, int events) =>
        rig.Simulator.Ledger().ElementAt(events - 1).Timestamp;

    private static List<ToldEvent> Streamed(Rig rig) => InOrder(rig.Simulator.Ledger().Where(line => line.Passes).Select(
        line => new ToldEvent(line.ConversationId!, line.Type, line.State!, line.Timestamp.ToUnixTimeMilliseconds())));

    private static List<ToldEvent> Read(List<JsonElement> rows) => InOrder(rows.SelectMany(RecordReading.Read));

    private static List<ToldEvent> InOrder(IEnumerable<ToldEvent> events) =>
        [.. events.OrderBy(e => e.ConversationId, StringComparer.Ordinal).ThenBy(e => e.Milliseconds)];

    private static string Id(JsonElement row) => RecordReading.Text(row, "conversationId")!;

    private static Dictionary<string, string> Ended(List<JsonElement> rows) =>
        rows.Where(row => row.TryGetProperty("conversationEnd", out _)).ToDictionary(Id, row => row.GetRawText());

    private static IEnumerable<JsonElement> Segments(JsonElement row) =>
        from participant in row.GetProperty("participants").EnumerateArray()
        from session in participant.GetProperty("sessions").EnumerateArray()
        from segment in session.GetProperty("segments").EnumerateArray()
        select segment;

    private static IEnumerable<string?> Types(JsonElement session) =>
        session.GetProperty("segments").EnumerateArray().Select(segment => RecordReading.Text(segment, "segmentType"));

    private static IEnumerable<string?> Ends(JsonElement session) =>
        session.GetProperty("segments").EnumerateArray().Select(segment => RecordReading.Text(segment, "disconnectType"));
}
