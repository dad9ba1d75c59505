namespace Tieline.Simulator.Tests.Details;

public class HistoryTests
{
    [Fact]
    public async Task A_flood_is_remembered_only_by_wish()
    {
        await using var flood = await Rig.StartAsync(o => (o.Rate, o.MaxEvents) = (0, 2_000));
        await (await flood.ConnectAsync()).EventsAsync(2_000);
        flood.Simulator.Status.History.ShouldBe(0);
        await using var kept = await Rig.StartAsync(o => (o.Rate, o.MaxEvents, o.History, o.Ledger) = (0, 2_000, true, true));
        await (await kept.ConnectAsync()).EventsAsync(2_000);
        kept.Clock.Advance(TimeSpan.FromSeconds(5));   // on a clock that stood still some events are ahead of it
        var rows = await (await DetailsClient.OfAsync(kept)).AllAsync();
        rows.SelectMany(RecordReading.Read).Count().ShouldBe(kept.Simulator.Ledger().Count(line => line.Passes));
    }

    [Fact]
    public async Task The_oldest_that_have_ended_go_first_and_what_is_open_stays()
    {
        await using var rig = await Rig.StartAsync(o => (o.Rate, o.OpenConversations, o.HistoryLimit, o.Passing) = (1_000, 20, 80, 0.5));
        await rig.ConnectAsync();
        for (var i = 0; i < 10; i++)
        {
            await rig.MakeAsync(500);
            rig.Simulator.Status.History.ShouldBeInRange(1, 80);
        }
        var told = (await (await DetailsClient.OfAsync(rig)).AllAsync()).ConvertAll(row => RecordReading.Text(row, "conversationId")!);
        var streamed = rig.Simulator.Ledger().GroupBy(line => line.ConversationId!).ToList();
        var live = streamed.Where(events => events.Last().State is not ("completed" or "abandoned")).Select(events => events.Key).ToList();
        live.Except(told).ShouldBeEmpty();
        var ended = streamed.Where(events => events.Last().State is "completed" or "abandoned").Select(events => events.Key).ToList();
        ended.Count.ShouldBeGreaterThan(400);
        told.Except(live).ShouldBeSubsetOf(ended[^120..]);
    }

    [Fact]
    public async Task Of_what_no_stream_has_nothing_is_told()
    {
        const string VoiceOnly = """{"messageType":"subscribe","subscriptions":[{"channel":"conversation","filters":{"types":["voice"]}}]}""";
        await using var rig = await Rig.StartAsync(o => (o.Rate, o.OpenConversations) = (1_000, 50));
        await rig.ConnectAsync(VoiceOnly);
        await rig.MakeAsync(1_000);
        var rows = await (await DetailsClient.OfAsync(rig)).AllAsync();
        rows.Select(row => RecordReading.Text(row, "conversationId")).Order()
            .ShouldBe(rig.Simulator.Ledger().Select(line => line.ConversationId).Distinct().Order());
    }

    [Fact]
    public async Task With_the_usual_filter_records_and_stream_agree()
    {
        await using var rig = await Rig.StartAsync(o => (o.Rate, o.OpenConversations) = (1_000, 50));
        await rig.ConnectAsync(Rig.SubscribeLive);
        await rig.MakeAsync(10_000);
        var told = (await (await DetailsClient.OfAsync(rig)).AllAsync()).SelectMany(RecordReading.Read)
            .Select(e => (e.ConversationId, e.State, e.Milliseconds)).ToHashSet();
        told.SetEquals(rig.Simulator.Ledger().Where(line => line.Passes)
            .Select(line => (line.ConversationId!, line.State!, line.Timestamp.ToUnixTimeMilliseconds()))).ShouldBeTrue();
    }

    [Fact]
    public async Task What_a_flood_interrupts_is_not_told_by_halves()
    {
        await using var rig = await Rig.StartAsync(o => (o.Rate, o.OpenConversations) = (1_000, 50));
        await rig.ConnectAsync();
        await rig.MakeAsync(1_000);
        rig.Simulator.Stop();
        rig.Simulator.SetRate(0);
        rig.Simulator.Stop();
        var rows = await (await DetailsClient.OfAsync(rig)).AllAsync();
        rows.ShouldNotBeEmpty();
        rows.ShouldAllBe(row => RecordReading.Time(row, "conversationEnd") != null);
    }
}
