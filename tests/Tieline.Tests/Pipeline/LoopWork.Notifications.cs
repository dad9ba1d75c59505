using System.Text;
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
        var parts = new NotificationParts(genesys.Url, clock, world.Rig.Metrics, world.Rig.Specification, world.Rig.Logs.For<TokenProvider>(), world.Rig.Logs.For<NotificationSource>());
        _ = ServeAsync(); // ends with the sockets
        var work = new LoopWork(
            new PipelineLoop("stream", (stop, abort) => parts.Source.RunAsync(new FaultyNotifications(world.Snapshots, faults), stop, abort)),
            async () =>
            {
                await world.Rig.Journal.WaitForDurabilityAsync(world.Rig.Limit);
                return world.Rig.Rows("SELECT DISTINCT conversation FROM event", row => row.GetString(0)).Count >= Conversations && (await world.Rig.GapsAsync()).Count > 0;
            })
        { IsAtTheWire = true };
        work._parts.Add(genesys);
        work._parts.Add(parts);
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
