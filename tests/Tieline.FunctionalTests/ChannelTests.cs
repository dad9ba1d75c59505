using System.Text.Json;
using Tieline.FunctionalTests.Support;
using Tieline.Simulator;
using static Tieline.FunctionalTests.Support.Facts;

namespace Tieline.FunctionalTests;

/// <summary>Whatever happens to the notification channels: what was planned costs nothing, and what was missed is fetched.</summary>
[Trait("Guarantee", "G1")]
public sealed class ChannelTests
{
    /// <summary>With one change of age: 51 of three channels.</summary>
    private const int Notices = 16;

    private static readonly SimulatorFault _abort = new() { Kind = "abort" };
    private static readonly SimulatorFault _revoke = new() { Kind = "revoke" };

    /// <summary>What may end a channel or its socket unasked, and keep the next one from coming.</summary>
    private static readonly IReadOnlyList<SimulatorFault[]> _ends =
    [
        [new() { Kind = "close", Code = 1001 }],
        [_abort],
        [new() { Kind = "abort", Reset = true }],
        [new() { Kind = "handshake", Status = 401, Count = 1 }, _abort],
        [new() { Kind = "handshake", Status = 403, Count = 1 }, _abort],
        [new() { Kind = "handshake", Status = 404, Count = 1 }, _abort],
        [new() { Kind = "channel", What = "expire" }],
        [new() { Kind = "channel", What = "evict" }],
        [_revoke],
        [new() { Kind = "channels", Answer = "429", RetryAfter = 2, Count = 1 }, _revoke],
        [new() { Kind = "channels", Answer = "503", Count = 1 }, _revoke],
        [new() { Kind = "subscriptions", Answer = "500", Count = 1 }, _revoke],
    ];

    [Fact]
    public async Task Fifty_planned_changes_of_three_channels_cost_nothing_and_one_that_drops_only_what_it_missed()
    {
        await using var site = await StartAsync(options =>
        {
            options.Genesys.Rate = 100;
            options.Genesys.ExtraQueues = 1_988; // and twelve: more than fit on two
            options.Genesys.ChannelLife = TimeSpan.FromSeconds(45);
            options.Genesys.ClosingNotice = TimeSpan.FromSeconds(3);
        });
        await HearsAllAsync(site, made: 3);
        site.Genesys.Status.TopicsHeard.Order().ShouldBe([666, 667, 667]);
        for (var round = 1; round <= Notices; round++)
        {
            await site.FaultAsync(new SimulatorFault { Kind = "channel", What = "closing", Seconds = 60 });
            await HearsAllAsync(site, made: 3 + (3 * round));
        }

        // And of age.
        await HearsAllAsync(site, made: 6 + (3 * Notices));
        await site.MoreDeliveriesAsync(20, Soon);
        var metrics = await site.PrometheusAsync();
        MadeFor("closing").ShouldBe(3 * Notices);
        MadeFor("age").ShouldBeGreaterThanOrEqualTo(3);
        site.AuditLines("gap-detected").ShouldBeEmpty();
        site.Crm.Requests().Count(IsFetched).ShouldBe(0);

        var handshakes = site.Handshakes;
        await site.FaultAsync(new SimulatorFault { Kind = "channel", What = "cut" });
        await Eventually.TrueAsync(() => site.Handshakes > handshakes, Soon, () => $"the one that was cut is back.\n{site.Process.Tail()}");
        await HearsAllAsync(site, made: 0);
        await site.MoreDeliveriesAsync(20, Soon);
        site.Genesys.Stop();
        await site.HasAllAsync();
        site.AuditLines("gap-detected").Count.ShouldBe(1, "of one channel");
        site.ShouldHaveAcceptedEachOnce();

        double MadeFor(string reason) => metrics.Sum("tieline_source_channels_made_total", "tieline_channel_reason", reason);
    }

    [Fact]
    public async Task What_is_missed_by_every_unplanned_end_is_fetched()
    {
        await using var site = await StartAsync();
        await site.MoreDeliveriesAsync(50, Soon);
        foreach (var faults in _ends)
        {
            var handshakes = site.Handshakes;
            foreach (var fault in faults)
                await site.FaultAsync(fault);
            await Eventually.TrueAsync(() => site.Handshakes > handshakes && site.Genesys.Status.ChannelSockets == 1, Soon, () => $"a channel is open after {faults[0]}.\n{site.Process.Tail()}");
            await site.MoreDeliveriesAsync(20, Soon); // it has proved itself: the next back-off begins anew
        }

        site.Genesys.Stop();
        await site.HasAllAsync();
        site.AuditLines("gap-detected").Count.ShouldBe(_ends.Count);
        site.Crm.Requests().Count(IsFetched).ShouldBeGreaterThan(0);
        site.ShouldHaveAcceptedEachOnce();
        site.Genesys.Status.Handshakes.Where(answer => answer.Key != 101).ToDictionary().ShouldBe(new Dictionary<int, long> { [401] = 1, [403] = 1, [404] = 1 }, ignoreOrder: true);
    }

