using System.Text.Json;
using Tieline.Simulator.World;

namespace Tieline.Simulator.Tests;

public class LedgerTests
{
    [Fact]
    public async Task Each_line_says_what_was_sent_and_when()
    {
        await using var rig = await Rig.StartAsync();
        var client = await rig.ConnectAsync(Rig.SubscribeLive);
        await rig.MakeAsync(200);
        var events = await client.EventsAsync(200);
        await rig.Simulator.WaitForAsync(s => s.Written == 200, rig.Deadline);
        var lines = (await rig.Http.GetStringAsync(new Uri(rig.Simulator.Url + "/_simulator/ledger"), rig.Deadline))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        lines.Count.ShouldBe(200);
        for (var i = 0; i < 200; i++)
        {
            foreach (var name in new[] { "sequence", "type", "conversationId", "timestamp" })
            {
                lines[i].GetProperty(name).GetRawText().ShouldBe(events[i].GetProperty(name).GetRawText());
            }
            var type = events[i].GetProperty("type").GetString()!;
            var state = events[i].TryGetProperty("state", out var s) ? s.GetString() : null;
            lines[i].GetProperty("state").GetString().ShouldBe(state);
            lines[i].GetProperty("passes").GetBoolean().ShouldBe(
                type == "routing.queue" || (type == "conversation.state" && state is "completed" or "abandoned" or "transfer"));
            lines[i].GetProperty("written").GetBoolean().ShouldBeTrue();
            lines[i].GetProperty("writtenAt").GetDateTimeOffset().ShouldBeGreaterThanOrEqualTo(lines[i].GetProperty("timestamp").GetDateTimeOffset());
            lines[i].GetProperty("id").GetString().ShouldBe(SimulatedEventId.Of(
                events[i].GetProperty("conversationId").GetString()!, type, state,
                events[i].GetProperty("timestamp").GetDateTimeOffset().ToUnixTimeMilliseconds()));
        }
        lines.Select(line => line.GetProperty("id").GetString()).Distinct().Count().ShouldBe(200);
    }

    [Fact]
    public async Task It_can_be_read_from_a_number_on_and_over_its_chunks()
    {
        await using var rig = await Rig.StartAsync(o => o.Rate = 10_000);
        await rig.ConnectAsync();
        await rig.MakeAsync(20_000);
        rig.Simulator.Ledger(from: 15_000).Select(line => line.Sequence).ShouldBe(Enumerable.Range(15_000, 5_001).Select(n => (long)n));
    }

    [Fact]
    public async Task It_is_kept_in_a_flood_by_wish_and_left_out_by_wish()
    {
        await using var flood = await Rig.StartAsync(o => (o.Rate, o.MaxEvents, o.Ledger) = (0, 500, true));
        await (await flood.ConnectAsync()).EventsAsync(500);
        flood.Simulator.Ledger().Count().ShouldBe(500);
        await using var without = await Rig.StartAsync(o => o.Ledger = false);
        await without.ConnectAsync();
        await without.MakeAsync(5);
        without.Simulator.Ledger().ShouldBeEmpty();
    }
}
