using Tieline.Service.Configuration;
using Tieline.Service.Tests.Support;
using Tieline.Service.Web.Figures;

namespace Tieline.Service.Tests.Web;

/// <summary>Who waits for the journal holds no thread: 150 that did once stopped the server.</summary>
public sealed class JournalDeskTests : OrgTests
{
    [Fact]
    public async Task Whoever_waits_holds_no_thread_and_whoever_leaves_is_not_read_for()
    {
        await using (await RunningTieline.StartAsync(Sandbox))
        {
        }

        using var desk = new JournalDesk(new TielineOptions { DataDirectory = RunningTieline.DataOf(Sandbox) });
        using var leave = new CancellationTokenSource();
        using var isReading = new ManualResetEventSlim();
        using var mayEnd = new ManualResetEventSlim();
        var cancellation = TestContext.Current.CancellationToken;
        var slow = Task.Run(
            () => desk.ReadAsync(
                reader =>
                {
                    isReading.Set();
                    mayEnd.Wait(cancellation);
                    return 0;
                },
                cancellation),
            cancellation);
        isReading.Wait(cancellation);

        // All from this one thread: none of the calls keeps it.
        var read = 0;
        var waiting = Enumerable.Range(0, 150).Select(_ => desk.ReadAsync(reader => Interlocked.Increment(ref read), leave.Token)).ToList();
        var last = desk.ReadAsync(reader => reader.ReadCounters().NextFact, cancellation);
        waiting.ShouldAllBe(one => !one.IsCompleted);
        await leave.CancelAsync();
        mayEnd.Set();

        await slow;
        (await last).ShouldBeGreaterThan(0);
        foreach (var one in waiting)
            await Should.ThrowAsync<OperationCanceledException>(() => one);
        read.ShouldBe(0);
    }
}
