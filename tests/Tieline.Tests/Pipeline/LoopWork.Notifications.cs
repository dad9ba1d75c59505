using System.Text;
using Tieline.Diagnostics;
using Tieline.Events;
using Tieline.Genesys;
using Tieline.Pipeline;
using Tieline.Tests.Genesys.Notifications;

namespace Tieline.Tests.Pipeline;

internal sealed partial record LoopWork
{
    private const int Conversations = 3;

    private static async Task<LoopWork> NotificationsAsync(SweepRig world, TimeProvider clock, LoopFaults faults)
    {
        var genesys = await FakeChannels.StartAsync(world.Time);
        var options = new GenesysOptions { ApiUrl = genesys.Url, ClientId = "id", ClientSecret = new Secret("s3cret") };
        options.Notifications.Queues = [NotificationRig.Queue];
        var rest = new RestHealth(clock);
        var (http, sockets) = (GenesysHttp.Create(rest: rest), GenesysHttp.Create());
        var endpoints = GenesysEndpoints.Of(options);
        var (timing, metrics, budget) = (new StreamTiming(), world.Rig.Metrics, new RestBudget(clock, 3_000));
        var tokens = new TokenProvider(options, endpoints.Token, http, budget, clock, metrics, world.Rig.Logs.For<TokenProvider>());
        var client = new ChannelClient(endpoints.Api, ConnectUriRule.Of(options), tokens, http, budget, clock);
        var waits = new ReconnectWait(rest, new RestProbe(endpoints.Api, tokens, http, budget, rest, clock), clock, () => 0.5);
        var status = new SourceStatus(clock, world.Rig.Specification, SilenceLimits.Channels);
        var source = new NotificationSource(options, client, tokens, sockets, status, metrics, world.Rig.Specification, timing, waits, clock, () => 0.5, world.Rig.Logs.For<NotificationSource>());
        _ = ServeAsync(); // ends with the sockets
        var work = new LoopWork(
            new PipelineLoop("stream", (stop, abort) => source.RunAsync(new FaultyNotifications(world.Snapshots, faults), stop, abort)),
            async () =>
            {
                await world.Rig.Journal.WaitForDurabilityAsync(world.Rig.Limit);
                return world.Rig.Rows("SELECT DISTINCT conversation FROM event", row => row.GetString(0)).Count >= Conversations && (await world.Rig.GapsAsync()).Count > 0;
            })
        { IsAtTheWire = true };
        work._parts.Add(genesys);
        work._parts.Add(new Closed(http));
        work._parts.Add(new Closed(sockets));
        return work;

        // Each socket tells of a conversation and breaks: so there is a gap between two.
        async Task ServeAsync()
        {
            for (var number = 1; ; number++)
            {
                var socket = await genesys.NextSocketAsync();
                await socket.SendAsync(Encoding.UTF8.GetString(SweepRig.Call($"c{number}")));
                await socket.CloseAsync(1001);
            }
        }
    }

    private sealed class FaultyNotifications(SnapshotIntake snapshots, LoopFaults faults) : INotificationSink
    {
        public DateTimeOffset? SeenUntil => snapshots.SeenUntil;

        public ValueTask OnNotificationAsync(ReadOnlyMemory<byte> utf8, CancellationToken aborting)
        {
            faults.Touch("frame");
            return snapshots.OnNotificationAsync(utf8, aborting);
        }

        public ValueTask OnMissedAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken aborting)
        {
            faults.Touch("gap");
            return snapshots.OnMissedAsync(from, to, aborting);
        }

        public void OnRefused(FrameFault fault) => snapshots.OnRefused(fault);
    }
}
