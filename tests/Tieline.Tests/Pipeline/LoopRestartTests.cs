using System.Threading.Channels;
using Tieline.Pipeline;
using Tieline.TestKit;

namespace Tieline.Tests.Pipeline;

/// <summary>Each loop of the library under the real supervisor, failed once at each of its awaits: after the restart it has done its work. Those of the service: <c>ServiceLoopRestartTests</c>.</summary>
public sealed class LoopRestartTests
{
    private const int LoopEnded = 6001;
    private const int LoopFailedAtStop = 6007;

    /// <summary>More awaits than any loop has before it is done.</summary>
    private const int MostAwaits = 200;

    public static TheoryData<string> Loops => [.. LoopRows.Library, LoopRows.Notifications];

    [Theory]
    [MemberData(nameof(Loops))]
    public async Task A_loop_that_fails_at_any_of_its_awaits_has_done_its_work_after_the_restart(string name)
    {
        var failed = new List<string>();
        for (var at = 1; at <= MostAwaits; at++)
        {
            var faults = new LoopFaults(at);
            await using var world = new SweepRig();
            world.Rig.Logs.Expect(LoopEnded);
            world.Rig.Logs.Expect(LoopFailedAtStop);
            var waits = Channel.CreateUnbounded<TimeSpan>();
            await using var work = await LoopWork.PrepareAsync(world, name, new FaultyClock(world.Time, faults, waits.Writer), faults);
            try
            {
                await RunAsync(world, work, faults, waits);
            }
            catch (Exception e) when (e is OperationCanceledException or ShouldAssertException)
            {
                throw new InvalidOperationException($"after a failure at await {at} ({faults.Failed ?? "which did not come"}):\n{string.Join('\n', world.Rig.Logs.Lines.Select(line => line.Message).TakeLast(8))}", e);
            }

            if (faults.Failed is not { } what)
                break;
            failed.Add(what);
        }

        failed.ShouldNotBeEmpty();
        failed.Count.ShouldBeLessThan(MostAwaits);
        foreach (var kind in LoopWork.KindsOf(name))
            failed.ShouldContain(kind);
    }

    private static async Task RunAsync(SweepRig world, LoopWork work, LoopFaults faults, Channel<TimeSpan> waits)
    {
        string? given = null;
        using var stopping = new CancellationTokenSource();
        var supervisor = new LoopSupervisor(new FaultyClock(world.Time, faults, waits.Writer), world.Rig.Metrics, world.Rig.Logs.For<LoopSupervisor>(), sentence => given = sentence);
        var running = Task.Run(() => supervisor.RunAsync(faults.Watch(work.Loop), stopping.Token, world.Rig.Limit), CancellationToken.None);
        while (!await work.IsDoneAsync())
        {
            // The writer's turn, and so the loop's.
            await world.Rig.Journal.WaitForDurabilityAsync(world.Rig.Limit);
            if (work.IsAtTheWire)
                world.Time.Advance(LoopWork.Step);
            else if (waits.Reader.TryRead(out var wait))
                world.Time.Advance(wait);
            given.ShouldBeNull();
        }

        await stopping.CancelAsync();
        await running;
        given.ShouldBeNull();
        supervisor.Problem.ShouldBeNull();
    }
}
