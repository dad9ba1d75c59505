using Tieline.Diagnostics;

namespace Tieline.Pipeline;

/// <summary>Tells ends when they are settled, and once a second makes durable how far the conversations of the snapshots have come.</summary>
internal sealed class ConversationLoop(SnapshotIntake intake, TimeProvider time)
{
    /// <summary>How often conversations are saved.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    public async Task RunAsync(CancellationToken stopping, CancellationToken aborting)
    {
        var saveAt = time.GetMonotonicTime() + Interval;
        while (!stopping.IsCancellationRequested)
        {
            var next = intake.NextSettle is { } settle && settle < saveAt ? settle : saveAt;
            if (next - time.GetMonotonicTime() is var delay && delay > TimeSpan.Zero)
                await Task.Delay(delay, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await intake.SettleAsync(aborting);
            if (time.GetMonotonicTime() < saveAt)
                continue;
            await intake.SaveAsync(aborting);
            saveAt = time.GetMonotonicTime() + Interval;
        }

        await intake.SaveAsync(aborting);
    }
}
