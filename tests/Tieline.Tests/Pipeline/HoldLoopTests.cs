using Tieline.Pipeline;
using static Tieline.Tests.Pipeline.EventIntakeTests;

namespace Tieline.Tests.Pipeline;

public sealed class HoldLoopTests
{
    [Fact]
    public async Task A_hole_is_confirmed_when_its_window_is_over_and_what_dropped_events_moved_is_durable_within_a_second()
    {
        await using var rig = new IntakeRig();
        using var stopping = new CancellationTokenSource();
        rig.StartWriting();
        var running = new HoldLoop(rig.Intake, rig.Time).RunAsync(stopping.Token, rig.Limit);
        await WaitsAsync(rig, 1);
        await rig.OfferAsync(Kept(1), Dropped(2));
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        await WaitsAsync(rig, 1);
        await rig.DeliverableAsync();
        rig.Journal.Counters.Mark.Sequence.ShouldBe(2);

        await rig.OfferAsync(Kept(4)); // 3 is missing: 2 s from now, looked at once a second
        for (var second = 1; second <= 2; second++)
        {
            (await rig.DeliverableAsync()).ShouldBe([1]);
            await WaitsAsync(rig, 1);
            rig.Time.Advance(TimeSpan.FromSeconds(1));
        }

        await WaitsAsync(rig, 1);
        (await rig.DeliverableAsync()).ShouldBe([1, 4]);
        await stopping.CancelAsync();
        await running;
    }

    [Fact]
    public async Task A_short_window_is_kept_to_even_if_the_loop_was_about_to_wait_longer()
    {
        await using var rig = new IntakeRig(windowSeconds: 0.2);
        using var stopping = new CancellationTokenSource();
        var running = new HoldLoop(rig.Intake, rig.Time).RunAsync(stopping.Token, rig.Limit);
        await WaitsAsync(rig, 1);
        await rig.OfferAsync(Kept(1), Kept(3));
        await WaitsAsync(rig, 0.2);
        rig.Time.Advance(TimeSpan.FromSeconds(0.2));
        await WaitsAsync(rig, 1);
        (await rig.DeliverableAsync()).ShouldBe([1, 3]);
        await stopping.CancelAsync();
        await running;
    }

    [Fact]
    public async Task A_stop_makes_the_mark_durable()
    {
        await using var rig = new IntakeRig();
        using var stopping = new CancellationTokenSource();
        var running = new HoldLoop(rig.Intake, rig.Time).RunAsync(stopping.Token, rig.Limit);
        await WaitsAsync(rig, 1);
        await rig.OfferAsync(Dropped(1), Dropped(2));
        await stopping.CancelAsync();
        await running;
        await rig.DeliverableAsync();
        rig.Journal.Counters.Mark.Sequence.ShouldBe(2);
    }

    private static async Task WaitsAsync(IntakeRig rig, double seconds)
    {
        while (await rig.Time.Waits.ReadAsync(rig.Limit) != TimeSpan.FromSeconds(seconds))
            continue;
    }
}