    [Fact]
    public async Task A_socket_that_is_silent_is_noticed_and_what_it_missed_is_fetched()
    {
        await using var site = await StartAsync(options => options.Genesys.Rate = 50);
        await site.MoreDeliveriesAsync(20, Soon);
        var handshakes = site.Handshakes;
        await site.FaultAsync(new SimulatorFault { Kind = "silence" });
        await Eventually.TrueAsync(() => site.Handshakes > handshakes, TimeSpan.FromSeconds(20), () => $"the silence is noticed.\n{site.Process.Tail()}");
        await site.MoreDeliveriesAsync(20, Soon);
        site.Genesys.Stop();
        await site.HasAllAsync();
        site.AuditLines("gap-detected").Count.ShouldBe(1);
        site.Crm.Requests().Count(IsFetched).ShouldBeGreaterThan(0);
        site.ShouldHaveAcceptedEachOnce();
    }

    [Fact]
    public async Task A_topic_that_is_refused_is_named_and_what_it_would_have_told_is_fetched_when_it_is_permitted_again()
    {
        await using var site = await StartAsync(
            options => options.Settings.Add("Genesys:Notifications:Queues:0=*"),
            site => $"Genesys:Notifications:Queues:1={site.Genesys.Queues[4].Id}");
        var (found, required) = (site.Genesys.Queues[3].Id, site.Genesys.Queues[4].Id);
        await site.MoreDeliveriesAsync(50, Soon);
        (await site.ReadyAsync()).Status.ShouldBe(200);

        // One that was merely found: told everywhere, and all else goes on.
        await RefuseAsync(found);
        var told = await Eventually.FindAsync(async () => (await site.ReadyAsync()).Text is var text && text.Contains(found, StringComparison.Ordinal) ? text : null, Soon, () => $"health names it.\n{site.Process.Tail()}");
        told.Found.ShouldContain("routing:queue:view");
        (await site.ReadyAsync()).Status.ShouldBe(200);
        ShouldBeLogged(found);

        // One that was asked for by name.
        await RefuseAsync(found, required);
        (await site.UnreadyAsync(required, Soon)).ShouldContain("routing:queue:view");
        ShouldBeLogged(required);
        var doctor = await site.RunAsync("doctor", "--json", "--set", "Genesys:Source=Notifications", "--set", "Genesys:Notifications:Queues:0=*", "--set", $"Genesys:Notifications:Queues:1={required}");
        doctor.ExitCode.ShouldBe(3, doctor.ToString());
        VerdictsOn(doctor, found).ShouldBe(["warn"]);
        VerdictsOn(doctor, required).ShouldBe(["fail"]);
        doctor.Output.ShouldContain("routing:queue:view");

        await site.MoreEventsAsync(400, Soon);
        await RefuseAsync();
        await Eventually.TrueAsync(async () => (await site.ReadyAsync()).Status == 200, Soon, () => $"it is ready again.\n{site.Process.Tail()}");
        await site.MoreDeliveriesAsync(20, Soon);
        site.Genesys.Stop();
        await site.HasAllAsync();
        site.ShouldHaveAcceptedEachOnce();

        // Seen at the next subscription: with another channel, or when the queues are looked up, every ten minutes.
        async Task RefuseAsync(params string[] queues)
        {
            var made = site.Genesys.Status.ChannelsCreated;
            site.Genesys.RefuseTopics(queues);
            await site.FaultAsync(new SimulatorFault { Kind = "channel", What = "closing", Seconds = 60 });
            await Eventually.TrueAsync(() => site.Genesys.Status is { ChannelSockets: 1 } status && status.ChannelsCreated > made, Soon, () => $"another channel has taken over.\n{site.Process.Tail()}");
        }

        void ShouldBeLogged(string queue) => site.Log.Count(line => line.Name == "TopicRefused" && line.Message.Contains(queue, StringComparison.Ordinal) && line.Message.Contains("routing:queue:view", StringComparison.Ordinal)).ShouldBe(1);
    }

    private static async Task HearsAllAsync(Site site, long made) => await Eventually.TrueAsync(
        () => site.Genesys.Status.Closes.Count >= made - 3 && site.Genesys.Status is { ChannelSockets: 3 } status && status.TopicsHeard.Sum() == 2_000,
        Soon,
        () => $"three channels hear all 2,000 topics, and {made - 3} were replaced: {site.Genesys.Status}.\n{site.Process.Tail()}");

    private static List<string> VerdictsOn(CommandResult doctor, string queue)
    {
        using var report = JsonDocument.Parse(doctor.Output);
        return [.. report.RootElement.GetProperty("checks").EnumerateArray().Where(check => check.GetRawText().Contains(queue, StringComparison.Ordinal)).Select(check => check.GetProperty("verdict").GetString()!)];
    }
}
