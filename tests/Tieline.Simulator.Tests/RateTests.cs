namespace Tieline.Simulator.Tests;

public class RateTests
{
    [Fact]
    public async Task The_rate_is_met_to_the_event_and_a_late_tick_catches_up()
    {
        await using var rig = await Rig.StartAsync(o => o.Rate = 500);
        var client = await rig.ConnectAsync();
        rig.Clock.Advance(TimeSpan.FromMilliseconds(10));
        await rig.Simulator.WaitForAsync(s => s.Made == 5, rig.Deadline);
        rig.Clock.Advance(TimeSpan.FromMilliseconds(990));
        await rig.Simulator.WaitForAsync(s => s.Made == 500, rig.Deadline);
        (await client.SequencesAsync(500))[^1].ShouldBe(500);
    }

    [Fact]
    public async Task It_can_be_changed_while_running()
    {
        await using var rig = await Rig.StartAsync(o => o.Rate = 100);
        await rig.ConnectAsync();
        rig.Clock.Advance(TimeSpan.FromSeconds(1));
        await rig.Simulator.WaitForAsync(s => s.Made == 100, rig.Deadline);
        var (status, body) = await rig.PostAsync("rate", """{"rate":2000}""");
        status.ShouldBe(200);
        body.GetProperty("rate").GetDouble().ShouldBe(2000);
        rig.Clock.Advance(TimeSpan.FromSeconds(0.5));
        await rig.Simulator.WaitForAsync(s => s.Made == 1100, rig.Deadline);
    }

    [Fact]
    public async Task A_stop_ends_it_and_a_rate_starts_it_again()
    {
        await using var rig = await Rig.StartAsync();
        var client = await rig.ConnectAsync();
        await rig.MakeAsync(4);
        (await rig.PostAsync("stop", "")).Body.GetProperty("running").GetBoolean().ShouldBeFalse();
        rig.Clock.Advance(TimeSpan.FromSeconds(5));
        rig.Simulator.SetRate(100);
        await rig.MakeAsync(2);
        (await client.SequencesAsync(6)).ShouldBe([1, 2, 3, 4, 5, 6]);
    }

    [Fact]
    public async Task It_ends_by_itself_at_the_number_asked_for()
    {
        await using var rig = await Rig.StartAsync(o => o.MaxEvents = 25);
        var client = await rig.ConnectAsync();
        rig.Clock.Advance(TimeSpan.FromSeconds(10));
        (await client.SequencesAsync(25))[^1].ShouldBe(25);
        (await rig.Simulator.WaitForAsync(s => !s.Running, rig.Deadline)).Made.ShouldBe(25);
    }

    [Fact]
    public async Task Rate_zero_floods_and_stops_at_the_number_asked_for()
    {
        const int Events = 30_000;
        await using var rig = await Rig.StartAsync(o => (o.Rate, o.MaxEvents, o.OpenConversations) = (0, Events, null));
        var client = await rig.ConnectAsync();
        (await client.SequencesAsync(Events)).ShouldBe(Enumerable.Range(1, Events).Select(n => (long)n));
        rig.Simulator.Status.Ledger.ShouldBeFalse();
        rig.Simulator.Ledger().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_flood_waits_for_a_socket()
    {
        await using var rig = await Rig.StartAsync(o => (o.Rate, o.MaxEvents) = (0, 2000));
        await (await rig.ConnectAsync(subscribe: null)).CloseAsync();
        rig.Simulator.Status.Made.ShouldBe(0);
        (await (await rig.ConnectAsync()).SequencesAsync(2000))[0].ShouldBe(1);
    }

    [Theory]
    [InlineData(0.02)]
    [InlineData(0.2)]
    [InlineData(1.0)]
    public async Task The_share_of_passing_events_is_honoured(double share)
    {
        await using var rig = await Rig.StartAsync(o => o.Passing = share);
        await rig.ConnectAsync(Rig.SubscribeLive);
        await rig.MakeAsync(5000);
        rig.Simulator.Ledger().Count(line => line.Passes).ShouldBeInRange((int)(5000 * share) - 2, (int)(5000 * share) + 2);
    }
}
